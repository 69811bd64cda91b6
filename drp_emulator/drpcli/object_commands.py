"""`drpcli machines|params|profiles` show, list, count, exists, create, update, patch, destroy."""

from __future__ import annotations

import sys

from drp_emulator.drpcli import patches, structs
from drp_emulator.drpcli.filters import query_of
from drp_emulator.drpcli.problems import Problem
from drp_emulator.drpcli.session import given_value, reference_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from drp_emulator.drpcli.session import Session


def demand(words: list[str], least: int, usage: str, most: int | None = None) -> None:
    """Check how many words there are.

    Raises:
        Problem: Too few or too many.
    """
    if not least <= len(words) <= (most or least):
        number = f"{least} argument{'s' * (least != 1)}" if most is None else f"{least} to {most} arguments"
        raise Problem(f"drpcli {usage} requires {number}")


def fetched(session: Session, prefix: str, key: str) -> dict[str, Any]:
    """Return the object as drpcli holds it: from `-r`, or else from the endpoint."""
    if session.flags.reference:
        return structs.filled(prefix, reference_value(session.flags.reference))
    return structs.filled(prefix, session.send("GET", [prefix, key]))


def patched(session: Session, prefix: str, key: str, base: dict[str, Any], target: dict[str, Any]) -> Any:
    """Send what turns the base into the target, guarded as drpcli guards it."""
    if session.flags.reference:
        bare = patches.difference(base, target, tested=False)
        operations = [patches.operation("test", "", base), *bare]
    else:
        operations = patches.difference(base, target)
    path = [prefix, str(base[structs.KEYS[prefix]] or key)]
    return session.send("PATCH", path, _forced(session), operations)


def _forced(session: Session) -> list[tuple[str, str]]:
    return [("force", "true")] if session.flags.force else []


def _trimmed(session: Session) -> list[tuple[str, str]]:
    query = [(name, session.flags.value(name)) for name in ("slim", "params") if session.flags.value(name)]
    return query + ([("decode", "true")] if session.flags.switched("decode") else [])


def _show(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 1, f"{prefix} show [id]")
    session.show(session.send("GET", [prefix, words[0]], _trimmed(session)))


def _list(session: Session, prefix: str, words: list[str]) -> None:
    query = query_of(words) + _paged(session) + _trimmed(session)
    session.show(session.send("GET", [prefix], query))


def _count(session: Session, prefix: str, words: list[str]) -> None:
    answer = session.head([prefix], query_of(words) + _paged(session) + _trimmed(session))
    count = answer.headers.get("x-drp-list-filter-count", "") if answer else ""
    if not count.isdigit():
        raise Problem(f"counting {prefix}: the endpoint sends no X-Drp-List-Filter-Count: it is older than v4")
    session.show(int(count))


def _paged(session: Session) -> list[tuple[str, str]]:
    return [(name, session.flags.value(name)) for name in ("limit", "offset") if session.flags.value(name)]


def _exists(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 1, f"{prefix} exists [id]")
    if session.head([prefix, words[0]]) is None:
        raise Problem(f"{prefix}:{words[0]} does not exist")


def _create(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 1, f"{prefix} create [json]")
    try:
        whole = structs.filled(prefix, given_value(words[0]))
    except Problem as problem:
        if words[0] == "-":
            raise Problem(f"Unable to create a new {structs.NOUNS[prefix]}: {problem}") from None
        if prefix not in structs.NAMED:
            raise Problem(f"Unable to create a new {structs.NOUNS[prefix]} by name") from None
        whole = structs.filled(prefix, {"Name": words[0]})
    session.show(session.send("POST", [prefix], _forced(session), whole))


def _update(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 2, f"{prefix} update [id] [json]")
    base = fetched(session, prefix, words[0])
    changes = given_value(words[1])
    try:
        target = structs.merged(prefix, base, changes)
    except Problem as problem:
        raise Problem(f"Failed to generate changed {prefix}:{words[0]} object: {problem}") from None
    session.show(patched(session, prefix, words[0], base, target))


def _patch(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 2, f"{prefix} patch [id] [json]")
    session.show(session.send("PATCH", [prefix, words[0]], _forced(session), given_value(words[1])))


def _destroy(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 1, f"{prefix} destroy [id]")
    session.send("DELETE", [prefix, words[0]])
    sys.stdout.write(f"Deleted {structs.NOUNS[prefix]} {words[0]}\n")


COMMANDS = {
    "show": _show,
    "list": _list,
    "count": _count,
    "exists": _exists,
    "create": _create,
    "update": _update,
    "patch": _patch,
    "destroy": _destroy,
}
