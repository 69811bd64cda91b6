"""`drpcli ... meta`: the text notes on an object, such as its icon and colour."""

from __future__ import annotations

from drp_emulator.drpcli import gojson, patches, structs
from drp_emulator.drpcli.object_commands import demand
from drp_emulator.drpcli.problems import Problem
from drp_emulator.drpcli.session import given_value, reference_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from drp_emulator.drpcli.session import Session


def _meta(session: Session, prefix: str, words: list[str]) -> None:
    part = _PARTS.get(words[0]) if len(words) > 1 else None
    if part is not None:
        part(session, prefix, words[1:])
        return
    demand(words, 1, f"{prefix} meta [id]")
    session.show(_fetched(session, prefix, words[0]))


def _get(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 2, f"{prefix} meta get [id] [key]")
    notes = _fetched(session, prefix, words[0])
    if words[1] not in notes:
        raise Problem(f"No such metadata item {words[1]}")
    session.show(notes[words[1]])


def _set(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 5, f"{prefix} meta set [id] key [key] to [val]")
    key, _, name, _, text = words
    value, path = _text(given_value(text)), patches.pointer(name)
    if session.flags.reference:
        test = patches.operation("test", path, _text(reference_value(session.flags.reference)))
    else:
        notes = _fetched(session, prefix, key)
        test = patches.operation("test", path, notes[name]) if name in notes else patches.operation("test", "", notes)
    _patch(session, prefix, key, [test, patches.operation("add", path, value)])
    session.show(value)


def _add(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 5, f"{prefix} meta add [id] key [key] val [val]")
    key, _, name, _, text = words
    value = _text(given_value(text))
    given = session.flags.reference
    notes = reference_value(given) if given else _fetched(session, prefix, key)
    if not isinstance(notes, dict):
        raise Problem(f"Failed to parse ref {structs.NOUNS[prefix]}: it is no map")
    if name in notes:
        raise Problem(f"Key, {name}, already present on {structs.NOUNS[prefix]} {key}")
    addition = patches.operation("add", patches.pointer(name), value)
    _patch(session, prefix, key, [patches.operation("test", "", notes), addition])
    session.show(value)


def _remove(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 3, f"{prefix} meta remove [id] key [key]")
    key, _, name = words
    path = patches.pointer(name)
    operations = [patches.operation("remove", path)]
    if session.flags.reference:
        operations.insert(0, patches.operation("test", path, _text(reference_value(session.flags.reference))))
    _patch(session, prefix, key, operations)


def _fetched(session: Session, prefix: str, key: str) -> dict[str, Any]:
    return dict(session.send("GET", ["meta", prefix, key]) or {})


def _patch(session: Session, prefix: str, key: str, operations: list[dict[str, Any]]) -> None:
    session.send("PATCH", ["meta", prefix, key], body=operations)


def _text(value: Any) -> str:
    """Meta holds text only; Go's YAML reader takes a number or a boolean as its text."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return gojson.compact(value)
    raise Problem("Unable to unmarshal input stream: a metadata value is text")


_PARTS: dict[str, Callable[[Session, str, list[str]], None]] = {
    "get": _get,
    "set": _set,
    "add": _add,
    "remove": _remove,
}
COMMANDS = {"meta": _meta}
