"""JSON as Go reads and writes it.

The `json` module takes 8 ms to import, nearly all of it for `re`; the C code below it is all that is needed here.
"""

from __future__ import annotations

import _json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BLANKS = " \t\r\n"
_HTML = (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))
# Go writes numbers from here on with an exponent.
_LARGE_POWER, _SMALL_POWER = 21, -7
# From here on a float64 does not hold every whole number.
_EXACT = 2**53


class Malformed(ValueError):
    """The text is not JSON."""


class _Settings:
    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    memo: dict[str, str] = {}  # noqa: RUF012 - the scanner asks for it under this name

    @staticmethod
    def parse_constant(name: str) -> Any:
        """Refuse NaN and the infinities."""
        raise Malformed(name)


_scan = _json.make_scanner(_Settings)  # type: ignore[arg-type]  # anything with these attributes will do


def parse(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        Malformed: It is none.
    """
    text = text.strip(_BLANKS)
    try:
        value, end = _scan(text, 0)
    # The scanner's own error comes from `json.decoder`; where that is not loaded, Python 3.11 raises SystemError.
    except (StopIteration, ValueError, SystemError, RecursionError):
        raise Malformed(text) from None
    if end != len(text):
        raise Malformed(text)
    return value


def compact(value: Any) -> str:
    """As `json.Marshal` writes it: no blanks, maps sorted, `<`, `>` and `&` escaped."""
    return _written(value, None)


def pretty(value: Any) -> str:
    """As `json.MarshalIndent` writes it with two blanks."""
    return _written(value, "\n")


def _written(value: Any, margin: str | None) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(value)
    inner = None if margin is None else margin + "  "
    if isinstance(value, dict):
        colon = ":" if margin is None else ": "
        items = [f"{_quoted(key)}{colon}{_written(value[key], inner)}" for key in sorted(value)]
        return _enclosed("{", items, "}", margin)
    return _enclosed("[", [_written(item, inner) for item in value], "]", margin)


def _enclosed(opening: str, items: list[str], closing: str, margin: str | None) -> str:
    if margin is None or not items:
        return opening + ",".join(items) + closing
    inner = margin + "  "
    return opening + inner + f",{inner}".join(items) + margin + closing


def _quoted(text: str) -> str:
    quoted = _json.encode_basestring(text)
    for plain, escape in _HTML:
        if plain in quoted:
            quoted = quoted.replace(plain, escape)
    return quoted


def number(value: float) -> str:
    """Return a number as Go writes a float64: the shortest digits, an exponent only if it is very large or small."""
    if isinstance(value, int) and -_EXACT <= value <= _EXACT:
        return str(value)
    mantissa, _, exponent = repr(float(value)).partition("e")
    power = int(exponent or 0)
    if power >= _LARGE_POWER or power <= _SMALL_POWER:
        return f"{mantissa}e{'+' if power > 0 else ''}{power}"
    sign, digits = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    if power > 0:
        whole, fraction = whole + fraction[:power].ljust(power, "0"), fraction[power:]
    elif power < 0:
        whole, fraction = "0", "0" * (-power - 1) + whole + fraction
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole
