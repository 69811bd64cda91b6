"""JSON the way Go reads and writes it."""

import json
import math
import re
from decimal import Decimal
from typing import Any

Document = dict[str, Any]

# Outside these Go's float64 is printed with an exponent.
_GO_EXPONENT_FROM = 1e21
_GO_EXPONENT_BELOW = 1e-6
_EXACT_INTEGERS = 2**53
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_PADDED_EXPONENT = re.compile(r"e-0\d(?![\w-])")
# The possessive quantifiers keep no memory of where a long string could be read otherwise.
_STRING_OR_SMALL = re.compile(r'"(?:[^"\\]++|\\.)*+"|(-?\d[\d.]*+e-\d+)')
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_COMPLAINTS = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Illegal trailing comma before end of array": "looking for beginning of value",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
    "Extra data": "after top-level value",
    "Invalid control character at": "in string literal",
    "Invalid \\escape": "in string escape code",
    "Invalid \\uXXXX escape": "in \\u hexadecimal character escape",
}


# Each value takes many times the memory of its text: sixteen megabytes of `{},{},…` would become a gigabyte.
_MOST_VALUES = 1_000_000


class Undecodable(ValueError):
    """The text is not JSON, or not the JSON that was asked for; the message is Go's."""


def parse(body: bytes) -> Any:
    """Decode a request body; numbers become what a float64 would keep of them.

    Raises:
        Undecodable: The body is not JSON.
    """
    if _values(body) > _MOST_VALUES and _values(_STRING.sub(b"", body)) > _MOST_VALUES:
        raise Undecodable(f"more than {_MOST_VALUES} values")
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Undecodable(_complaint(error)) from None
    except RecursionError:
        raise Undecodable("exceeded max depth") from None
    # Only an escape can smuggle half a surrogate pair into a decoded string.
    return _without_surrogates(value) if _SURROGATE.search(text) else value


def encode(value: Any) -> str:
    """Encode compactly, members in the order given, escaped as Go does it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _as_go(text)


def encode_indented(value: Any) -> str:
    """Encode over several lines, two spaces a level."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _as_go(text)


def sorted_maps(value: Any) -> Any:
    """Return the same value with the members of every map in the order Go prints them."""
    if isinstance(value, dict):
        return {name: sorted_maps(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [sorted_maps(item) for item in value]
    return value


def _values(body: bytes) -> int:
    """Return about how many values a text holds, by what stands in front of each."""
    return sum(map(body.count, (b",", b"[", b"{")))


def _number(text: str) -> int | float:
    number = float(text)
    if math.isinf(number):
        raise Undecodable(f"json: cannot unmarshal number {text} into Go value of type float64")
    if number != int(number) or abs(number) >= _GO_EXPONENT_FROM:
        return number
    if abs(number) <= _EXACT_INTEGERS:
        return int(number)
    return int(Decimal(repr(number)))  # the shortest digits that name this float, then zeros


def _refuse_constant(text: str) -> Any:
    raise Undecodable(f"invalid character '{text[0]}' looking for beginning of value")


def _complaint(error: json.JSONDecodeError) -> str:
    rest = error.doc[error.pos :].lstrip()
    if not rest or error.msg.startswith("Unterminated string"):
        return "unexpected EOF"
    for complaint, meaning in _COMPLAINTS.items():
        if error.msg.startswith(complaint):
            return f"invalid character '{rest[0]}' {meaning}"
    return f"invalid character '{rest[0]}' in literal"


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(value[name]) for name in value}
    return value


def _as_go(text: str) -> str:
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    # Only here do the two print numbers differently: Python pads the exponent.
    if _PADDED_EXPONENT.search(text) is None:
        return text
    return _STRING_OR_SMALL.sub(lambda match: go_number(float(match[1])) if match[1] else match[0], text)


def go_number(number: float) -> str:
    """Return a number in JSON as Go prints it: `1e-7` where Python says `1e-07`."""
    if isinstance(number, int):
        return str(number)
    if number == 0 or _GO_EXPONENT_BELOW <= abs(number) < _GO_EXPONENT_FROM:
        return f"{Decimal(repr(number)):f}"
    mantissa, _, exponent = repr(number).partition("e")
    return f"{mantissa}e{int(exponent):+d}"
