"""Values as Go's fmt package prints them; they appear inside error messages."""

import json
import re
from typing import Any

from gotemplate.floats import shortest

_ELEMENT = ", "
_INTEGER = re.compile(r"[+-]?[0-9]+")
_LONGEST_INTEGER = 19


def plain(value: Any) -> str:
    """Return the `%v` form: strings bare, lists `[a b]`, maps `map[a:1 b:2]`."""
    if value is None:
        return "<nil>"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{name}:{plain(value[name])}" for name in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(plain(item) for item in value) + "]"
    return value if isinstance(value, str) else _scalar(value)


def syntax(value: Any) -> str:
    """Return the `%#v` form: Go source that would build the value."""
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, dict):
        members = (f"{quoted(name)}:{syntax(value[name])}" for name in sorted(value))
        return "map[string]interface {}{" + _ELEMENT.join(members) + "}"
    if isinstance(value, list):
        return "[]interface {}{" + _ELEMENT.join(syntax(item) for item in value) + "}"
    return quoted(value) if isinstance(value, str) else _scalar(value)


def atoi(text: str) -> int:
    """Return a whole number as Go's strconv reads it.

    Raises:
        ValueError: It is none, in Go's words.
    """
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(f"parsing {quoted(text)}: invalid syntax")
    if len(text) > _LONGEST_INTEGER:
        raise ValueError(f"parsing {quoted(text)}: value out of range")
    return int(text)


def quoted(text: str) -> str:
    """Return a string between double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _scalar(value: float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return shortest(value)
