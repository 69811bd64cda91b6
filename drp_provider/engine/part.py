"""The verbs of a resource that is fields and keys of an object that somebody else made.

The object is never created or deleted. What the program takes it gives back: to the value that `force` overwrote, or
else to nothing; and only where the value is still the one that was left there.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from drp_provider.engine import claims, holders, leaves, verbs
from drp_provider.engine.converge import Target, converge, in_words
from drp_provider.engine.lifecycle import ObjectLifecycle
from drp_provider.engine.overwritten import Overwritten
from drp_provider.engine.reports import vanished
from drp_provider.engine.speech import say
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import DrpError, NotFound, OutcomeUnknown
from drp_provider.models.base import Inputs, Part
from drp_provider.patch.planner import Change
from drp_provider.patch.values import same

LOCKED = "/Locked"
SECRETS = frozenset({"overwritten", "ours"})
"""Outputs that hold values of others, or values that were secret under another key."""


class PartLifecycle(ObjectLifecycle):
    """Takes over, changes, reads and gives back the declared leaves of an object."""

    model: type[Part]

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `verbs.check`. Each leaf is declared by itself: resources may share an object."""
        completed, faults = verbs.check(self.model, olds, news)
        key = completed.get(self.model.holder)
        if isinstance(key, str):
            for pointer in leaves.leaves_of(self.model, _with_known_maps(self.model, completed), marked=False):
                claims.declare((self.model.prefix, key, pointer), self.model.__name__)
        return completed, faults

    def diff(self, olds: Inputs, news: Inputs) -> Verdict:
        """See `verbs.diff`; the same object by its other name is no change."""
        return verbs.diff(self.model, olds, holders.settled(self.model, olds, news))

    def create(self, api: Documents, inputs: Inputs) -> State:
        """A `GET` and one `PATCH`; a leaf that is at the wanted value already is ours from now on.

        Raises:
            Conflict: a declared leaf holds another value and is not forced.
            NotFound: there is no such object.
        """
        try:
            live = api.get(self.model.prefix, holders.key_of(inputs[self.model.holder]))
        except NotFound as error:
            raise holders.unknown(self.model, inputs, "nothing was set", error) from None
        wanted = leaves.leaves_of(self.model, inputs, marked=False)
        zeros = {p: zero for p, zero in leaves.zeros_of(self.model).items() if p in wanted}
        change = Change(zeros, wanted, force=self._forced(inputs, wanted))
        overwritten = Overwritten({})
        self._carry_out(api, live["Uuid"], change, overwritten, news=inputs, live=live)
        return self._part(live["Uuid"], inputs, holders.facts_of(self.model, live), overwritten.values, {})

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:
        """One guarded `PATCH`, or a `GET` in front of it where a key is new; what is declared no more is given back.

        Raises:
            Conflict: a leaf that was to change is neither as reviewed nor as wanted.
            NotFound: the object is gone.
        """
        ours, overwritten = olds.get("ours") or {}, Overwritten(olds.get("overwritten") or {})
        kept = leaves.leaves_of(self.model, news, marked=False)
        change = self._given_back(self._change(olds, news, marked=False), kept, id_, olds)
        try:
            self._carry_out_in_steps(api, id_, change, overwritten, news=news, olds=olds)
        except NotFound as error:
            raise vanished(self._subject_of(news), error) from None
        changed = change.changed()
        facts = {name: olds.get(name) for name in (f"{self.model.holder}_uuid", f"{self.model.holder}_name")}
        return self._part(
            id_,
            news,
            facts,
            {p: value for p, value in overwritten.values.items() if p in kept},
            {p: value for p, value in ours.items() if p in kept and p not in changed},
        )

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """The owned values as the endpoint has them, and beside those of others what we had left there."""
        document = api.find(self.model.prefix, id_)
        if document is None:
            return None
        declared = {name: olds[name] for name in verbs.input_names(self.model) if name in olds}
        seen = leaves.live_inputs(self.model, declared, document)
        left = self._left(olds)
        live = leaves.leaves_of(self.model, seen, marked=False)
        ours = {p: left[p] for p, value in live.items() if not same(left[p], value)}
        return self._part(id_, seen, holders.facts_of(self.model, document), olds.get("overwritten") or {}, ours)

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """One `PATCH` that puts back, or takes away, what is still as we left it; the rest is somebody else's now."""
        mine = {p: value for p, value in self._left(olds).items() if not self._is_declared(id_, olds, p)}
        back = {**leaves.zeros_of(self.model), **(olds.get("overwritten") or {})}
        verbs.give_back(api, self._subject_of(olds), (self.model.prefix, id_), mine, back)

    def _subject_of(self, inputs: Inputs) -> str:
        return f"{self.model.holder} {inputs[self.model.holder]!r}"

    def _part(self, id_: str, inputs: Inputs, facts: Inputs, overwritten: Inputs, ours: Inputs) -> State:
        outputs = {**inputs, **facts, "overwritten": overwritten, "ours": ours or None}
        return State(id_, outputs, inputs, SECRETS)

    def _left(self, olds: Inputs) -> dict[str, Any]:
        """The owned leaves as we left them; a refresh may have recorded others' values since."""
        owned = leaves.leaves_of(self.model, olds, marked=False)
        return {p: (olds.get("ours") or {}).get(p, value) for p, value in owned.items()}

    def _is_declared(self, id_: str, olds: Inputs, pointer: str) -> bool:
        names = holders.names_of(self.model, id_, olds)
        return claims.is_declared(*((self.model.prefix, name, pointer) for name in names))

    def _carry_out(
        self,
        api: Documents,
        key: str,
        change: Change,
        overwritten: Overwritten,
        *,
        news: Inputs,
        olds: Inputs | None = None,
        live: dict[str, Any] | None = None,
    ) -> None:
        secret_keys = leaves.secret_keys_of(self.model, olds or {}, news)
        target = Target(self.model.prefix, key, self._subject_of(news), secret_keys, adopting=live is not None)
        converge(api, target, change, live=live, overwritten=overwritten)
        self._warn_of_lost_values(target, overwritten)

    def _carry_out_in_steps(
        self, api: Documents, key: str, change: Change, overwritten: Overwritten, *, news: Inputs, olds: Inputs
    ) -> None:
        """Carry out the change; if the step behind our own lock fails, name what the one before has overwritten."""
        known = set(overwritten.values)
        for step in self._around_the_lock(change):
            try:
                self._carry_out(api, key, step, overwritten, news=news, olds=olds)
            except DrpError as error:
                failed = error
            else:
                continue
            lost = {pointer: value for pointer, value in overwritten.values.items() if pointer not in known}
            if not lost or isinstance(failed, NotFound):
                raise failed
            target = Target(self.model.prefix, key, "", leaves.secret_keys_of(self.model, olds, news))
            raise OutcomeUnknown(f"{failed} An earlier patch has landed; before it, {in_words(lost, target)}.")

    def _warn_of_lost_values(self, target: Target, overwritten: Overwritten) -> None:
        """Say which forced keys held the wanted value already, perhaps by a run that died: nothing can be put back."""
        names = ", ".join(
            leaves.label_of(pointer) for pointer in sorted(overwritten.untold - overwritten.values.keys())
        )
        if names:
            say(
                f"{target.subject}: {names} held the wanted value already; what an interrupted run may have "
                "overwritten there is not known, so it cannot be put back when the resource goes"
            )

    def _given_back(self, change: Change, kept: Collection[str], id_: str, olds: Inputs) -> Change:
        """The change, in which a leaf that is declared no more returns to what it was before us.

        It stays where another resource declares it, and where a refresh has shown somebody else's value.
        """
        gone = [p for p in change.reviewed if p not in kept]
        foreign = {p for p in gone if p in (olds.get("ours") or {}) or self._is_declared(id_, olds, p)}
        back = {p: value for p, value in (olds.get("overwritten") or {}).items() if p in gone}
        return replace(
            change,
            reviewed={p: value for p, value in change.reviewed.items() if p not in foreign},
            wanted={p: value for p, value in {**change.wanted, **back}.items() if p not in foreign},
        )

    def _around_the_lock(self, change: Change) -> list[Change]:
        """A locked object takes only a patch that unlocks it, so behind our own lock there are two."""
        locked = change.reviewed.get(LOCKED) is True and change.wanted.get(LOCKED) is True
        if not (locked and change.changed()):
            return [change]
        opened = replace(change, wanted={**change.wanted, LOCKED: False})
        return [opened, replace(change, reviewed={**change.wanted, LOCKED: False})]


def _with_known_maps(model: type[Part], inputs: Inputs) -> Inputs:
    """The inputs without the maps of which nothing is known yet."""
    return {name: value for name, value in inputs.items() if name not in model.maps or isinstance(value, dict)}
