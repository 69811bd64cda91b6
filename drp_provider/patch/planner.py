"""Plan a change as guarded operations over the fields that a program owns.

An *owned field* is one value, addressed by its pointer: a field (`/Description`), one param (`/Params/my~1leader`), one
meta key. It is replaced whole; the planner never touches anything else. Each owned field has three values:

* *reviewed*: what the last apply or refresh recorded, and the preview showed;
* *wanted*: what the program declares now (a field without a wanted value is removed);
* *live*: what the endpoint holds. It is read only if RFC 6902 leaves no other way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from drp_provider.patch.operation import Operation, Plan, add, remove, replace, test
from drp_provider.patch.pointer import parent_of, pointer_to, value_at
from drp_provider.patch.values import ABSENT, same

Values = Mapping[str, Any]
"""Owned values by pointer."""


@dataclass(frozen=True)
class Clash:
    """An owned field whose live value is neither the reviewed nor the wanted one."""

    pointer: str
    reviewed: Any
    live: Any
    wanted: Any


class Clashes(Exception):
    """The live document differs from the reviewed one, in fields that the plan would change."""

    def __init__(self, clashes: Collection[Clash]) -> None:
        super().__init__(f"{len(clashes)} owned fields differ")
        self.clashes = tuple(clashes)


@dataclass(frozen=True)
class Change:
    """From the reviewed values to the wanted ones.

    Attributes:
        reviewed: Owned fields by pointer.
        wanted: Their new values, by pointer.
        initial: Fields that are set if absent, and otherwise left alone.
        force: Pointers whose live value is overwritten without a comparison.
        resets: Pointers to maps in which the initial values are restored and every member that is neither reviewed nor
            wanted is removed.
    """

    reviewed: Values
    wanted: Values
    initial: Values = field(default_factory=dict)
    force: frozenset[str] = frozenset()
    resets: frozenset[str] = frozenset()

    def changed(self) -> list[str]:
        """Return the pointers at which reviewed and wanted differ, removals first, in a stable order."""
        pointers = {*self.reviewed, *self.wanted}
        differing = [p for p in pointers if not same(self.reviewed.get(p, ABSENT), self.wanted.get(p, ABSENT))]
        return sorted(differing, key=lambda p: (p in self.wanted, p))

    def needs_live(self) -> bool:
        """Return whether a plan needs the live document: a `test` cannot assert that a new field is absent."""
        return bool(self.initial or self.resets) or any(p not in self.reviewed for p in self.changed())


def plan(change: Change, live: Mapping[str, Any] | None = None) -> Plan:
    """Return the operations that carry out a change; none if the live values are the wanted ones.

    Without `live`, every operation is guarded by a `test` with the reviewed value. With it, fields that have the
    wanted value already are left out, and new ones are added behind a `test` of the whole enclosing map.

    Raises:
        Clashes: a field is neither as reviewed nor as wanted, and is not forced.
        ValueError: the change needs the live document and it was not given.
    """
    if live is None:
        if change.needs_live():
            raise ValueError("this change needs the live document")
        return tuple(line for p in change.changed() for line in _blind(p, change))
    clashes = list(_clashes(change, live))
    if clashes:
        raise Clashes(clashes)
    lines = [line for p in change.changed() for line in _seen(p, change.wanted.get(p, ABSENT), live)]
    for pointer, value in sorted(change.initial.items()):
        if parent_of(pointer) in change.resets or value_at(live, pointer) is ABSENT:
            lines += _seen(pointer, value, live)
    for parent in sorted(change.resets):
        lines += _clear(parent, change, live)
    return (*_map_guards(lines, live, change.resets), *lines)


def has_landed(lines: Plan, live: Mapping[str, Any]) -> bool:
    """Return whether a patch without a response was applied: no value that it replaced or removed is left."""
    guards = {line.path: line.value for line in lines if line.op == "test"}
    touched = [line.path for line in lines if line.op in {"replace", "remove"}]
    return bool(touched) and not any(same(value_at(live, path), guards[path]) for path in touched)


def _blind(pointer: str, change: Change) -> list[Operation]:
    guard = test(pointer, change.reviewed[pointer])
    if pointer not in change.wanted:
        return [guard, remove(pointer)]
    return [guard, replace(pointer, change.wanted[pointer])]


def _seen(pointer: str, wanted: Any, live: Mapping[str, Any]) -> list[Operation]:
    present = value_at(live, pointer)
    if same(present, wanted):
        return []
    if present is ABSENT:
        return [add(pointer, wanted)]
    guard = test(pointer, present)
    return [guard, remove(pointer) if wanted is ABSENT else replace(pointer, wanted)]


def _clashes(change: Change, live: Mapping[str, Any]) -> list[Clash]:
    found = []
    for pointer in change.changed():
        reviewed, wanted = change.reviewed.get(pointer, ABSENT), change.wanted.get(pointer, ABSENT)
        present = value_at(live, pointer)
        if pointer not in change.force and not same(present, reviewed) and not same(present, wanted):
            found.append(Clash(pointer, reviewed, present, wanted))
    return found


def _clear(parent: str, change: Change, live: Mapping[str, Any]) -> list[Operation]:
    """Remove the members of a map that are not declared."""
    members = value_at(live, parent)
    kept = {*change.wanted, *change.initial, *change.reviewed}
    pointers = [parent + pointer_to(key) for key in sorted(members or {})]
    return [line for p in pointers if p not in kept for line in (test(p, value_at(live, p)), remove(p))]


def _map_guards(lines: list[Operation], live: Mapping[str, Any], resets: frozenset[str]) -> list[Operation]:
    """Test each whole map to which something is added: the only way to assert absence."""
    parents = {parent_of(line.path) for line in lines if line.op == "add"}
    parents |= {p for p in resets if lines}
    return [test(parent, value_at(live, parent)) for parent in sorted(parents)]
