"""Constants of the template language: strings, characters and numbers as Go reads them."""

import math
import re
from collections.abc import Callable
from typing import TypeVar

from gotemplate.errors import TemplateError
from gotemplate.nodes import Number

_ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34}
_N = TypeVar("_N", int, float)
_BYTE = 0xFF
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_LARGEST_INT, _LARGEST_UINT = 2**63 - 1, 2**64 - 1
_OLD_OCTAL = re.compile(r"[-+]?0_?[0-7][0-7_]*")
_WHOLE = re.compile(r"[-+]?(?:0[xX]_?[0-9a-fA-F]|0[oO]_?[0-7]|0[bB]_?[01]|[1-9]|0\Z)[0-9a-fA-F_]*")
_REAL = re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9_]+)?")
_HEX_REAL = re.compile(
    r"[-+]?0[xX](?=_?\.?[0-9a-fA-F])(?:_?[0-9a-fA-F])*(?:\.(?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?)?[pP][-+]?[0-9](?:_?[0-9])*",
)


def raw_string(token: str) -> str:
    """Return the text between back quotes; Go drops carriage returns there."""
    return token[1:-1].replace("\r", "")


def string(token: str) -> str:
    r"""Return the text between double quotes; a byte from `\xff` that is no UTF-8 becomes a surrogate escape."""
    body = token[1:-1]
    if "\\" not in body:
        return body
    pieces: list[bytes] = []
    at = 0
    while (found := body.find("\\", at)) >= 0:
        pieces.append(body[at:found].encode())
        code, is_byte, at = _escape(body, found, '"')
        pieces.append(bytes((code,)) if is_byte else chr(code).encode())
    pieces.append(body[at:].encode())
    return b"".join(pieces).decode(errors="surrogateescape")


def character(token: str, start: int) -> Number:
    """Return a character constant is an integer."""
    body = token[1:-1]
    if body.startswith("\\"):
        code, _, end = _escape(body, 0, "'")
    else:
        code, end = (ord(body[0]), 1) if body else (0, -1)
    if end != len(body):
        raise TemplateError(f"malformed character constant: {token}")
    return Number(start, start + len(token), token, code, float(code))


def _escape(body: str, at: int, quote: str) -> tuple[int, bool, int]:
    """Return the escape at a backslash: its value, whether that is a byte, and where it ends."""
    match = _ESCAPE.match(body, at)
    if match is None:
        raise TemplateError(f"invalid escape sequence {body[at : at + 2]}")
    simple, byte, octal, short, long = match.groups()
    if simple is not None:
        if simple in "'\"" and simple != quote:
            raise TemplateError(f"invalid escape sequence \\{simple}")
        return _SIMPLE[simple], False, match.end()
    if byte is not None or octal is not None:
        code = int(byte, 16) if byte is not None else int(octal, 8)
        if code > _BYTE:
            raise TemplateError(f"invalid escape sequence \\{octal}")
        return code, True, match.end()
    code = int(short or long, 16)
    if code > _LAST_CODE_POINT or code in _SURROGATES:
        raise TemplateError(f"invalid escape sequence {match.group()}")
    return code, False, match.end()


def number(token: str, start: int) -> Number:
    """Return a numeric constant.

    Raises:
        TemplateError: It is none.
    """
    whole = _whole(token)
    # Go looks for these characters to tell a float from an integer; `-0xe` escapes its test for hexadecimal.
    hexadecimal = token[:2] in ("0x", "0X") and not set("pP") & set(token)
    dotted = bool(set(".eEpP") & set(token))
    end = start + len(token)
    if whole is not None:
        fits = -_LARGEST_INT - 1 <= whole <= _LARGEST_INT
        if not fits and (whole < 0 or whole > _LARGEST_UINT or token[0] == "+"):
            raise TemplateError(f"integer overflow: {token}")
        return Number(start, end, token, whole if fits else None, float(whole), dotted and not hexadecimal)
    real = _real(token)
    if real is None or not dotted:
        raise TemplateError(f"illegal number syntax: {token}")
    fits = real.is_integer() and abs(real) <= _LARGEST_INT
    return Number(start, end, token, int(real) if fits else None, real, not hexadecimal)


def _whole(token: str) -> int | None:
    if _OLD_OCTAL.fullmatch(token):
        return _converted(lambda: int(token, 8))
    return _converted(lambda: int(token, 0)) if _WHOLE.fullmatch(token) else None


def _real(token: str) -> float | None:
    if _REAL.fullmatch(token):
        real = _converted(lambda: float(token))
    elif _HEX_REAL.fullmatch(token):
        real = _converted(lambda: float.fromhex(token.replace("_", "")))
    else:
        return None
    return None if real is None or math.isinf(real) else real


def _converted(convert: Callable[[], _N]) -> _N | None:
    try:
        return convert()
    except (ValueError, OverflowError):
        return None
