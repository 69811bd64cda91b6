"""JSON Patch as DRP applies it: RFC 6902 with its own limits and its own words."""

import json
from dataclasses import dataclass
from typing import Any

from drp_emulator.wire import pointers
from drp_emulator.wire.cost import CostBudget, CostExceeded
from drp_emulator.wire.dialects import Dialect
from drp_emulator.wire.documents import (
    Document,
    Undecodable,
    encode,
    encode_indented,
)
from drp_emulator.wire.go_types import ANYTHING, STRING, Field, ListOf, Struct
from drp_emulator.wire.pointers import Key, PointerError

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
# An operation takes about as long as this many steps.
_OPERATION_STEPS = 8
# So that all copies of a request are together at most 16 million characters long, as its body is.
_COPIED_CHARACTERS_PER_STEP = 32
# What stands behind an item of a list moves when the item comes or goes.
_MOVED_ITEMS_PER_STEP = 4096
# The most of a patch that an error quotes.
_LONGEST = 64 * 1024


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
        budget = CostBudget()
        try:
            for operation in operations:
                _check_pointer(operation["path"], budget)
                _check_pointer(operation["from"], budget)
        except CostExceeded as error:
            raise Undecodable(f"The patch cannot be applied: {error}") from None
        return cls(tuple(operations))

    def changed_pointers(self) -> list[str]:
        """Return the pointers it writes to; a `test` writes nothing."""
        changes = [operation for operation in self.operations if operation["op"] != "test"]
        moved = [operation["from"] for operation in changes if operation["op"] == "move"]
        return [operation["path"] for operation in changes] + moved

    def apply(self, document: Any) -> Any:
        """Return the document after the patch; the one given may be changed on the way.

        Raises:
            PatchFailure: An operation failed.
        """
        budget = CostBudget()
        for line, operation in enumerate(self.operations):
            try:
                document = _apply(document, operation, budget)
            except PointerError as failure:
                raise PatchFailure(line, str(failure)) from None
            except CostExceeded as error:
                raise PatchFailure(line, f"The patch cannot be applied: {error}") from None
        return document

    def quoted(self, line: int, dialect: Dialect) -> str:
        """Return the second message of a failure: the whole patch, or the one line in older servers."""
        if not dialect.modern:
            return f"Patch line: {_shortened(encode(self.operations[line]))}"
        compact = encode(list(self.operations))
        # Indentation can make a deep document a thousand times as long.
        return f"Patch: {_shortened(compact) if len(compact) > _LONGEST else encode_indented(list(self.operations))}"


def _check_pointer(pointer: str, budget: CostBudget) -> None:
    budget.spend(pointer.count("/"))
    pointers.split(pointer)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _apply(document: Any, operation: Document, budget: CostBudget) -> Any:
    budget.spend(_OPERATION_STEPS)
    name, path, value = operation["op"], operation["path"], operation["value"]
    if name == "test":
        return _test(document, path, value)
    if name == "replace":
        return _run(document, "replace", _replaced(document, path), value)
    if name == "add":
        return _run(document, "add", _added(document, path, budget), value)
    if name == "remove":
        return _run(document, "remove", _removed(document, path, budget))
    if name in ("move", "copy"):
        return _transfer(document, operation, budget)
    raise PointerError(f"Invalid op {name}")


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
        raise PointerError("Test op failed.") from None


def _transfer(document: Any, operation: Document, budget: CostBudget) -> Any:
    source, path = operation["from"], operation["path"]
    if not source or not path:
        raise PointerError("Cannot happen")
    if operation["op"] == "move" and path.startswith(f"{source}/"):
        raise PointerError("Cannot happen")
    value = document
    for part in pointers.existing(document, source):
        value = value[part]
    if operation["op"] == "move":
        document = _run(document, "remove", _removed(document, source, budget))
    else:
        value = _copied(value, budget)
    return _run(document, "add", _added(document, path, budget), value)


def _copied(value: Any, budget: CostBudget) -> Any:
    """Return a value of its own; a few copies of copies would fill the memory, and so each is counted."""
    text = json.dumps(value)
    budget.spend(len(text) // _COPIED_CHARACTERS_PER_STEP)
    return json.loads(text) if isinstance(value, dict | list) else value


def _replaced(document: Any, path: str) -> list[Key]:
    if not path:
        return []
    container, way, last = pointers.parent(document, path)
    if isinstance(container, list):
        return [*way, pointers.index(container, last)]
    if not isinstance(container, dict):
        raise PointerError("Cannot put to non-indexable JSON value")
    if last not in container:
        raise PointerError(f"{path} does not refer to an existing location")
    return [*way, last]


def _removed(document: Any, path: str, budget: CostBudget) -> list[Key]:
    if not path:
        raise PointerError("Cannot happen")
    container, way, last = pointers.parent(document, path)
    if isinstance(container, list):
        budget.spend(len(container) // _MOVED_ITEMS_PER_STEP)
        return [*way, pointers.index(container, last)]
    if not isinstance(container, dict):
        raise PointerError(f"Cannot index pointer {path} for non-indexable JSON value")
    if last not in container:
        raise PointerError(f"`{path}` does not point to an existing location")
    return [*way, last]


def _added(document: Any, path: str, budget: CostBudget) -> list[Key]:
    if not path:
        raise PointerError("Cannot happen")
    container, way, last = pointers.parent(document, path)
    if isinstance(container, dict):
        return [*way, last]
    if not isinstance(container, list):
        raise PointerError("Cannot put to non-indexable JSON value")
    if last == "-":
        return [*way, last]
    budget.spend(len(container) // _MOVED_ITEMS_PER_STEP)
    # Unlike the RFC, an index just past the end is outside: only "-" appends.
    return [*way, pointers.index(container, last)]
