"""Check that a response holds the requested object, in DRP's types.

A proxy, a cache or another service can respond with well-formed JSON. This module checks, once, every field that the
engine reads, so that the layers above never meet a missing or mistyped field.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Document = dict[str, Any]

_HEAD = frozenset({"Available", "Errors", "Meta", "Validated"})
"""Every DRP object has these (DRP API, section "Common head")."""
_KEYS: Mapping[str, str] = {"jobs": "Uuid", "machines": "Uuid", "templates": "ID"}
"""The key field of each object type whose key is not `Name`."""
_FILLED: Mapping[str, type] = {"Errors": list, "Meta": dict, "Params": dict, "Profiles": list, "Tasks": list}
"""Fields that are a list or a map; DRP writes null if they are empty."""
_TYPES: Mapping[str, Mapping[str, type]] = {
    "jobs": {"Machine": str, "State": str, "Uuid": str},
    "machines": {
        "Name": str,
        "Profiles": list,
        "Runnable": bool,
        "Tasks": list,
        "Uuid": str,
        "Workflow": str,
        "CurrentJob": str,
        "CurrentTask": int,
        "Params": dict,
    },
    "profiles": {"Name": str, "Params": dict},
}
"""The fields that the engine reads, by type of object."""
_TEXT_LISTS = ("Errors", "Profiles", "Tasks")
_INDEX = ":"
_PACKS = "contents"
"""The summary of a content pack is not an object: it has `meta` and counts."""


def object_in(response: Any, prefix: str, key: str | None = None, *, without: Collection[str] = ()) -> Document | None:
    """Return the response with its empty fields filled, or None if it is not the requested object.

    Args:
        response: The decoded JSON.
        prefix: The type of object, such as `profiles`.
        key: Its key, or an index such as `Name:node-1`; None accepts any.
        without: Fields that the request asked the endpoint to leave out.
    """
    if not isinstance(response, dict) or not response.keys() >= _HEAD - set(without):
        return None
    filled = {
        **response,
        **{name: kind() for name, kind in _FILLED.items() if name in response and response[name] is None},
    }
    if any(_check_fields(filled, prefix, without)) or not _has_key(filled, prefix, key):
        return None
    return filled


def objects_in(response: Any, prefix: str, *, without: Collection[str] = ()) -> list[Document] | None:
    """Return the response if it is a list of such objects, or None."""
    if not isinstance(response, list):
        return None
    if prefix == _PACKS:
        return (
            response
            if all(isinstance(pack, dict) and isinstance(pack.get("meta"), dict) for pack in response)
            else None
        )
    found = [object_in(member, prefix, without=without) for member in response]
    return None if None in found else [member for member in found if member is not None]


def _check_fields(document: Document, prefix: str, without: Collection[str]) -> Iterator[bool]:
    for name, kind in {**_TYPES.get(prefix, {}), _KEYS.get(prefix, "Name"): str}.items():
        yield name not in without and not _is_of(document.get(name), kind)
    for name, kind in _FILLED.items():
        yield name in document and not isinstance(document[name], kind)
    for name in _TEXT_LISTS:
        yield not all(isinstance(member, str) for member in document.get(name, ()))


def _is_of(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _has_key(document: Document, prefix: str, key: str | None) -> bool:
    if key is None:
        return True
    field, _, value = key.rpartition(_INDEX) if _INDEX in key else (_KEYS.get(prefix, "Name"), "", key)
    found = document.get(field)
    # DRP writes uuids in lower case, also if the request did not.
    return found == value or (field == "Uuid" and isinstance(found, str) and found.lower() == value.lower())
