"""The lifecycle of a resource that is a whole DRP object, such as a profile or a param."""

from collections.abc import Callable

from drp_provider.api.interface import Api, Document
from drp_provider.engine import retry
from drp_provider.engine.lifecycles.base import Diff, State, check_inputs, compare_inputs, inputs_in
from drp_provider.engine.messages.objects import already_exists, anothers, in_use, is_other_stacks, vanished
from drp_provider.engine.ownership.changes import change_between, claim
from drp_provider.engine.ownership.converge import Target, converge
from drp_provider.engine.ownership.fields import OWNER_POINTER, OwnedFields, secret_keys_of
from drp_provider.engine.ownership.release import release
from drp_provider.engine.registry import Address, Registry
from drp_provider.errors import NotFound, Unprocessable
from drp_provider.models.base import DrpObject, Inputs
from drp_provider.patch.planner import Change
from drp_provider.patch.pointer import value_at
from drp_provider.patch.values import same


class ObjectLifecycle:
    """Creates, adopts, updates, reads and deletes objects of one type; it changes only what the program declares."""

    def __init__(self, model: type[DrpObject], registry: Registry) -> None:
        self.model = model
        self._registry = registry

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `check_inputs`; record which object the program declares, and which one the state holds."""
        completed, errors = check_inputs(self.model, self._registry, olds, news)
        key, recorded = completed.get("name"), olds.get("name")
        if isinstance(recorded, str):
            self._registry.record(self.address(recorded))
        if isinstance(key, str):
            self._registry.declare(self.address(key), self._declarer(completed))
        return completed, errors

    def diff(self, olds: Inputs, news: Inputs) -> Diff:
        """See `compare_inputs`."""
        return compare_inputs(self.model, olds, news)

    def create(self, api: Api, inputs: Inputs) -> State:
        """Send one `POST` with everything; claim an existing object that is ours, or if `adopt` is set.

        Raises:
            AlreadyExists: the object exists, is not ours, and `adopt` is not set.
            Conflict: an adopted object has another value under a declared key.
        """
        adopted = self.create_or_claim(api, inputs, lambda _, ours: claim(self.fields(inputs), ours=ours))
        return self.state(inputs, adopted=adopted)

    def create_or_claim(self, api: Api, inputs: Inputs, claiming: Callable[[Document, bool], Change]) -> bool:
        """Create the object, or claim an existing one of this name; return whether it was adopted.

        `claiming` takes the object and whether it is ours. It returns the change to the wanted values. It may change
        `inputs`, which the caller records.
        """
        key = str(inputs["name"])

        def post() -> bool:
            api.create(self.model.prefix, self.fields(inputs).body())
            return False

        def claim_it(live: Document, is_lost: bool) -> bool:  # noqa: FBT001 - `retry.create_or_claim` calls it
            ours = self._is_ours(inputs, live, is_lost=is_lost)
            if not ours and not inputs.get("adopt"):
                raise already_exists(self.subject(key), self.fields(inputs), live)
            change = claiming(live, ours)
            converge(api, self.target(key, inputs, adopting=not ours), change, live=live)
            return not ours

        adopted = retry.create_or_claim(self.subject(key), post, lambda: api.find(self.model.prefix, key), claim_it)
        self._registry.make(self.address(key))
        return adopted

    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one guarded `PATCH`, after a `GET` if a key is new.

        Raises:
            Conflict: a key to change has neither the reviewed nor the wanted value.
            NotFound: the object is gone.
        """
        adopted = bool(olds.get("adopted"))
        change = change_between(self.fields(olds), self.fields(news), marked=not adopted)
        try:
            converge(api, self.target(id_, olds, news), change)
        except NotFound as error:
            raise vanished(self.subject(id_), error) from None
        return self.state(news, adopted=adopted)

    def read(self, api: Api, id_: str, olds: Inputs) -> State | None:
        """Return the owned fields as the endpoint has them, or None if the object is gone."""
        document = api.find(self.model.prefix, id_)
        if document is None:
            return None
        # If another stack created the object again, it is theirs: a destroy only releases our keys.
        adopted = self._is_anothers(document, olds) or bool(olds.get("adopted"))
        return self.state(self.fields(inputs_in(self.model, olds)).seen_in(document), adopted=adopted)

    def delete(self, api: Api, id_: str, olds: Inputs) -> None:
        """Delete the object, or release the owned fields if it was adopted.

        DRP has no conditional `DELETE`, so a read comes first: another stack may have created the object again.

        Raises:
            AlreadyExists: the object carries another stack's mark.
            Unprocessable: the object is still in use.
        """
        if self._registry.is_declared(self.address(id_)):
            return  # Another resource of the program still declares it.
        if olds.get("adopted"):
            release(api, self.subject(id_), (self.model.prefix, id_), self.fields(olds).in_maps)
            return
        if olds.get("owner") and self._find_ours(api, id_, olds) is None:
            return
        try:
            retry.delete(
                self.subject(id_),
                lambda: api.delete(self.model.prefix, id_),
                lambda: self._find_ours(api, id_, olds),
            )
        except Unprocessable as error:
            raise in_use(self.subject(id_), error, api) from None

    def fields(self, inputs: Inputs) -> OwnedFields:
        """Return the fields that these inputs own."""
        return OwnedFields(self.model, inputs)

    def address(self, key: str) -> Address:
        """Return the object's address in the registry."""
        return (self.model.prefix, key)

    def subject(self, key: str) -> str:
        """Return the object's name in messages."""
        return f"{self.model.noun} {key!r}"

    def target(self, key: str, *records: Inputs, adopting: bool = False) -> Target:
        """Return the object as a target of `converge`."""
        secret_keys = secret_keys_of(*map(self.fields, records))
        return Target(self.model.prefix, key, self.subject(key), secret_keys, adopting)

    def state(self, inputs: Inputs, *, adopted: bool) -> State:
        """Return the record of the resource."""
        return State(str(inputs["name"]), {**inputs, "adopted": adopted}, inputs)

    def _declarer(self, inputs: Inputs) -> str:
        return f"{self.model.__name__} {inputs.get('owner')}"

    def _find_ours(self, api: Api, id_: str, olds: Inputs) -> Document | None:
        document = api.find(self.model.prefix, id_)
        if document is not None and self._is_anothers(document, olds):
            raise anothers(self.subject(id_), value_at(document, OWNER_POINTER))
        return document

    def _is_anothers(self, document: Document, olds: Inputs) -> bool:
        return is_other_stacks(value_at(document, OWNER_POINTER), olds.get("owner"))

    def _is_ours(self, inputs: Inputs, live: Document, *, is_lost: bool) -> bool:
        """Return whether this resource has created the object, and no other resource of the program has."""
        address = self.address(str(inputs["name"]))
        is_created_by_us = (
            self._is_marked(inputs, live) or (is_lost and self._is_echo(inputs, live)) or self._is_known(inputs)
        )
        return is_created_by_us and not self._registry.is_anothers(address, self._declarer(inputs))

    def _is_marked(self, inputs: Inputs, live: Document) -> bool:
        return any(value_at(live, pointer) == mark for pointer, mark in self.fields(inputs).marks.items())

    def _is_known(self, inputs: Inputs) -> bool:
        """Return whether this update replaces our object in place. Without owner marks, only the registry shows it."""
        is_recorded = self._registry.is_recorded(self.address(str(inputs["name"])))
        return is_recorded and not inputs.get("owner") and not inputs.get("adopt")

    def _is_echo(self, inputs: Inputs, live: Document) -> bool:
        """Return whether the object equals the result of our lost `POST`, if owner marks are off."""
        fields = self.fields(inputs)
        expected = {**fields.empty_body(), **fields.body()}
        return not inputs.get("owner") and all(same(value, live.get(field)) for field, value in expected.items())
