"""JSON Patch as DRP applies it: RFC 6902 with its own limits and its own words."""

from dataclasses import dataclass
from typing import Any

from drp_emulator.wire import pointers
from drp_emulator.wire.dialects import Dialect
from drp_emulator.wire.documents import (
    Document,
    Undecodable,
    encode,
    encode_indented,
)
from drp_emulator.wire.go_types import ANYTHING, STRING, Field, ListOf, Struct
from drp_emulator.wire.pointers import Key, Unreachable

_OPERATION = Struct(
    "jsonpatch2.Operation",
    (
        Field("op", STRING),
        Field("path", STRING),
        Field("from", STRING),
        Field("value", ANYTHING),
    ),
)
_OPERATIONS = ListOf(_OPERATION)


class PatchFailure(Exception):
    """A patch that cannot be applied; nothing of it was."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Patch:
    """A decoded patch: every operation has all four members."""

    operations: tuple[Document, ...]

    @classmethod
    def decode(cls, body: Any) -> "Patch":
        """Read a request body.

        Raises:
            Undecodable: It is not a list of operations with legal pointers.
        """
        if body is not None and not isinstance(body, list):
            kind = {dict: "object", str: "string", bool: "bool"}.get(type(body), "number")
            raise Undecodable(f"json: cannot unmarshal {kind} into Go value of type jsonpatch2.Patch")
        operations = _OPERATIONS.decode(body, "")
        for operation in operations:
            pointers.split(operation["path"])
            pointers.split(operation["from"])
        return cls(tuple(operations))

    def changed_pointers(self) -> list[str]:
        """The pointers it writes to; a `test` writes nothing."""
        changes = [operation for operation in self.operations if operation["op"] != "test"]
        moved = [operation["from"] for operation in changes if operation["op"] == "move"]
        return [operation["path"] for operation in changes] + moved

    def apply(self, document: Any) -> Any:
        """The document after the patch; the one given may be changed on the way.

        Raises:
            PatchFailure: An operation failed.
        """
        for line, operation in enumerate(self.operations):
            try:
                document = _apply(document, operation)
            except Unreachable as failure:
                raise PatchFailure(line, str(failure)) from None
        return document

    def quoted(self, line: int, dialect: Dialect) -> str:
        """The second message of a failure: the whole patch, or the one line in older servers."""
        if dialect.modern:
            return f"Patch: {encode_indented(list(self.operations))}"
        return f"Patch line: {encode(self.operations[line])}"


def _apply(document: Any, operation: Document) -> Any:
    name, path, value = operation["op"], operation["path"], operation["value"]
    if name == "test":
        return _test(document, path, value)
    if name == "replace":
        return _run(document, "replace", _replaced(document, path), value)
    if name == "add":
        return _run(document, "add", _added(document, path), value)
    if name == "remove":
        return _run(document, "remove", _removed(document, path))
    if name in ("move", "copy"):
        return _transfer(document, operation)
    raise Unreachable(f"Invalid op {name}")


def _run(document: Any, name: str, parts: list[Key], value: Any = None) -> Any:
    # Costs 15 ms to import, and reading an endpoint does not need it.
    from jsonpatch import JsonPatch

    operation = {"op": name, "path": pointers.join(parts), "value": value}
    return JsonPatch([operation]).apply(document, in_place=True)


def _test(document: Any, path: str, value: Any) -> Any:
    from jsonpatch import JsonPatchTestFailed

    parts = pointers.existing(document, path)
    try:
        return _run(document, "test", parts, value)
    except JsonPatchTestFailed:
        raise Unreachable("Test op failed.") from None


def _transfer(document: Any, operation: Document) -> Any:
    source, path = operation["from"], operation["path"]
    if not source or not path:
        raise Unreachable("Cannot happen")
    if operation["op"] == "move" and path.startswith(f"{source}/"):
        raise Unreachable("Cannot happen")
    value = document
    for part in pointers.existing(document, source):
        value = value[part]
    if operation["op"] == "move":
        document = _run(document, "remove", _removed(document, source))
    return _run(document, "add", _added(document, path), value)


def _replaced(document: Any, path: str) -> list[Key]:
    if not path:
        return []
    container, way, last = pointers.parent(document, path)
    if isinstance(container, list):
        return [*way, pointers.index(container, last)]
    if not isinstance(container, dict):
        raise Unreachable("Cannot put to non-indexable JSON value")
    if last not in container:
        raise Unreachable(f"{path} does not refer to an existing location")
    return [*way, last]


def _removed(document: Any, path: str) -> list[Key]:
    if not path:
        raise Unreachable("Cannot happen")
    container, way, last = pointers.parent(document, path)
    if isinstance(container, list):
        return [*way, pointers.index(container, last)]
    if not isinstance(container, dict):
        raise Unreachable(f"Cannot index pointer {path} for non-indexable JSON value")
    if last not in container:
        raise Unreachable(f"`{path}` does not point to an existing location")
    return [*way, last]


def _added(document: Any, path: str) -> list[Key]:
    if not path:
        raise Unreachable("Cannot happen")
    container, way, last = pointers.parent(document, path)
    if isinstance(container, dict):
        return [*way, last]
    if not isinstance(container, list):
        raise Unreachable("Cannot put to non-indexable JSON value")
    if last == "-":
        return [*way, last]
    # Unlike the RFC, an index just past the end is outside: only "-" appends.
    return [*way, pointers.index(container, last)]
