"""JSON values: absence, equality as a JSON Patch `test` sees it, and short text for people."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

LONGEST_TEXT = 120
"""The largest number of characters that a message shows of a value."""


class _Absent:
    """The type of `ABSENT`, which is not null: a member can hold null."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent()
"""The value of a member that does not exist."""


def same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are equal for a `test` (RFC 6902, section 4.6).

    Numbers are compared as the float64 that DRP holds, so `1` equals `1.0` and a large integer equals its rounded
    value; a boolean is not a number; absent equals only absent.
    """
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other or _as_float64(one) == _as_float64(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def _as_float64(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def text_of(value: Any) -> str:
    """Return a value as short JSON text, or `(absent)`."""
    if value is ABSENT:
        return "(absent)"
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
