"""The six verbs of a resource that is a whole DRP object."""

from dataclasses import replace
from typing import Any

from drp_provider.engine import claims, leaves, verbs
from drp_provider.engine.displaced import Displaced
from drp_provider.engine.leaves import Model
from drp_provider.engine.reports import already_exists, clash_report, in_use, vanished
from drp_provider.engine.rest import at_rest
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import Duplicate, NotFound, ReplyLost, Unprocessable
from drp_provider.models.base import Inputs
from drp_provider.patch.planner import Change, Clashes, has_landed, plan
from drp_provider.patch.pointer import parent_of, value_at
from drp_provider.patch.values import ABSENT, same

Document = dict[str, Any]


class ObjectLifecycle:
    """Creates, adopts, changes, reads and deletes objects of one model, touching only what is declared."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `verbs.check`."""
        completed, faults = verbs.check(self.model, olds, news)
        key = completed.get(self.model.identity[0])
        if isinstance(key, str):
            claims.declare(self._thing(key), self._declarer(completed))
        return completed, faults

    def diff(self, olds: Inputs, news: Inputs) -> Verdict:
        """See `verbs.diff`."""
        verdict = verbs.diff(self.model, olds, news)
        if verdict.replaces and isinstance(key := news[self.model.identity[0]], str):
            claims.take_place(self._thing(key), self._key(olds))
        return verdict

    def create(self, api: Documents, inputs: Inputs) -> State:
        """One `POST` with everything; an object that is there already is claimed if it is ours or to be adopted.

        Raises:
            AlreadyExists: it is there, and neither ours nor to be adopted.
            Conflict: it is to be adopted, and a declared key holds another value.
        """
        key = self._key(inputs)
        predecessor = claims.place_of(self._thing(key))
        escapes = leaves.escapes_of(self.model, inputs) if predecessor is not None else {}
        with at_rest(api, predecessor or key, escapes):
            adopted = verbs.patiently(self._subject(key), lambda: self._create_or_claim(api, inputs, key))
        claims.make(self._thing(key))
        return self._state(inputs, adopted=adopted)

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:
        """One guarded `PATCH`, or a `GET` in front of it where a key is new.

        Raises:
            Conflict: a key that was to change is neither as reviewed nor as wanted.
            NotFound: the object is gone.
        """
        adopted = bool(olds.get("adopted"))
        change = self._change(olds, news, marked=not adopted)
        secret_keys = leaves.secret_keys_of(self.model, olds, news)
        escapes = leaves.escapes_of(self.model, news) if change.resets else {}
        try:
            with at_rest(api, id_, escapes, lambda: self._agreed(api, id_, change, secret_keys)):
                self._converge(api, id_, change, secret_keys=secret_keys)
        except NotFound as error:
            raise vanished(self._subject(id_), error) from None
        return self._state(news, adopted=adopted)

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """The owned values as the endpoint has them; None when the object is gone."""
        document = api.find(self.model.prefix, id_)
        if document is None:
            return None
        declared = {name: olds[name] for name in verbs.input_names(self.model) if name in olds}
        # An object that somebody else made again under the name is theirs: a destroy only gives our keys back.
        mark = value_at(document, leaves.OWNER_POINTER)
        foreign = bool(mark and olds.get("owner")) and mark != olds.get("owner")
        adopted = foreign or bool(olds.get("adopted"))
        return self._state(leaves.live_inputs(self.model, declared, document), adopted=adopted)

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """Delete what we created; of what we adopted, take back our keys where they are still as we left them.

        Raises:
            Unprocessable: somebody still uses the object.
        """
        if claims.is_declared(self._thing(id_)):
            return  # The program still declares it, by another resource.
        if olds.get("adopted"):
            self._give_back(api, id_, olds)
            return
        try:
            api.delete(self.model.prefix, id_)
        except Unprocessable as error:
            raise in_use(self._subject(id_), error, api) from None

    def _key(self, inputs: Inputs) -> str:
        return str(inputs[self.model.identity[0]])

    def _thing(self, key: str) -> claims.Thing:
        return (self.model.prefix, key)

    def _declarer(self, inputs: Inputs) -> str:
        return f"{self.model.__name__} {inputs.get('owner')}"

    def _subject(self, key: str) -> str:
        return f"{self.model.noun} {key!r}"

    def _state(self, inputs: Inputs, *, adopted: bool) -> State:
        return State(self._key(inputs), {**inputs, "adopted": adopted}, inputs)

    def _create_or_claim(self, api: Documents, inputs: Inputs, key: str) -> bool | ReplyLost | None:
        """Whether the object was adopted; anything else to try again."""
        lost = None
        try:
            api.create(self.model.prefix, leaves.body_of(self.model, inputs))
        except Duplicate:
            pass
        except ReplyLost as silence:
            lost = silence
        else:
            return False
        live = api.find(self.model.prefix, key)
        return lost if live is None else self._claim(api, inputs, live, lost=lost is not None)

    def _claim(self, api: Documents, inputs: Inputs, live: Document, *, lost: bool) -> bool:
        key = self._key(inputs)
        wanted = leaves.leaves_of(self.model, inputs, marked=True)
        landed = self._is_marked(inputs, live) or (lost and self._is_echo(inputs, live))
        ours = landed and not claims.is_anothers(self._thing(key), self._declarer(inputs))
        if not ours and not inputs.get("adopt"):
            raise already_exists(self.model, inputs, live)
        seeds = leaves.seeds_of(self.model, inputs)
        if ours:
            change = Change({}, wanted, seeds, force=frozenset(wanted))
        else:
            wanted.pop(leaves.OWNER_POINTER, None)
            reviewed = {p: zero for p, zero in leaves.zeros_of(self.model).items() if p in wanted}
            change = Change(reviewed, wanted, seeds, force=self._forced(inputs, wanted))
        self._converge(api, key, change, live=live, secret_keys=leaves.secret_keys_of(self.model, inputs))
        return not ours

    def _is_marked(self, inputs: Inputs, live: Document) -> bool:
        mark = value_at(live, leaves.OWNER_POINTER)
        return bool(mark) and mark == inputs.get("owner")

    def _is_echo(self, inputs: Inputs, live: Document) -> bool:
        """Whether the object is just what our lost `POST` would have made. Without a mark nothing says it better."""
        body = leaves.body_of(self.model, inputs)
        empty = leaves.empty_body(self.model)
        return not inputs.get("owner") and all(
            same(value, live.get(field)) for field, value in {**empty, **body}.items()
        )

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

    def _converge(
        self,
        api: Documents,
        key: str,
        change: Change,
        *,
        secret_keys: set[str],
        live: Document | None = None,
        subject: str = "",
        displaced: Displaced | None = None,
    ) -> None:
        """Send the change; when the endpoint refuses or is silent, look and plan again from what is there."""
        seen, subject, displaced = live, subject or self._subject(key), displaced or Displaced({})

        def attempt() -> bool | ReplyLost | None:
            nonlocal seen, change
            if seen is None and change.needs_live():
                seen = self._look(api, key)
            try:
                lines = plan(self._marking(change, seen), seen)
            except Clashes as found:
                raise clash_report(subject, found, secret_keys, adopting=live is not None) from None
            displaced.sending(change, seen)
            result = verbs.send(api, self.model.prefix, key, lines)
            if result is not True:
                seen = self._look(api, key)
                if isinstance(result, ReplyLost) and has_landed(lines, seen):
                    # A second reset would undo what the machines have written since the first.
                    change = replace(change, seeds={}, resets=frozenset())
            displaced.answered(result, seen)
            return result

        verbs.patiently(subject, attempt)

    def _agreed(self, api: Documents, key: str, change: Change, secret_keys: set[str]) -> None:
        """Nothing, if the change can be planned from what is there now.

        Raises:
            Conflict: it cannot.
        """
        live = self._look(api, key)
        try:
            plan(self._marking(change, live), live)
        except Clashes as found:
            raise clash_report(self._subject(key), found, secret_keys, adopting=False) from None

    def _look(self, api: Documents, key: str) -> Document:
        document = api.find(self.model.prefix, key)
        if document is None:
            raise NotFound(f"{self.model.prefix}/{key} is gone", code=404, model=self.model.prefix, key=key)
        return document

    def _marking(self, change: Change, seen: Document | None) -> Change:
        """A mark that somebody took away may be written again; no refresh would show that it is missing."""
        if seen is None or value_at(seen, leaves.OWNER_POINTER) is not ABSENT:
            return change
        return replace(change, force=change.force | {leaves.OWNER_POINTER})

    def _give_back(self, api: Documents, key: str, olds: Inputs) -> None:
        owned = {**leaves.leaves_of(self.model, olds, marked=False), **leaves.seeds_of(self.model, olds)}
        mine = {p: value for p, value in owned.items() if parent_of(p)}
        verbs.give_back(api, self._subject(key), (self.model.prefix, key), mine)
