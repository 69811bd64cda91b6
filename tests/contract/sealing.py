"""Values sealed for the object at a path."""

from typing import Any

from tests.support import sealing

from .client import Client


def sealed(api: Client, holder: str, value: Any) -> dict[str, str]:
    """A value for the object at this path, as it travels."""
    return sealing.sealed(_key(api, holder), value)


def sealed_text(api: Client, holder: str, text: bytes) -> dict[str, str]:
    """Any text, sealed for the object at this path."""
    return sealing.sealed_text(_key(api, holder), text)


def _key(api: Client, holder: str) -> str:
    answer = api.get(f"{holder}/pubkey")
    assert answer.status_code == 200, answer.text
    key: str = answer.json()
    return key
