"""The first content of a store: the objects that every endpoint has, and some machine records."""

import uuid
from collections.abc import Callable

from drp_emulator.access import credentials, tokens
from drp_emulator.access.operator import PASSWORD, USER
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.dialects import Dialect
from drp_emulator.wire.documents import Document

# A machine has the same Uuid in every store, so that examples can name it.
_MACHINES = uuid.UUID("6d8c3c1e-9b0f-5c37-9a54-5d2f1c7f0e11")
_BASE_ADDRESS = 100
_BUILT_IN: Document = {"ReadOnly": True, "Bundle": "BasicStore"}
_META = {"icon": "world", "color": "blue", "title": "Digital Rebar Provision"}
_OBJECTS: dict[str, tuple[Document, ...]] = {
    "bootenvs": (
        {**_BUILT_IN, "Name": "ignore", "OnlyUnknown": True, "Meta": _META}
        | {
            "Description": "The boot environment you should use to have unknown machines boot off"
            " their local hard drive"
        },
        {**_BUILT_IN, "Name": "local", "Meta": _META}
        | {"Description": "The boot environment you should use to have known machines boot off their local hard drive"},
    ),
    "stages": (
        {**_BUILT_IN, "Name": "local", "BootEnv": "local", "RunnerWait": True, "Meta": _META}
        | {"Description": "Stage to boot into the local BootEnv."},
        {**_BUILT_IN, "Name": "none", "RunnerWait": True, "Meta": _META} | {"Description": "Noop / Nothing stage"},
    ),
    "profiles": (
        {
            "Name": "global",
            "Description": "Global profile attached automatically to all machines.",
            "Meta": _META,
        },
    ),
    "roles": (
        {
            **_BUILT_IN,
            "Name": "superuser",
            "Claims": [{"scope": "*", "action": "*", "specific": "*"}],
        },
    ),
    "pools": ({"Id": "default", "Description": "Default Pool"},),
}
_PREFERENCES = {
    "defaultBootEnv": "local",
    "defaultStage": "none",
    "defaultWorkflow": "",
    "knownTokenTimeout": "3600",
    "unknownTokenTimeout": "600",
    "unknownBootEnv": "ignore",
    "logLevel": "warn",
    **dict.fromkeys(("debugBootEnv", "debugDhcp", "debugFrontend", "debugPlugins", "debugRenderer"), "warn"),
}


def seeder(dialect: Dialect, machines: int) -> Callable[[Transaction], None]:
    """Return a function that fills a fresh store for a dialect, with this many machines."""

    def seed(transaction: Transaction) -> None:
        for prefix, documents in _OBJECTS.items():
            for document in documents:
                _put(transaction, dialect, prefix, document)
        for number in range(1, machines + 1):
            _put(transaction, dialect, "machines", _machine(dialect, number))
        _put_first_user(transaction, dialect)
        _put_preferences(transaction)
        transaction.set_fact("id", _endpoint_id())
        transaction.set_fact("dialect", dialect.name)

    return seed


def _put(transaction: Transaction, dialect: Dialect, prefix: str, document: Document) -> None:
    object_type = object_types(dialect).get(prefix)
    if object_type is None:
        return
    whole = object_type.struct(dialect).decode({**document, "Validated": True, "Available": True})
    name = whole["Name"] if object_type.key == "Uuid" else None
    transaction.put(prefix, whole[object_type.key], whole, name)


def _machine(dialect: Dialect, number: int) -> Document:
    identity = uuid.uuid5(_MACHINES, f"node-{number}")
    host = _BASE_ADDRESS + number
    meta = {"icon": "server", "color": "black"}
    if not dialect.modern:
        meta["feature-flags"] = "change-stage-v2"
    return {
        "Name": f"node-{number}",
        "Description": f"Simulated machine {number}",
        "Uuid": str(identity),
        "Address": f"192.168.{124 + host // 250}.{host % 250}",
        "Stage": "none",
        "BootEnv": "local",
        "CurrentTask": 0 if dialect.modern else -1,
        "Runnable": True,
        "Secret": credentials.random_word(),
        "OS": "ubuntu-20.04",
        "HardwareAddrs": [f"52:54:00:7c:{number // 256 % 256:02x}:{number % 256:02x}"],
        "Arch": "amd64",
        "Meta": meta,
        "Pool": "default",
        "PoolStatus": "Free",
        "WorkflowComplete": True,
    }


def set_password(transaction: Transaction, password: str) -> None:
    """Give the operator this password; another one than before ends the operator's tokens."""
    user = transaction.get("users", USER)
    old = transaction.password_hash(USER)
    if user is not None and (old is None or not credentials.matches(password, old)):
        transaction.put("users", USER, {**user, "Secret": credentials.random_word()})
        transaction.set_password_hash(USER, credentials.hashed(password))


def _put_first_user(transaction: Transaction, dialect: Dialect) -> None:
    _put(transaction, dialect, "users", {"Name": USER, "Roles": ["superuser"]})
    set_password(transaction, PASSWORD)


def _put_preferences(transaction: Transaction) -> None:
    for name, value in _PREFERENCES.items():
        transaction.set_preference(name, value)
    for name in (tokens.TOKEN_SECRET, tokens.GRANTOR_SECRET):
        transaction.set_preference(name, credentials.random_word(32))


def _endpoint_id() -> str:
    raw = uuid.uuid4().hex[:12]
    return ":".join(raw[start : start + 2] for start in range(0, len(raw), 2))
