"""JSON Pointers as they come in a patch, walked the way DRP walks them."""

import re
from typing import Any

from drp_emulator.wire import gotext
from drp_emulator.wire.documents import Undecodable

_ILLEGAL_TILDE = re.compile(r"~(?![01])")
Key = str | int


class PointerError(Exception):
    """The pointer leads nowhere; the message is DRP's."""


def split(pointer: str) -> list[str]:
    """Return the unescaped parts of a pointer.

    Raises:
        Undecodable: It is not a pointer.
    """
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise Undecodable("Initial character of a non-empty pointer must be `/`")
    parts = pointer.split("/")[1:]
    if _ILLEGAL_TILDE.search(pointer):
        wrong = next(part for part in parts if _ILLEGAL_TILDE.search(part))
        raise Undecodable(f"`{wrong}` has an illegal unescaped ~")
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def join(parts: list[Key]) -> str:
    """Return the pointer made of these parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def existing(document: Any, pointer: str) -> list[Key]:
    """Return the parts of a pointer to something that is there, list indexes counted from the start.

    Raises:
        PointerError: Nothing is there.
    """
    return _walk(document, split(pointer), pointer)[1]


def parent(document: Any, pointer: str) -> tuple[Any, list[Key], str]:
    """Return the container a pointer leads into, the way to it, and the last part."""
    *way, last = split(pointer)
    container, parts = _walk(document, way, pointer)
    return container, parts, last


def index(container: list[Any], part: str) -> int:
    """Return a list index from a part; negative ones count from the end.

    Raises:
        PointerError: It is not a number, or outside the list.
    """
    try:
        number = gotext.atoi(part)
    except ValueError as error:
        raise PointerError(f"strconv.Atoi: {error}") from None
    position = number + len(container) if number < 0 else number
    if not 0 <= position < len(container):
        raise PointerError("Index out of bounds")
    return position


def _walk(document: Any, way: list[str], pointer: str) -> tuple[Any, list[Key]]:
    parts: list[Key] = []
    here = document
    for part in way:
        key: Key = part
        if isinstance(here, dict):
            if part not in here:
                raise PointerError(f"Selector {part} not a member of {gotext.syntax(here)}")
        elif isinstance(here, list):
            key = index(here, part)
        else:
            raise PointerError(f"Cannot index pointer {pointer} for non-indexable JSON value")
        here = here[key]
        parts.append(key)
    return here, parts
