"""Floats as Go's strconv writes them when it may choose the form."""

from decimal import Decimal

# The shortest form has an exponent outside these.
_EXPONENT_FROM = 6
_EXPONENT_BELOW = -4


def shortest(value: float) -> str:
    """Return the fewest digits that are this float and no other, and a sign below zero."""
    if value == 0:
        return "0"
    number = Decimal(repr(value)).normalize()
    exponent = number.adjusted()
    if _EXPONENT_BELOW <= exponent < _EXPONENT_FROM:
        return f"{number:f}"
    sign, digits, _ = number.as_tuple()
    head, tail = str(digits[0]), "".join(map(str, digits[1:]))
    mantissa = f"{head}.{tail}" if tail else head
    return f"{'-' if sign else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
