"""JSON Pointers (RFC 6901): the one place where names are escaped."""

from collections.abc import Iterable
from typing import Any

from drp_provider.patch.values import ABSENT


def pointer_to(*tokens: str) -> str:
    """The pointer made of these reference tokens: `("Params", "my/leader")` → `/Params/my~1leader`."""
    return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in tokens)


def tokens_of(pointer: str) -> list[str]:
    """The reference tokens of a pointer, unescaped."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def parent_of(pointer: str) -> str:
    """The pointer to the enclosing value; `""` is the document."""
    return pointer.rpartition("/")[0]


def value_at(document: Any, pointer: str) -> Any:
    """The value to which a pointer leads through maps, or `ABSENT`."""
    found = document
    for token in tokens_of(pointer):
        if not isinstance(found, dict) or token not in found:
            return ABSENT
        found = found[token]
    return found


def put(document: dict[str, Any], pointer: str, value: Any) -> None:
    """Set the member to which a pointer leads, making the maps on the way."""
    *path, last = tokens_of(pointer)
    for token in path:
        document = document.setdefault(token, {})
    document[last] = value


def document_of(leaves: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The document that holds just these leaves."""
    document: dict[str, Any] = {}
    for pointer, value in leaves:
        put(document, pointer, value)
    return document
