"""The four operations a plan is made of (RFC 6902, section 4)."""

from typing import Any, NamedTuple


class Operation(NamedTuple):
    """One line of a patch. `move` and `copy` do not exist here: they carry along whatever someone else put there."""

    op: str
    path: str
    value: Any = None

    def to_wire(self) -> dict[str, Any]:
        """The JSON object that goes into the `PATCH` body."""
        if self.op == "remove":
            return {"op": self.op, "path": self.path}
        return {"op": self.op, "path": self.path, "value": self.value}


Plan = tuple[Operation, ...]
"""A patch that has been computed and not yet sent."""


def test(path: str, value: Any) -> Operation:
    """The guard: the whole patch fails unless the value at `path` is this one."""
    return Operation("test", path, value)


def add(path: str, value: Any) -> Operation:
    """Set a member that is not there yet, or append to a list with `-`. It overwrites: guard it."""
    return Operation("add", path, value)


def replace(path: str, value: Any) -> Operation:
    """Put another value in the place of the one that is there."""
    return Operation("replace", path, value)


def remove(path: str) -> Operation:
    """Take a member away."""
    return Operation("remove", path)
