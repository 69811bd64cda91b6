"""What a client does to write a secure value; it shares no code with the endpoint."""

import base64
import json
from typing import Any

from nacl.public import Box, PrivateKey, PublicKey
from nacl.utils import random

from .client import Client

MEMBERS = ["Key", "Nonce", "Payload"]


def sealed(api: Client, holder: str, value: Any) -> dict[str, str]:
    """A value for the object at this path, as it travels."""
    return sealed_text(api, holder, json.dumps(value).encode())


def sealed_text(api: Client, holder: str, text: bytes) -> dict[str, str]:
    """Any text, sealed for the object at this path."""
    answer = api.get(f"{holder}/pubkey")
    assert answer.status_code == 200, answer.text
    ours, nonce = PrivateKey.generate(), random(Box.NONCE_SIZE)
    theirs = PublicKey(base64.b64decode(answer.json(), validate=True))
    payload = Box(ours, theirs).encrypt(text, nonce).ciphertext
    parts = (bytes(ours.public_key), nonce, payload)
    return {name: base64.b64encode(part).decode() for name, part in zip(MEMBERS, parts, strict=True)}
