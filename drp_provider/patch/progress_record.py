"""The record of the icon and colour that the cluster pattern shows on a machine, and the patch that restores them.

The pattern writes the icon and the colour of a machine into its Meta. In the same request it stores a record under the
key `cluster-progress/<cluster profile>`, as compact JSON text:
`{"before":{"color":"blue"},"shown":{"color":"green","icon":"ship"}}`. A member that was absent is left out of `before`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drp_provider.patch.operation import Operation, remove, replace, test
from drp_provider.patch.pointer import pointer_to

KEY_PREFIX = "cluster-progress/"
"""A Meta key of a machine: this prefix, and then the name of the cluster profile."""
MEMBERS = ("color", "icon")
"""The Meta keys that the pattern changes."""


@dataclass(frozen=True)
class ProgressRecord:
    """The values that the pattern shows now, and the machine's earlier values."""

    before: Mapping[str, str]
    shown: Mapping[str, str]

    def to_text(self) -> str:
        """Return the value of the Meta key. The shell helper writes and reads exactly this text."""
        members = {"before": dict(self.before), "shown": dict(self.shown)}
        return json.dumps(members, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def showing(self, values: Mapping[str, str], meta: Mapping[str, Any]) -> "ProgressRecord":
        """Return the record after the pattern shows these values too; `meta` is the machine's Meta before that."""
        new = {member: meta[member] for member in values if member not in self.shown and member in meta}
        return ProgressRecord({**self.before, **new}, {**self.shown, **values})

    def instead(self, member: str, earlier: str | None) -> "ProgressRecord":
        """Return the record with another earlier value of one member; None means that it was absent."""
        before = {name: value for name, value in self.before.items() if name != member}
        return ProgressRecord(before if earlier is None else {**before, member: earlier}, self.shown)


NOTHING_SHOWN = ProgressRecord({}, {})
"""The record of a pattern that has not changed the machine yet."""


def progress_key(profile: str) -> str:
    """Return the Meta key that holds the record of a cluster."""
    return KEY_PREFIX + profile


def record_in(meta: Mapping[str, Any], key: str) -> ProgressRecord | None:
    """Return the record under a Meta key; None if the key is absent or its value is not a record."""
    try:
        found = json.loads(meta[key])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    before, shown = (_texts(found.get(part)) for part in ("before", "shown"))
    if before is None or shown is None:
        return None
    return ProgressRecord({name: value for name, value in before.items() if name in shown}, shown)


def restoration(meta: Mapping[str, Any] | None, profile: str) -> list[Operation]:
    """Return the operations that undo what a cluster shows on a machine, given the machine's current Meta.

    A value that is still the cluster's own is restored to the earlier one. A value that another client changed is kept.
    The record is always removed. If another cluster replaced a value of this one, its record takes over the earlier
    value, so that it is restored when the machine leaves the other cluster. Each change follows a `test`.
    """
    meta, key = meta or {}, progress_key(profile)
    if key not in meta:
        return []
    lines = _guarded(key, meta, None)
    record = record_in(meta, key)
    if record is None:
        return lines
    others = _other_records(meta, key)
    changed = set()
    for member, shown in sorted(record.shown.items()):
        earlier = record.before.get(member)
        successors = [name for name, other in others.items() if _succeeds(other, record, member)]
        for name in successors:
            others[name] = others[name].instead(member, earlier)
        changed |= set(successors)
        if not successors and meta.get(member) == shown and earlier != shown:
            lines += _guarded(member, meta, earlier)
    return [*lines, *(line for name in sorted(changed) for line in _guarded(name, meta, others[name].to_text()))]


def _succeeds(other: ProgressRecord, record: ProgressRecord, member: str) -> bool:
    """Return whether the other cluster replaced what this one showed, and this one did not replace the other's."""
    replaced = other.before.get(member) == record.shown[member]
    return replaced and record.before.get(member) != other.shown.get(member)


def _other_records(meta: Mapping[str, Any], key: str) -> dict[str, ProgressRecord]:
    names = [name for name in meta if name.startswith(KEY_PREFIX) and name != key]
    found = {name: record_in(meta, name) for name in names}
    return {name: record for name, record in found.items() if record is not None}


def _guarded(key: str, meta: Mapping[str, Any], value: str | None) -> list[Operation]:
    pointer = pointer_to("Meta", key)
    return [test(pointer, meta[key]), remove(pointer) if value is None else replace(pointer, value)]


def _texts(members: Any) -> dict[str, str] | None:
    """Return the members that the pattern changes, or None if these are not a map of texts."""
    if not isinstance(members, dict):
        return None
    found = {name: members[name] for name in MEMBERS if name in members}
    return found if all(isinstance(value, str) for value in found.values()) else None
