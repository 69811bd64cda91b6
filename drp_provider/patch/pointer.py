"""JSON Pointers (RFC 6901), by the package jsonpointer."""

from typing import Any

from jsonpointer import JsonPointer, escape

from drp_provider.patch.values import ABSENT


def pointer_to(*tokens: str) -> str:
    """Return the pointer made of these reference tokens: `("Params", "my/leader")` → `/Params/my~1leader`."""
    return "".join(f"/{escape(token)}" for token in tokens)


def tokens_of(pointer: str) -> list[str]:
    """Return the reference tokens of a pointer, unescaped."""
    return list(JsonPointer(pointer).parts)


def parent_of(pointer: str) -> str:
    """Return the pointer to the enclosing value; `""` is the document."""
    return pointer.rpartition("/")[0]


def value_at(document: Any, pointer: str) -> Any:
    """Return the value to which a pointer leads through maps, or `ABSENT`.

    `JsonPointer.resolve` also enters lists, and returns an object of its own for `-`. No owned field is in a list.
    """
    found = document
    for token in tokens_of(pointer):
        if not isinstance(found, dict) or token not in found:
            return ABSENT
        found = found[token]
    return found
