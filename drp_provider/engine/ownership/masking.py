"""Mask secret values in a text."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MASK = "[secret]"
_SHORTEST_SECRET = 4
"""Characters. A shorter secret would match by chance and make the text unreadable."""
_AROUND_WORDS = re.compile(r"[\s\"'`=,;:(){}<>|&]+")


def hide(text: str, secrets: Iterable[Any]) -> str:
    """Return the text without any text or number that the values hold."""
    return without(text, texts_in(secrets))


def texts_in(secrets: Iterable[Any]) -> list[str]:
    """Return every text and number in the values, the longest first."""
    return sorted({text for value in secrets for text in _texts(value)}, key=len, reverse=True)


def without(line: str, hidden: Iterable[str]) -> str:
    """Return the line with each of the texts masked."""
    for text in hidden:
        line = line.replace(text, MASK)
    return line


def _texts(value: Any) -> Iterator[str]:
    """Yield every text and number in a value, plain and as in JSON, as a log may hold them."""
    if isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from _texts(member)
    elif value is not None and not isinstance(value, bool):
        for part in _parts(str(value)):
            for text in (part, json.dumps(part)[1:-1]):
                if len(text) >= _SHORTEST_SECRET:
                    yield text


def _parts(text: str) -> set[str]:
    """Return a text and its words.

    A log holds a key of many lines line by line, and from a secret script the words that it prints.
    """
    words = text.split()
    return {text, *words, *_AROUND_WORDS.split(text)} if len(words) > 1 else {text, *words}
