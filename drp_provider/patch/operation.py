"""The four operations a plan is made of (RFC 6902, section 4)."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Operation(NamedTuple):
    """One line of a patch. `move` and `copy` do not exist here: they carry along what others wrote there."""

    op: str
    path: str
    value: Any = None

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object that goes into the body of a `PATCH`."""
        if self.op == "remove":
            return {"op": self.op, "path": self.path}
        return {"op": self.op, "path": self.path, "value": self.value}


Plan = tuple[Operation, ...]
"""A patch that has been computed and not yet sent."""


def test(path: str, value: Any) -> Operation:
    """Return the guard: the whole patch fails unless the value at `path` is this one."""
    return Operation("test", path, value)


def add(path: str, value: Any) -> Operation:
    """Return the addition of a member, or of an entry at the end of a list with `-`. It overwrites: guard it."""
    return Operation("add", path, value)


def replace(path: str, value: Any) -> Operation:
    """Return the replacement of a value."""
    return Operation("replace", path, value)


def remove(path: str) -> Operation:
    """Return the removal of a member."""
    return Operation("remove", path)


def to_wire(lines: Iterable[Operation]) -> list[dict[str, Any]]:
    """Return the body of a `PATCH`."""
    return [line.to_wire() for line in lines]
