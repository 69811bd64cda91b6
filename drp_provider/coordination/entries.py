"""Whose an entry of a list is, told as the shell's helpers tell it."""

from collections.abc import Mapping, Sequence
from typing import Any

from drp_provider.patch.values import same


def place_of(entries: Sequence[Any], mine: Any) -> int | None:
    """The place of the entry that belongs to the same machine as `mine`; None where there is none.

    An entry belongs to the machine of its member `Uuid`, or is that Uuid as a text. One that names no machine is
    compared whole.
    """
    machine = _machine(mine)
    for place, present in enumerate(entries):
        if _machine(present) == machine if machine else same(present, mine):
            return place
    return None


def _machine(entry: Any) -> str:
    named = entry.get("Uuid") if isinstance(entry, Mapping) else entry
    return named if isinstance(named, str) else ""
