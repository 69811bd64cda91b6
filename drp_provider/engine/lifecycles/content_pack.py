"""The lifecycle of a content pack: one request with the whole pack if it changed, and none otherwise.

A pack cannot be guarded by a `test`: DRP replaces it as a whole, by `PUT`. Its objects are read-only for other clients.
"""

from typing import Any

from drp_provider.api.interface import Api, Document
from drp_provider.engine import retry
from drp_provider.engine.content.drift import meta_seen, sections_seen
from drp_provider.engine.lifecycles.base import Diff, State, check_inputs, compare_inputs, inputs_in
from drp_provider.engine.messages import packs as messages
from drp_provider.engine.messages.objects import anothers, is_other_stacks, same_stacks, vanished
from drp_provider.engine.registry import Address, Registry
from drp_provider.engine.retry import NOT_LANDED, NotLanded, Rejection, settle
from drp_provider.errors import ApiError, Duplicate, NotFound, OutcomeUnknown
from drp_provider.models.base import Inputs
from drp_provider.models.content_pack import ContentPack
from drp_provider.models.fields import OWNER_KEY


class ContentPackLifecycle:
    """Uploads, replaces, reads and deletes content packs."""

    def __init__(self, model: type[ContentPack], registry: Registry) -> None:
        self.model = model
        self._registry = registry

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `check_inputs`."""
        completed, errors = check_inputs(self.model, self._registry, olds, news)
        name = completed.get("name")
        if isinstance(name, str):
            self._registry.declare(self._address(name), self._declarer(completed))
        return completed, errors

    def diff(self, olds: Inputs, news: Inputs) -> Diff:
        """See `compare_inputs`; the old pack is deleted first, because two packs cannot hold the same object."""
        diff = compare_inputs(self.model, olds, news)
        return Diff(diff.changes, diff.replaces, delete_before_replace=True)

    def create(self, api: Api, inputs: Inputs) -> State:
        """Send one `POST`; claim an existing pack that is ours, or if `adopt` is set.

        Raises:
            AlreadyExists: the pack exists, is not ours, and `adopt` is not set.
            ApiError: the endpoint rejects the pack; it stores no part of it.
        """
        adopted, warnings = self._create_or_claim(api, inputs)
        self._registry.make(self._address(inputs["name"]))
        return self._state(inputs, adopted=adopted, warnings=warnings)

    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one `PUT` that replaces the pack.

        Raises:
            NotFound: the pack is gone.
            ApiError: the endpoint rejects the pack; the old one is unchanged.
        """
        adopted = bool(olds.get("adopted"))
        body = self._body(news, marked=not adopted)

        def recheck(_: Rejection) -> list[str] | NotLanded:
            live = api.find_content(id_)
            return [] if live is not None and self._is_same(news, live) else NOT_LANDED

        try:
            warnings = settle(self._subject(id_), lambda: self._replace(api, id_, body), recheck)
        except NotFound as error:
            raise vanished(self._subject(id_), error, again="uploads") from None
        return self._state(news, adopted=adopted, warnings=warnings)

    def read(self, api: Api, id_: str, olds: Inputs) -> State | None:
        """Return the pack as the endpoint has it, object by object, or None if it is gone."""
        live = api.find_content(id_)
        if live is None:
            return None
        declared = inputs_in(self.model, olds)
        # If another stack created the pack again, it is theirs: a destroy leaves it.
        adopted = bool(olds.get("adopted")) or self._is_anothers(live, olds)
        return self._state(self._seen(declared, live), adopted=adopted, warnings=olds.get("warnings") or [])

    def delete(self, api: Api, id_: str, olds: Inputs) -> None:
        """Delete a pack that we created, with all its objects; leave one that we adopted.

        Raises:
            Unprocessable: another object still uses one of its objects.
        """
        if olds.get("adopted") or self._registry.is_declared(self._address(id_)):
            return
        if olds.get("owner") and self._find_ours(api, id_, olds) is None:
            return
        try:
            retry.delete(
                self._subject(id_), lambda: api.delete(self.model.prefix, id_), lambda: self._find_ours(api, id_, olds)
            )
        except ApiError as error:
            raise messages.refused(self._subject(id_), error, api, olds, done="deleted") from None

    def _address(self, name: str) -> Address:
        return (self.model.prefix, name)

    def _declarer(self, inputs: Inputs) -> str:
        return f"{self.model.__name__} {inputs.get('owner')}"

    def _subject(self, name: str) -> str:
        return f"{self.model.noun} {name!r}"

    def _state(self, inputs: Inputs, *, adopted: bool, warnings: list[str]) -> State:
        return State(inputs["name"], {**inputs, "adopted": adopted, "warnings": warnings}, inputs)

    def _body(self, inputs: Inputs, *, marked: bool) -> Document:
        content = inputs["content"]
        meta = {**content["meta"], "Name": inputs["name"], "Version": inputs["version"]}
        if marked and inputs.get("owner"):
            meta["Meta"] = {**(meta.get("Meta") or {}), OWNER_KEY: inputs["owner"]}
        return {"meta": meta, "sections": content["sections"]}

    def _find_ours(self, api: Api, id_: str, olds: Inputs) -> Document | None:
        live = api.find_content(id_)
        if live is not None and self._is_anothers(live, olds):
            raise anothers(self._subject(id_), _mark_of(live))
        return live

    def _is_anothers(self, live: Document, olds: Inputs) -> bool:
        return is_other_stacks(_mark_of(live), olds.get("owner"))

    def _is_ours(self, inputs: Inputs, live: Document, *, lost: bool) -> bool:
        """Return whether an earlier request of this resource created it, by its mark, or else by its content."""
        mark = _mark_of(live)
        if mark:
            return bool(mark == inputs.get("owner"))
        keeps_marks = bool(inputs.get("owner")) and "Meta" in live["meta"]
        return (lost or not keeps_marks) and self._is_same(inputs, live)

    def _is_same(self, inputs: Inputs, live: Document) -> bool:
        return self._seen(inputs, live) == inputs

    def _seen(self, inputs: Inputs, live: Document) -> Inputs:
        """Return the inputs with version and content as the endpoint has them."""
        ours = inputs.get("content") or {"meta": {}, "sections": {}}
        meta = dict(live["meta"])
        if "Meta" in meta:
            meta["Meta"] = {key: value for key, value in _marks(live).items() if key != OWNER_KEY}
        content = {
            "meta": meta_seen(ours["meta"], meta),
            "sections": sections_seen(ours["sections"], live["sections"]),
        }
        return {**inputs, "version": live["meta"].get("Version") or "", "content": content}

    def _replace(self, api: Api, name: str, body: Document) -> list[str]:
        try:
            return api.replace_content(name, body)
        except NotFound:
            raise
        except ApiError as error:
            refused = error
        raise messages.refused(self._subject(name), refused, api, body, done="changed")

    def _create_or_claim(self, api: Api, inputs: Inputs) -> tuple[bool, list[str]]:
        """Return whether the pack was adopted, and the endpoint's warnings."""
        name, subject = inputs["name"], self._subject(inputs["name"])

        def post() -> tuple[bool, list[str]]:
            try:
                return False, api.create_content(self._body(inputs, marked=True))
            except (Duplicate, OutcomeUnknown):
                raise
            except ApiError as error:
                raise messages.refused(subject, error, api, inputs, done="uploaded") from None

        def claim(live: Document, is_lost: bool) -> tuple[bool, list[str]] | NotLanded:  # noqa: FBT001 - see retry
            is_ours = self._is_ours(inputs, live, lost=is_lost)
            ours = is_ours and not self._registry.is_anothers(self._address(name), self._declarer(inputs))
            if not ours and not inputs.get("adopt"):
                raise same_stacks(subject, _mark_of(live), inputs.get("owner")) or messages.already_exists(
                    subject, live
                )
            if self._is_same(inputs, live):
                return not ours, []
            try:
                return not ours, self._replace(api, name, self._body(inputs, marked=ours))
            except NotFound:
                return NOT_LANDED

        return retry.create_or_claim(subject, post, lambda: api.find_content(name), claim)


def _marks(live: Document) -> Document:
    return live["meta"].get("Meta") or {}


def _mark_of(live: Document) -> Any:
    return _marks(live).get(OWNER_KEY)
