"""`drpcli machines|profiles` get, set, add, remove, params: one param, or all of them."""

from __future__ import annotations

from drp_emulator.drpcli import patches, structs
from drp_emulator.drpcli.object_commands import demand
from drp_emulator.drpcli.problems import Problem, Refused
from drp_emulator.drpcli.session import given_value, reference_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from drp_emulator.drpcli.session import Session

_VIEWS = ("aggregate", "decode", "compose", "expand")


def _get(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 3, f"{prefix} get [id] param [key]")
    session.show(session.send("GET", [prefix, words[0], "params", words[2]], _viewed(session)))


def _set(session: Session, prefix: str, words: list[str]) -> None:
    key, name, value = _assignment(session, prefix, words, "set")
    if session.flags.reference:
        path = patches.pointer(name)
        test = patches.operation("test", path, reference_value(session.flags.reference))
        _patch(session, prefix, key, [test, patches.operation("replace", path, value)])
    else:
        session.send("POST", [prefix, key, "params", name], body=value)
    session.show(value)


def _add(session: Session, prefix: str, words: list[str]) -> None:
    key, name, value = _assignment(session, prefix, words, "add")
    if session.flags.reference:
        present = reference_value(session.flags.reference)
    else:
        present = session.send("GET", [prefix, key, "params"])
    if not isinstance(present, dict):
        raise Problem(f"Failed to parse ref {structs.NOUNS[prefix]}: it is no map of params")
    if name in present:
        raise Problem(f"Key, {name}, already present on {structs.NOUNS[prefix]} {key}")
    addition = patches.operation("add", patches.pointer(name), value)
    _patch(session, prefix, key, [patches.operation("test", "", present), addition])
    session.show(value)


def _remove(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 3, f"{prefix} remove [id] param [key]")
    key, _, name = words
    if session.flags.reference:
        path = patches.pointer(name)
        test = patches.operation("test", path, reference_value(session.flags.reference))
        session.show(_patch(session, prefix, key, [test, patches.operation("remove", path)]))
    else:
        session.show(session.send("DELETE", [prefix, key, "params", name]))


def _params(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 1, f"{prefix} params [id] [json]", 2)
    path = [prefix, words[0], "params"]
    if len(words) == 1:
        only = session.flags.value("params")
        query = _viewed(session) + ([("params", only)] if only else [])
        session.show(session.send("GET", path, query))
        return
    wanted = _map(given_value(words[1]), "Unable to unmarshal input stream")
    if session.flags.reference:
        present = _map(reference_value(session.flags.reference), "Unable to unmarshal reference object")
        bare = patches.difference(present, wanted, tested=False)
        session.show(_patch(session, prefix, words[0], [patches.operation("test", "", present), *bare]))
    else:
        session.show(session.send("POST", path, body=wanted))


def _assignment(session: Session, prefix: str, words: list[str], command: str) -> tuple[str, str, Any]:
    demand(words, 5, f"{prefix} {command} [id] param [key] to [json blob]")
    key, _, name, _, text = words
    value = given_value(text)
    try:
        definition = session.send("GET", ["params", name])
    except Refused:
        return key, name, value
    if isinstance(definition, dict) and definition.get("Secure"):
        value = _sealed(session, prefix, key, name, value)
    return key, name, value


def _sealed(session: Session, prefix: str, key: str, name: str, value: Any) -> dict[str, str]:
    # Most calls set no secure param.
    from drp_emulator.drpcli.sealing import sealed

    public_key = session.send("GET", [prefix, key, "pubkey"])
    try:
        return sealed(value, public_key)
    except Problem as problem:
        raise Problem(f"Cannot set secure parameter {name}: {problem}") from None


def _patch(session: Session, prefix: str, key: str, operations: list[dict[str, Any]]) -> Any:
    return session.send("PATCH", [prefix, key, "params"], body=operations)


def _viewed(session: Session) -> list[tuple[str, str]]:
    return [(view, "true") for view in _VIEWS if session.flags.switched(view)]


def _map(value: Any, complaint: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Problem(f"{complaint}: it is no map of params")
    return value


COMMANDS = {"get": _get, "set": _set, "add": _add, "remove": _remove, "params": _params}
