"""The six verbs of a resource that is a whole DRP object."""

from typing import Any

from drp_provider.engine import claims, leaves, verbs
from drp_provider.engine.converge import Target, converge
from drp_provider.engine.leaves import Model
from drp_provider.engine.reports import already_exists, anothers, in_use, is_other_stacks, vanished
from drp_provider.engine.settling import Rejection, settle
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import Duplicate, NotFound, OutcomeUnknown, PatchRejected, Unprocessable
from drp_provider.models.base import Inputs
from drp_provider.patch.planner import Change
from drp_provider.patch.pointer import parent_of, value_at
from drp_provider.patch.values import same

Document = dict[str, Any]


class ObjectLifecycle:
    """Creates, adopts, changes, reads and deletes objects of one model, touching only what is declared."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `verbs.check`."""
        completed, faults = verbs.check(self.model, olds, news)
        key, recorded = completed.get(self.model.identity[0]), olds.get(self.model.identity[0])
        if isinstance(recorded, str):
            claims.record(self._thing(recorded))
        if isinstance(key, str):
            claims.declare(self._thing(key), self._declarer(completed))
        return completed, faults

    def diff(self, olds: Inputs, news: Inputs) -> Verdict:
        """See `verbs.diff`."""
        return verbs.diff(self.model, olds, news)

    def create(self, api: Documents, inputs: Inputs) -> State:
        """Send one `POST` with everything; claim an object that is there already if it is ours or to be adopted.

        Raises:
            AlreadyExists: it is there, and neither ours nor to be adopted.
            Conflict: it is to be adopted, and a declared key holds another value.
        """
        creation = Creation(self, api, inputs)
        adopted = creation.run()
        claims.make(self._thing(self._key(inputs)))
        return self._state(inputs, adopted=adopted)

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one guarded `PATCH`, or a `GET` in front of it where a key is new.

        Raises:
            Conflict: a key that was to change is neither as reviewed nor as wanted.
            NotFound: the object is gone.
        """
        adopted = bool(olds.get("adopted"))
        try:
            converge(api, self._target(id_, olds, news), self._change(olds, news, marked=not adopted))
        except NotFound as error:
            raise vanished(self._subject(id_), error) from None
        return self._state(news, adopted=adopted)

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """Return the owned values as the endpoint has them; None when the object is gone."""
        document = api.find(self.model.prefix, id_)
        if document is None:
            return None
        declared = {name: olds[name] for name in verbs.input_names(self.model) if name in olds}
        # An object that another stack made again under the name is theirs: a destroy only gives our keys back.
        adopted = self._is_anothers(document, olds) or bool(olds.get("adopted"))
        return self._state(leaves.live_inputs(self.model, declared, document), adopted=adopted)

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """Delete what we created; of what we adopted, take back our keys where they are still as we left them.

        DRP cannot make a `DELETE` conditional, so a look comes first: another stack may have made the object again.

        Raises:
            AlreadyExists: the object carries another stack's mark.
            Unprocessable: the object is still in use.
        """
        if claims.is_declared(self._thing(id_)):
            return  # The program still declares it, by another resource.
        if olds.get("adopted"):
            self._give_back(api, id_, olds)
            return
        if olds.get("owner") and self._find_ours(api, id_, olds) is None:
            return
        try:
            verbs.delete(
                self._subject(id_),
                lambda: api.delete(self.model.prefix, id_),
                lambda: self._find_ours(api, id_, olds),
            )
        except Unprocessable as error:
            raise in_use(self._subject(id_), error, api) from None

    def _find_ours(self, api: Documents, id_: str, olds: Inputs) -> Document | None:
        document = api.find(self.model.prefix, id_)
        if document is not None and self._is_anothers(document, olds):
            raise anothers(self._subject(id_), value_at(document, leaves.OWNER_POINTER))
        return document

    def _is_anothers(self, document: Document, olds: Inputs) -> bool:
        mark = value_at(document, leaves.OWNER_POINTER)
        return is_other_stacks(mark, olds.get("owner"))

    def _key(self, inputs: Inputs) -> str:
        return str(inputs[self.model.identity[0]])

    def _thing(self, key: str) -> claims.Thing:
        return (self.model.prefix, key)

    def _declarer(self, inputs: Inputs) -> str:
        return f"{self.model.__name__} {inputs.get('owner')}"

    def _subject(self, key: str) -> str:
        return f"{self.model.noun} {key!r}"

    def _target(self, key: str, *records: Inputs, adopting: bool = False) -> Target:
        secret_keys = leaves.secret_keys_of(self.model, *records)
        return Target(self.model.prefix, key, self._subject(key), secret_keys, adopting)

    def _state(self, inputs: Inputs, *, adopted: bool) -> State:
        return State(self._key(inputs), {**inputs, "adopted": adopted}, inputs)

    def _forced(self, inputs: Inputs, pointers: Any) -> frozenset[str]:
        return leaves.pointers_named(inputs.get("force") or (), pointers)

    def _change(self, olds: Inputs, news: Inputs, *, marked: bool) -> Change:
        reviewed = leaves.leaves_of(self.model, olds, marked=marked)
        wanted = leaves.leaves_of(self.model, news, marked=marked)
        for pointer, zero in leaves.zeros_of(self.model).items():
            if pointer in reviewed or pointer in wanted:
                reviewed.setdefault(pointer, zero)
                wanted.setdefault(pointer, zero)
        seeds = leaves.seeds_of(self.model, news)
        # What the program hands over to the machines stays as it is.
        reviewed = {p: value for p, value in reviewed.items() if p not in seeds}
        resets = frozenset(leaves.field_pointer(name) for name in self.model.resets(olds, news))
        known = () if resets else leaves.seeds_of(self.model, olds)
        fresh = {p: value for p, value in seeds.items() if p not in known}
        return Change(reviewed, wanted, fresh, self._forced(news, {**reviewed, **wanted}), resets)

    def _claiming(
        self,
        api: Documents,  # noqa: ARG002 - for clusters, like `live`
        inputs: Inputs,
        live: Document,  # noqa: ARG002
        *,
        ours: bool,
    ) -> Change:
        """Return the change that brings an object that is there already to the wanted state."""
        wanted = leaves.leaves_of(self.model, inputs, marked=ours)
        seeds = leaves.seeds_of(self.model, inputs)
        if ours:
            return Change({}, wanted, seeds, force=frozenset(wanted))
        reviewed = {p: zero for p, zero in leaves.zeros_of(self.model).items() if p in wanted}
        return Change(reviewed, wanted, seeds, force=self._forced(inputs, wanted))

    def _give_back(self, api: Documents, key: str, olds: Inputs) -> None:
        owned = {**leaves.leaves_of(self.model, olds, marked=False), **leaves.seeds_of(self.model, olds)}
        mine = {p: value for p, value in owned.items() if parent_of(p)}
        verbs.give_back(api, self._subject(key), (self.model.prefix, key), mine)


class Creation:
    """One creation: a `POST`, and what may be there instead."""

    def __init__(self, lifecycle: ObjectLifecycle, api: Documents, inputs: Inputs) -> None:
        self._of = lifecycle
        self._api = api
        self._inputs = inputs
        self._key = lifecycle._key(inputs)
        self._is_lost = False
        """Whether an earlier `POST` of this creation may have landed."""

    def run(self) -> bool:
        """Return whether the object was adopted."""
        return settle(self._of._subject(self._key), self._post, self._look)

    def _post(self) -> bool:
        try:
            self._api.create(self._of.model.prefix, leaves.body_of(self._of.model, self._inputs))
        except Duplicate as error:
            duplicate = error
        except OutcomeUnknown:
            self._is_lost = True
            raise
        else:
            return False
        found = self._look(duplicate)
        if found is None:  # it was deleted meanwhile: pause, and send again
            raise PatchRejected(str(duplicate), code=duplicate.code, model=duplicate.model, key=duplicate.key)
        return found

    def _look(self, _: Rejection | Duplicate) -> bool | None:
        live = self._api.find(self._of.model.prefix, self._key)
        return None if live is None else self._claim(live)

    def _claim(self, live: Document) -> bool:
        of, inputs = self._of, self._inputs
        landed = self._is_marked(live) or (self._is_lost and self._is_echo(live)) or self._is_recorded()
        ours = landed and not claims.is_anothers(of._thing(self._key), of._declarer(inputs))
        if not ours and not inputs.get("adopt"):
            raise already_exists(of.model, inputs, live)
        target = of._target(self._key, inputs, adopting=not ours)
        converge(self._api, target, of._claiming(self._api, inputs, live, ours=ours), live=live)
        return not ours

    def _is_marked(self, live: Document) -> bool:
        return any(value_at(live, pointer) == mark for pointer, mark in leaves.marks_of(self._inputs).items())

    def _is_recorded(self) -> bool:
        """Return whether this update replaces an object of ours in place; with marks off, nothing else tells."""
        is_known = claims.is_recorded(self._of._thing(self._key))
        return is_known and not self._inputs.get("owner") and not self._inputs.get("adopt")

    def _is_echo(self, live: Document) -> bool:
        """Return whether the object is just what our unanswered `POST` would have made, and marks are off."""
        body = leaves.body_of(self._of.model, self._inputs)
        empty = leaves.empty_body(self._of.model)
        return not self._inputs.get("owner") and all(
            same(value, live.get(field)) for field, value in {**empty, **body}.items()
        )
