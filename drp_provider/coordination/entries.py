"""Find the entry of a machine in a list, by the same rule as the shell helpers."""

from collections.abc import Mapping, Sequence
from typing import Any

from drp_provider.patch.values import same


def index_of(entries: Sequence[Any], mine: Any) -> int | None:
    """Return the index of the entry that belongs to the same machine as `mine`, or None.

    An entry belongs to the machine of its member `Uuid`, or is that Uuid as a text. One that names no machine is
    compared whole.
    """
    machine = _machine(mine)
    for index, present in enumerate(entries):
        if _machine(present) == machine if machine else same(present, mine):
            return index
    return None


def _machine(entry: Any) -> str:
    named = entry.get("Uuid") if isinstance(entry, Mapping) else entry
    return named if isinstance(named, str) else ""
