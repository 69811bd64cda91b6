"""The objects as drpcli's Go structs know them: members, and what an absent one becomes.

A map or list that was never set is null in what drpcli sends.
"""

from __future__ import annotations

from drp_emulator.drpcli.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HEAD: dict[str, Any] = {
    "Validated": False, "Available": False, "Errors": None, "ReadOnly": False, "Meta": None, "Endpoint": "",
    "Bundle": "",
}  # fmt: skip
_TEXTS = {"Name": "", "Description": "", "Documentation": ""}
_ZERO: dict[str, dict[str, Any]] = {
    "profiles": {**_HEAD, "Partial": False, **_TEXTS, "Params": None, "Profiles": None},
    "params": {**_HEAD, **_TEXTS, "Secure": False, "Schema": None},
    "machines": {
        **_HEAD, "Partial": False, "Name": "", "Description": "", "Uuid": "", "CurrentJob": "", "Address": "",
        "Stage": "", "BootEnv": "", "Profiles": None, "Params": None, "Tasks": None, "CurrentTask": 0,
        "RetryTaskAttempt": 0, "TaskErrorStacks": None, "Runnable": False, "Secret": "", "OS": "",
        "HardwareAddrs": None, "Workflow": "", "Arch": "", "Locked": False, "Context": "",
        "Fingerprint": {"SSNHash": None, "CSNHash": None, "CloudInstanceID": "", "SystemUUID": "", "MemoryIds": None},
        "Pool": "", "PoolAllocated": False, "PoolStatus": "", "WorkflowComplete": False,
    },
}  # fmt: skip
_MAPS = frozenset(("Meta", "Params"))
_LISTS = frozenset(("Errors", "Profiles", "Tasks", "TaskErrorStacks", "HardwareAddrs"))

NOUNS = {"machines": "machine", "params": "param", "profiles": "profile"}
KEYS = {"machines": "Uuid", "params": "Name", "profiles": "Name"}
# drpcli can make these from a name alone.
NAMED = frozenset(("machines", "profiles"))


def filled(prefix: str, value: Any) -> dict[str, Any]:
    """Return the struct with these members set; names in any case, unknown ones dropped.

    Raises:
        Problem: It is no map, or a member is of another type.
    """
    if not isinstance(value, dict):
        raise Problem(f"json: cannot unmarshal {_go_type(value)} into Go value of type models.{_struct(prefix)}")
    whole = dict(_ZERO[prefix])
    spelled = {name.lower(): name for name in whole}
    for given, item in value.items():
        name = given if given in whole else spelled.get(given.lower())
        if name is not None and item is not None:
            _check(prefix, name, item, whole[name])
            whole[name] = item
    return whole


def merged(prefix: str, base: dict[str, Any], changes: Any) -> dict[str, Any]:
    """Return the struct with the changes merged in, map by map; a null changes nothing."""
    if not isinstance(changes, dict):
        raise Problem(f"json: cannot unmarshal {_go_type(changes)} into Go value of type map[string]interface {{}}")
    return filled(prefix, _merged(base, {name: item for name, item in changes.items() if name in base}))


def _merged(base: Any, changes: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(changes, dict):
        return base if changes is None else changes
    added = {name: _merged(base.get(name), item) for name, item in changes.items() if item is not None}
    return {**base, **added}


def _check(prefix: str, name: str, item: Any, zero: Any) -> None:
    wanted: tuple[type, ...] | None = None
    if name in _MAPS:
        wanted = (dict,)
    elif name in _LISTS:
        wanted = (list,)
    elif zero is not None:
        wanted = (int, float) if isinstance(zero, int) and not isinstance(zero, bool) else (type(zero),)
    if wanted and (not isinstance(item, wanted) or (isinstance(item, bool) and bool not in wanted)):
        raise Problem(f"json: cannot unmarshal {_go_type(item)} into Go struct field {_struct(prefix)}.{name}")


def _struct(prefix: str) -> str:
    return NOUNS[prefix].capitalize()


def _go_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return {dict: "object", list: "array", str: "string", int: "number", float: "number"}.get(type(value), "null")
