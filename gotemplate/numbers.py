"""Numbers as Go's fmt writes them, before padding."""

import math
from dataclasses import dataclass

from gotemplate.floats import shortest
from gotemplate.quoting import rune

_SHORTEST = -1
_DEFAULT_DIGITS = 6
_UINT = 2**64
_BASES = {"b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_FORMATS = {2: "b", 8: "o", 10: "d", 16: "x"}
_UNICODE_DIGITS = 4


@dataclass(slots=True)
class Flags:
    """What stands between a percent sign and its verb."""

    sharp: bool = False
    zero: bool = False
    plus: bool = False
    minus: bool = False
    space: bool = False
    go_syntax: bool = False
    width: int | None = None
    precision: int | None = None

    @property
    def fill(self) -> str:
        """Return what padding is made of."""
        return "0" if self.zero and not self.minus else " "

    def padded(self, text: str, fill: str | None = None) -> str:
        """Return the text at the width that is asked for."""
        if not self.width or len(text) >= self.width:
            return text
        return text.ljust(self.width) if self.minus else text.rjust(self.width, fill or self.fill)

    def sign(self, *, negative: bool) -> str:
        """Return what stands before a number."""
        return "-" if negative else "+" if self.plus else " " if self.space else ""


def integer(value: int, verb: str, flags: Flags) -> str:
    """Return a whole number in the base of a verb, padded."""
    base = _BASES.get(verb, 10)
    precision = 0
    if flags.precision is not None:
        precision = flags.precision
        if precision == 0 and value == 0:
            return " " * (flags.width or 0)
    elif flags.zero and not flags.minus and flags.width is not None:
        precision = flags.width - bool(flags.sign(negative=value < 0))
    digits = format(abs(value), _FORMATS[base]).rjust(precision, "0")
    if flags.sharp and base == _BASES["b"]:
        digits = "0b" + digits
    elif flags.sharp and base == _BASES["o"] and not digits.startswith("0"):
        digits = "0" + digits
    elif flags.sharp and base == _BASES["x"]:
        digits = "0x" + digits
    if verb == "O":
        digits = "0o" + digits
    digits = digits.upper() if verb == "X" else digits
    return flags.padded(flags.sign(negative=value < 0) + digits, " ")


def code_point(value: int, flags: Flags) -> str:
    """`%U`: `U+0078`, with the sharp flag followed by the character."""
    unsigned = value % _UINT
    text = f"U+{unsigned:0{max(flags.precision or 0, _UNICODE_DIGITS)}X}"
    if flags.sharp and unsigned == ord(rune(unsigned)) and rune(unsigned).isprintable():
        text += f" '{rune(unsigned)}'"
    return flags.padded(text, " ")


def real(value: float, verb: str, flags: Flags) -> str:
    """Return a float under one of the verbs e, E, f, g, G or v, padded."""
    default = _DEFAULT_DIGITS if verb in "eEf" else _SHORTEST
    precision = default if flags.precision is None else flags.precision
    negative = math.copysign(1, value) < 0 and not math.isnan(value)
    if math.isinf(value) or math.isnan(value):
        text = "Inf" if math.isinf(value) else "NaN"
        sign = flags.sign(negative=negative) or ("+" if math.isinf(value) else "")
        return flags.padded(sign + text, " ")
    digits = _unsigned(abs(value), verb, precision)
    if flags.sharp:
        digits = _with_point(digits, verb, precision)
    sign = flags.sign(negative=negative)
    if sign and flags.fill == "0" and flags.width is not None and flags.width > len(digits) + 1:
        return sign + digits.rjust(flags.width - 1, "0")
    return flags.padded(sign + digits)


def _unsigned(value: float, verb: str, precision: int) -> str:
    if verb in "eEf":
        return format(value, f".{precision}{verb}")
    text = shortest(value) if precision == _SHORTEST else format(value, f".{precision}g")
    return text.upper() if verb == "G" else text


def _with_point(text: str, verb: str, precision: int) -> str:
    """Return the sharp flag: a decimal point always, and the zeros at the end for g."""
    wanted = 0
    if verb in "vgG":
        wanted = _DEFAULT_DIGITS if precision == _SHORTEST else precision
    at = max(text.find("e"), text.find("E"))
    number, tail = (text, "") if at < 0 else (text[:at], text[at:])
    seen = number.replace(".", "").lstrip("0")
    wanted -= len(seen)
    if "." not in number:
        if number == "0":
            wanted -= 1
        number += "."
    return number + "0" * wanted + tail
