"""The lifecycle of machine settings: fields and keys of a machine that DRP has discovered.

The machine is never created or deleted. Deleting the resource restores values that `force` overwrote and removes the
other declared keys, but only if another client has not changed the value since.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from drp_provider.api.interface import Api, Document
from drp_provider.engine.console import say
from drp_provider.engine.lifecycles.base import Diff, State, check_inputs, compare_inputs, inputs_in
from drp_provider.engine.machines import references
from drp_provider.engine.messages.machines import subject_of, unknown_machine
from drp_provider.engine.messages.objects import vanished
from drp_provider.engine.ownership.changes import change_between, claim
from drp_provider.engine.ownership.converge import Target, converge, in_words
from drp_provider.engine.ownership.fields import OwnedFields, Values, secret_keys_of
from drp_provider.engine.ownership.labels import label_of
from drp_provider.engine.ownership.overwritten import Overwritten
from drp_provider.engine.ownership.release import release
from drp_provider.engine.registry import Registry
from drp_provider.errors import DrpError, NotFound, OutcomeUnknown
from drp_provider.models.base import Inputs
from drp_provider.models.machine_settings import MachineSettings
from drp_provider.patch.planner import Change
from drp_provider.patch.values import same

PREFIX = "machines"
LOCKED = "/Locked"
SECRETS = frozenset({"overwritten", "applied"})
"""Outputs that hold other clients' values, or values that are secret under another key."""


class MachineSettingsLifecycle:
    """Claims, updates, reads and releases the declared fields of a machine."""

    def __init__(self, model: type[MachineSettings], registry: Registry) -> None:
        self.model = model
        self._registry = registry

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `check_inputs`. Each field is declared separately, because resources may share a machine."""
        completed, errors = check_inputs(self.model, self._registry, olds, news)
        machine = completed.get("machine")
        if isinstance(machine, str):
            for pointer in self._fields(_with_known_maps(self.model, completed)).values:
                self._registry.declare((PREFIX, machine, pointer), self.model.__name__)
        return completed, errors

    def diff(self, olds: Inputs, news: Inputs) -> Diff:
        """See `compare_inputs`; another reference to the same machine is no change."""
        return compare_inputs(self.model, olds, references.with_one_name(olds, news))

    def create(self, api: Api, inputs: Inputs) -> State:
        """Send a `GET` and one `PATCH`; claim a field that has the wanted value already.

        Raises:
            Conflict: a declared field holds another value and is not forced.
            NotFound: there is no such machine.
        """
        machine = inputs["machine"]
        try:
            live = api.get(PREFIX, references.key_of(machine))
        except NotFound as error:
            raise unknown_machine(machine, "nothing was set", error) from None
        fields, overwritten = self._fields(inputs), Overwritten({})
        target = self._target(live["Uuid"], inputs, adopting=True)
        _Writing(api, target, overwritten).write(claim(fields, ours=False), live)
        return self._state(live["Uuid"], inputs, references.facts_of(live), overwritten.values, {})

    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one guarded `PATCH`, after a `GET` if a key is new; release the fields that are no longer declared.

        Raises:
            Conflict: a field to change has neither the reviewed nor the wanted value.
            NotFound: the machine is gone.
        """
        applied, overwritten = olds.get("applied") or {}, Overwritten(olds.get("overwritten") or {})
        kept = self._fields(news).values
        change = change_between(self._fields(olds), self._fields(news), marked=False)
        change = self._with_releases(change, kept, id_, olds)
        try:
            _Writing(api, self._target(id_, news, olds), overwritten).write_in_steps(change)
        except NotFound as error:
            raise vanished(subject_of(news["machine"]), error) from None
        changed = change.changed()
        return self._state(
            id_,
            news,
            references.facts_in(olds),
            {p: value for p, value in overwritten.values.items() if p in kept},
            {p: value for p, value in applied.items() if p in kept and p not in changed},
        )

    def read(self, api: Api, id_: str, olds: Inputs) -> State | None:
        """Return the owned fields as the endpoint has them, and our values of those that other clients changed."""
        document = api.find(PREFIX, id_)
        if document is None:
            return None
        seen = self._fields(inputs_in(self.model, olds)).seen_in(document)
        our_values = self._our_values(olds)
        ours = {p: our_values[p] for p, value in self._fields(seen).values.items() if not same(our_values[p], value)}
        return self._state(id_, seen, references.facts_of(document), olds.get("overwritten") or {}, ours)

    def delete(self, api: Api, id_: str, olds: Inputs) -> None:
        """Release the fields that still have our values, with one `PATCH`."""
        mine = {p: value for p, value in self._our_values(olds).items() if not self._is_declared(id_, olds, p)}
        earlier = {**self._fields(olds).defaults, **(olds.get("overwritten") or {})}
        release(api, subject_of(olds["machine"]), (PREFIX, id_), mine, earlier)

    def _fields(self, inputs: Inputs) -> OwnedFields:
        return OwnedFields(self.model, inputs)

    def _target(self, key: str, news: Inputs, olds: Inputs | None = None, *, adopting: bool = False) -> Target:
        secret_keys = secret_keys_of(self._fields(olds or {}), self._fields(news))
        return Target(PREFIX, key, subject_of(news["machine"]), secret_keys, adopting)

    def _state(self, id_: str, inputs: Inputs, facts: Inputs, overwritten: Values, ours: Values) -> State:
        outputs = {**inputs, **facts, "overwritten": overwritten, "applied": ours or None}
        return State(id_, outputs, inputs, SECRETS)

    def _our_values(self, olds: Inputs) -> Values:
        """Return our values of the owned fields, also if a refresh has recorded other clients' values since."""
        return {p: (olds.get("applied") or {}).get(p, value) for p, value in self._fields(olds).values.items()}

    def _is_declared(self, id_: str, olds: Inputs, pointer: str) -> bool:
        names = references.names_of(id_, olds)
        return self._registry.is_declared(*((PREFIX, name, pointer) for name in names))

    def _with_releases(self, change: Change, kept: Collection[str], id_: str, olds: Inputs) -> Change:
        """Return the change, in which a field that is no longer declared is restored to its earlier value.

        It is left alone if another resource declares it, or if a refresh has shown another client's value.
        """
        gone = [p for p in change.reviewed if p not in kept]
        foreign = {p for p in gone if p in (olds.get("applied") or {}) or self._is_declared(id_, olds, p)}
        earlier = {p: value for p, value in (olds.get("overwritten") or {}).items() if p in gone}
        return replace(
            change,
            reviewed={p: value for p, value in change.reviewed.items() if p not in foreign},
            wanted={p: value for p, value in {**change.wanted, **earlier}.items() if p not in foreign},
        )


@dataclass(frozen=True)
class _Writing:
    """Changes of one machine, and the values that they overwrite."""

    api: Api
    target: Target
    overwritten: Overwritten

    def write(self, change: Change, live: Document | None = None) -> None:
        converge(self.api, self.target, change, live=live, overwritten=self.overwritten)
        self._warn_of_lost_values()

    def write_in_steps(self, change: Change) -> None:
        """Carry out the change; if the second step fails, name the values that the first has overwritten."""
        known = set(self.overwritten.values)
        for step in _around_the_lock(change):
            try:
                self.write(step)
            except DrpError as error:
                failed = error
            else:
                continue
            lost = {pointer: value for pointer, value in self.overwritten.values.items() if pointer not in known}
            if not lost or isinstance(failed, NotFound):
                raise failed
            raise OutcomeUnknown(f"{failed} An earlier patch was applied; before it, {in_words(lost, self.target)}.")

    def _warn_of_lost_values(self) -> None:
        """Warn of forced keys that an interrupted run may have set already: their earlier values cannot be restored."""
        pointers = sorted(self.overwritten.preset - self.overwritten.values.keys())
        if pointers:
            say(
                f"{self.target.subject}: {', '.join(map(label_of, pointers))} had the wanted value already. If an "
                "interrupted run overwrote another value, destroy cannot restore that one."
            )


def _around_the_lock(change: Change) -> list[Change]:
    """Return the steps of a change: two if we keep the machine locked, because DRP then accepts only an unlock."""
    locked = change.reviewed.get(LOCKED) is True and change.wanted.get(LOCKED) is True
    if not (locked and change.changed()):
        return [change]
    opened = replace(change, wanted={**change.wanted, LOCKED: False})
    return [opened, replace(change, reviewed={**change.wanted, LOCKED: False})]


def _with_known_maps(model: type[MachineSettings], inputs: Inputs) -> dict[str, Any]:
    """Return the inputs without the maps that are unknown."""
    return {name: value for name, value in inputs.items() if name not in model.maps or isinstance(value, dict)}
