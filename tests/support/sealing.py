"""What a client does to write a secure value; it shares no code with the endpoint or the simulator."""

import base64
import json
from typing import Any

from nacl.public import Box, PrivateKey, PublicKey
from nacl.utils import random

MEMBERS = ["Key", "Nonce", "Payload"]


def sealed(public_key: str, value: Any) -> dict[str, str]:
    """A value for the object whose key this is, as it travels."""
    return sealed_text(public_key, json.dumps(value).encode())


def sealed_text(public_key: str, text: bytes) -> dict[str, str]:
    """Any text, sealed."""
    ours, nonce = PrivateKey.generate(), random(Box.NONCE_SIZE)
    theirs = PublicKey(base64.b64decode(public_key, validate=True))
    payload = Box(ours, theirs).encrypt(text, nonce).ciphertext
    parts = (bytes(ours.public_key), nonce, payload)
    return {name: base64.b64encode(part).decode() for name, part in zip(MEMBERS, parts, strict=True)}
