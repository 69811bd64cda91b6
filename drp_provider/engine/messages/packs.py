"""Errors about content packs: the object, the cause and the way out, without the endpoint's own messages."""

import re
from collections.abc import Iterator
from typing import Any

from drp_provider.api.interface import Api
from drp_provider.engine.messages.text import MOST_NAMED, few, reworded
from drp_provider.errors import AlreadyExists, ApiError
from drp_provider.models.sections import KEYS

_UUID = r"(?P<uuid>[0-9a-f-]{36})"
_USES = tuple(
    (noun, re.compile(pattern))
    for noun, pattern in (
        ("profile", rf"Machine {_UUID} is using profile (?P<object>\S+)"),
        ("profile", r"(?P<user>Stage \S+) is using profile (?P<object>\S+)"),
        ("task", rf"machines:{_UUID} still uses (?P<object>\S+)"),
        ("task", r"(?P<user>\w+:\S+) still uses (?P<object>\S+)"),
        ("stage", r"Stage (?P<object>\S+) in use by (?P<user>\w+ \S+)"),
        ("bootenv", r"Bootenv (?P<object>\S+) in use by (?P<user>\w+ \S+)"),
        ("content pack", r"(?P<user>Content \S+) requires (?P<object>\S+)$"),
    )
)
_TAKEN = re.compile(r"keysCannotBeOverridden: (.+?) is already in layer \d+")


def already_exists(subject: str, live: dict[str, Any]) -> AlreadyExists:
    """Return the error for a pack of this name that is not ours."""
    version = live["meta"].get("Version") or "none"
    return AlreadyExists(
        f"{subject} exists already, in version {version}, and is not this stack's: set adopt=True to take it over and "
        "replace its content (a destroy then leaves it), or choose another name or delete the pack."
    )


def refused(subject: str, error: ApiError, api: Api, record: dict[str, Any], *, done: str) -> ApiError:
    """Return the error for a rejected pack, with the objects that are the cause; without these, the given error."""
    taken = [key for message in error.messages for key in _TAKEN.findall(message)]
    if taken:
        sections = (record.get("content") or record).get("sections") or {}
        return reworded(error, _overriding(subject, taken, sections, api, done))
    uses = list(_uses(error, api))
    if uses:
        text = f"{subject} was not {done}, because it or its objects are in use: {few(uses)}; remove these uses first"
        return reworded(error, f"{text}, then run `pulumi up` or `pulumi destroy` again.")
    return error


def _overriding(subject: str, taken: list[str], sections: dict[str, Any], api: Api, done: str) -> str:
    found = []
    for key in sorted(set(taken)):
        matching = [name for name, section in sections.items() if key in section]
        found += [f"{name}/{key} exists already, {_holder(name, key, api)}" for name in matching[:MOST_NAMED]]
    return (
        f"{subject} was not {done}, because it may not override the objects of others: {few(found)}; "
        "rename yours, or delete theirs first."
    )


def _holder(section: str, key: str, api: Api) -> str:
    """Return the owner of an object, by an extra request, which only an error needs."""
    try:
        document = api.find(section, key) if section in KEYS else None
    except ApiError:
        document = None
    if document is None:
        return "another client's"
    return f"of content pack {document['Bundle']}" if document.get("Bundle") else "made by hand or by another program"


def _uses(error: ApiError, api: Api) -> Iterator[str]:
    found = []
    for message in error.messages:
        for noun, pattern in _USES:
            match = pattern.search(message)
            if match:
                found.append((noun, match.groupdict()))
                break
    uuids = sorted({parts["uuid"] for _, parts in found if parts.get("uuid")})
    names = api.names_of_machines(uuids) if uuids else {}
    users: dict[str, list[str]] = {}
    for noun, parts in found:
        uuid = parts.get("uuid")
        user = f"machine {names.get(uuid, uuid)}" if uuid else _plain(parts["user"])
        users.setdefault(f"{noun} {parts['object']}", []).append(user)
    for thing, by in sorted(users.items()):
        yield f"{thing} by {few(sorted(set(by)), ' and ')}"


def _plain(user: str) -> str:
    """Return `stage prepare` for `Stage prepare` and for `stages:prepare`."""
    kind, _, name = user.replace(":", " ", 1).partition(" ")
    return f"{kind.lower().removesuffix('s')} {name}".replace("content ", "content pack ")
