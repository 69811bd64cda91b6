"""Bytes in JSON as Go has them: base64 in a string."""

import base64
import string
from dataclasses import dataclass
from typing import Any

from drp_emulator.wire.documents import Undecodable
from drp_emulator.wire.go_types import mismatch

_DIGITS = frozenset(string.ascii_letters + string.digits + "+/")
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
    """Where Go stops reading; None where it reads to the end."""
    digits = 0
    places = [place for place, character in enumerate(text) if character not in "\r\n"]
    for index, place in enumerate(places):
        if text[place] in _DIGITS:
            digits = (digits + 1) % _QUANTUM
        elif text[place] == _PAD:
            return _wrong_padding(text, places[index:], digits)
        else:
            return place
    # Of a last group that is not full Go names the first byte, as if no line break stood in it.
    return len(text) - digits if digits else None


def _wrong_padding(text: str, places: list[int], digits: int) -> int | None:
    """What is wrong from the first pad on, after so many digits of its group."""
    wanted = _QUANTUM - digits
    if digits < _SHORTEST:
        return places[0]
    if len(places) < wanted:
        return len(text)
    last = places[wanted - 1]
    if text[last] != _PAD:
        return last - 1
    return places[wanted] if len(places) > wanted else None


BYTES = Bytes()
