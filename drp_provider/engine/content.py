"""The verbs of a content pack: one request when it changed, with all of it, and none when it did not.

A pack cannot be guarded as a profile is: DRP takes it whole, by `PUT`, and keeps its objects read-only for all others.
"""

from typing import Any

from drp_provider.engine import claims, pack_reports, verbs
from drp_provider.engine.drift import meta_seen, sections_seen
from drp_provider.engine.reports import anothers, is_other_stacks, same_stacks
from drp_provider.engine.settling import Rejection, settle
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import ApiError, Duplicate, NotFound, OutcomeUnknown, PatchRejected
from drp_provider.models.base import Inputs
from drp_provider.models.content_pack import ContentPack
from drp_provider.models.fields import OWNER_KEY

Document = dict[str, Any]


class PackLifecycle:
    """Uploads, replaces, reads and removes content packs."""

    def __init__(self, model: type[ContentPack]) -> None:
        self.model = model

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `verbs.check`."""
        completed, faults = verbs.check(self.model, olds, news)
        name = completed.get("name")
        if isinstance(name, str):
            claims.declare(self._thing(name), self._declarer(completed))
        return completed, faults

    def diff(self, olds: Inputs, news: Inputs) -> Verdict:
        """See `verbs.diff`; under another name the old pack goes first, since no two packs hold one object."""
        verdict = verbs.diff(self.model, olds, news)
        return Verdict(verdict.changes, verdict.replaces, delete_before_replace=True)

    def create(self, api: Documents, inputs: Inputs) -> State:
        """One `POST`; a pack that is there already is claimed if it is ours or to be adopted.

        Raises:
            AlreadyExists: it is there, and neither ours nor to be adopted.
            ApiError: the endpoint does not take it; nothing of it is there.
        """
        name = inputs["name"]
        adopted, warnings = _PackCreation(self, api, inputs).run()
        claims.make(self._thing(name))
        return self._state(inputs, adopted=adopted, warnings=warnings)

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:
        """One `PUT` in place of what is there.

        Raises:
            NotFound: the pack is gone.
            ApiError: the endpoint does not take it; the pack is as it was.
        """
        adopted = bool(olds.get("adopted"))
        body = self._body(news, marked=not adopted)

        def look(_: Rejection) -> list[str] | None:
            live = api.find_content(id_)
            return [] if live is not None and self._is_same(news, live) else None

        try:
            warnings = settle(self._subject(id_), lambda: self._replace(api, id_, body), look)
        except NotFound as error:
            raise pack_reports.vanished(self._subject(id_), error) from None
        return self._state(news, adopted=adopted, warnings=warnings)

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """The pack as the endpoint has it, object by object; None when it is gone."""
        live = api.find_content(id_)
        if live is None:
            return None
        declared = {name: olds[name] for name in verbs.input_names(self.model) if name in olds}
        # A pack that another stack made again under the name is theirs: a destroy leaves it.
        adopted = bool(olds.get("adopted")) or self._is_anothers(live, olds)
        return self._state(self._seen(declared, live), adopted=adopted, warnings=olds.get("warnings") or [])

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """Delete what we created, with all its objects; leave what we adopted.

        Raises:
            Unprocessable: somebody still uses an object of it.
        """
        if olds.get("adopted") or claims.is_declared(self._thing(id_)):
            return
        if olds.get("owner") and self._find_ours(api, id_, olds) is None:
            return
        try:
            verbs.delete(
                self._subject(id_), lambda: api.delete(self.model.prefix, id_), lambda: self._find_ours(api, id_, olds)
            )
        except ApiError as error:
            raise pack_reports.refused(self._subject(id_), error, api, olds, verb="deleted") from None

    def _thing(self, name: str) -> claims.Thing:
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

    def _find_ours(self, api: Documents, id_: str, olds: Inputs) -> Document | None:
        live = api.find_content(id_)
        if live is not None and self._is_anothers(live, olds):
            raise anothers(self._subject(id_), _mark_of(live))
        return live

    def _is_anothers(self, live: Document, olds: Inputs) -> bool:
        return is_other_stacks(_mark_of(live), olds.get("owner"))

    def _is_ours(self, inputs: Inputs, live: Document, *, lost: bool) -> bool:
        """Whether an earlier request of this resource made it: by its mark, or where none can be, by what it holds."""
        mark = _mark_of(live)
        if mark:
            return bool(mark == inputs.get("owner"))
        keeps_marks = bool(inputs.get("owner")) and "Meta" in live["meta"]
        return (lost or not keeps_marks) and self._is_same(inputs, live)

    def _is_same(self, inputs: Inputs, live: Document) -> bool:
        return self._seen(inputs, live) == inputs

    def _seen(self, inputs: Inputs, live: Document) -> Inputs:
        """The inputs with version and content as the endpoint has them."""
        ours = inputs.get("content") or {"meta": {}, "sections": {}}
        meta = dict(live["meta"])
        if "Meta" in meta:
            meta["Meta"] = {key: value for key, value in _marks(live).items() if key != OWNER_KEY}
        content = {
            "meta": meta_seen(ours["meta"], meta),
            "sections": sections_seen(ours["sections"], live["sections"]),
        }
        return {**inputs, "version": live["meta"].get("Version") or "", "content": content}

    def _replace(self, api: Documents, name: str, body: Document) -> list[str]:
        try:
            return api.replace_content(name, body)
        except NotFound:
            raise
        except ApiError as error:
            refused = error
        raise pack_reports.refused(self._subject(name), refused, api, body, verb="changed")


class _PackCreation:
    """One creation: a `POST`, and what may be there instead."""

    def __init__(self, lifecycle: PackLifecycle, api: Documents, inputs: Inputs) -> None:
        self._of = lifecycle
        self._api = api
        self._inputs = inputs
        self._name = inputs["name"]
        self._is_lost = False
        """Whether an earlier `POST` of this creation may have landed."""

    def run(self) -> tuple[bool, list[str]]:
        """Return whether the pack was adopted, and the endpoint's warnings."""
        return settle(self._of._subject(self._name), self._post, self._look)

    def _post(self) -> tuple[bool, list[str]]:
        try:
            return False, self._api.create_content(self._of._body(self._inputs, marked=True))
        except Duplicate as error:
            duplicate = error
        except OutcomeUnknown:
            self._is_lost = True
            raise
        except ApiError as error:
            subject = self._of._subject(self._name)
            raise pack_reports.refused(subject, error, self._api, self._inputs, verb="uploaded") from None
        found = self._look(duplicate)
        if found is None:  # it was deleted meanwhile: pause, and send again
            raise PatchRejected(str(duplicate), code=duplicate.code)
        return found

    def _look(self, _: Rejection | Duplicate) -> tuple[bool, list[str]] | None:
        live = self._api.find_content(self._name)
        return None if live is None else self._claim(live)

    def _claim(self, live: Document) -> tuple[bool, list[str]] | None:
        of, inputs = self._of, self._inputs
        is_ours = of._is_ours(inputs, live, lost=self._is_lost)
        ours = is_ours and not claims.is_anothers(of._thing(self._name), of._declarer(inputs))
        if not ours and not inputs.get("adopt"):
            twin = same_stacks(of._subject(self._name), _mark_of(live), inputs.get("owner"))
            raise twin or pack_reports.already_exists(of._subject(self._name), live)
        if of._is_same(inputs, live):
            return not ours, []
        try:
            return not ours, of._replace(self._api, self._name, of._body(inputs, marked=ours))
        except NotFound:
            return None


def _marks(live: Document) -> Document:
    return live["meta"].get("Meta") or {}


def _mark_of(live: Document) -> Any:
    return _marks(live).get(OWNER_KEY)
