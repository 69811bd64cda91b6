"""Bytes in JSON as Go has them: base64 in a string."""

import base64
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from drp_emulator.wire.documents import Undecodable
from drp_emulator.wire.go_types import mismatch

_DIGITS = re.compile(r"[A-Za-z0-9+/\r\n]*+")
_PAD = "="
_QUANTUM = 4
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Bytes:
    """A Go `[]byte`."""

    go: str = "[]uint8"

    def zero(self) -> bytes:
        """None of them."""
        return b""

    def decode(self, value: Any, where: str) -> bytes:
        """Take base64 with its padding, line breaks allowed; null is empty.

        Raises:
            Undecodable: It is none, in the words of Go's encoding/base64.
        """
        if value is None:
            return b""
        if not isinstance(value, str):
            raise mismatch(value, where, self.go)
        place = _first_wrong(value)
        if place is not None:
            raise Undecodable(f"illegal base64 data at input byte {place}")
        return base64.b64decode(value)


def _first_wrong(text: str) -> int | None:
    """Return where Go stops reading; None if it reads to the end."""
    match = _DIGITS.match(text)
    end = match.end() if match else 0
    digits = (end - text.count("\n", 0, end) - text.count("\r", 0, end)) % _QUANTUM
    if end == len(text):
        # Of a last group that is not full Go names the first byte, as if no line break stood in it.
        return len(text) - digits if digits else None
    return _wrong_padding(text, end, digits) if text[end] == _PAD else end


def _wrong_padding(text: str, start: int, digits: int) -> int | None:
    """Return what is wrong from the first pad on, after so many digits of its group."""
    wanted = _QUANTUM - digits
    following = (place for place in range(start, len(text)) if text[place] not in "\r\n")
    places = list(islice(following, wanted + 1))
    if digits < _SHORTEST:
        return places[0]
    if len(places) < wanted:
        return len(text)
    last = places[wanted - 1]
    if text[last] != _PAD:
        return last - 1
    return places[wanted] if len(places) > wanted else None


BYTES = Bytes()
