"""The error for a conflict: each owned field as reviewed, live and wanted, and the ways out."""

from collections.abc import Callable, Collection
from typing import Any

from drp_provider.engine.ownership.labels import label_of, masker
from drp_provider.engine.ownership.secret_keys import EVERY
from drp_provider.errors import Conflict, Difference
from drp_provider.patch.planner import Clash, Clashes
from drp_provider.patch.pointer import tokens_of

TRANSFORMED = "Values are hidden because a Pulumi transform of this program may have made them secret."


def conflict_report(subject: str, found: Clashes, secret_keys: Collection[str], *, adopting: bool) -> Conflict:
    """Return the error. An adopted object has no reviewed values."""
    show = masker(secret_keys)
    keys = ", ".join(f'"{_name_of(clash.pointer)}"' for clash in found.clashes)
    first = "declare the live values" if adopting else "run `pulumi refresh` and look at `pulumi preview`"
    hint = f"To go on, {first}, or overwrite them with force=[{keys}]."
    if EVERY in secret_keys:
        hint += f"\n    {TRANSFORMED}"
    return Conflict(subject, [_difference(clash, show, adopting=adopting) for clash in found.clashes], hint)


def _difference(clash: Clash, show: Callable[[str, Any], str], *, adopting: bool) -> Difference:
    reviewed, live, wanted = (show(clash.pointer, value) for value in (clash.reviewed, clash.live, clash.wanted))
    return Difference(label_of(clash.pointer), None if adopting else reviewed, live, wanted)


def _name_of(pointer: str) -> str:
    """Return a field as `force` takes it: by its key in a map, or as the program spells the input."""
    _, *key = tokens_of(pointer)
    return key[-1] if key else label_of(pointer)
