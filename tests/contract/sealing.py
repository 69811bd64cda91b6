"""Values sealed for the object at a path."""

from typing import Any

from tests.support import sealing

from .client import Client

SECRET = "correct horse battery staple"
HOLDERS = ("profiles", "machines", "stages")


def sealed(api: Client, holder: str, value: Any) -> dict[str, str]:
    """A value for the object at this path, as it travels."""
    return sealing.sealed(_key(api, holder), value)


def sealed_text(api: Client, holder: str, text: bytes) -> dict[str, str]:
    """Any text, sealed for the object at this path."""
    return sealing.sealed_text(_key(api, holder), text)


def secure_param(api: Client, **members: Any) -> str:
    """A secure param; it holds strings if nothing else is said."""
    return str(api.make("params", Secure=True, **{"Schema": {"type": "string"}, **members})["Name"])


def made(api: Client, prefix: str = "profiles", **members: Any) -> str:
    """A new object, as a path."""
    return f"/{prefix}/{api.make(prefix, **members)[{'machines': 'Uuid'}.get(prefix, 'Name')]}"


def holding(api: Client, param: str, value: Any = SECRET, prefix: str = "profiles") -> tuple[str, dict[str, str]]:
    """A new object with a sealed value, and the value as it travelled."""
    path = made(api, prefix)
    secret = sealed(api, path, value)
    answer = api.post(f"{path}/params/{param}", secret)
    assert answer.status_code == 200, answer.text
    return path, secret


def add(param: str, value: Any, at: str = "/Params") -> dict[str, Any]:
    """The operation that sets a value."""
    return {"op": "add", "path": f"{at}/{param}", "value": value}


def cannot(kind: str) -> str:
    """DRP's complaint about a value in clear."""
    return f"json: cannot unmarshal {kind} into Go value of type models.SecureData"


def _key(api: Client, holder: str) -> str:
    answer = api.get(f"{holder}/pubkey")
    assert answer.status_code == 200, answer.text
    key: str = answer.json()
    return key
