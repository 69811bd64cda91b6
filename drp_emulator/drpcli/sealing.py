"""Values of secure params: sealed here, for the object that will hold them, as drpcli's models.SecureData does."""

from __future__ import annotations

from binascii import Error as BadBase64
from binascii import a2b_base64, b2a_base64

from drp_emulator.drpcli import gojson
from drp_emulator.drpcli.packages import imported
from drp_emulator.drpcli.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KEY_BYTES = 32


def sealed(value: Any, public_key: Any) -> dict[str, str]:
    """Return the value as it travels, with a pair of keys and a nonce that are used this once.

    Args:
        value: In clear.
        public_key: The object's, as the endpoint sends it.

    Raises:
        Problem: The key is none, or PyNaCl is missing.
    """
    try:
        nacl = imported("nacl.public")
    except ImportError:
        raise Problem("this needs PyNaCl, which is not installed for the emulator: install pynacl") from None
    ours = nacl.PrivateKey.generate()
    message = nacl.Box(ours, nacl.PublicKey(_decoded(public_key))).encrypt(gojson.compact(value).encode())
    parts = {"Key": bytes(ours.public_key), "Nonce": message.nonce, "Payload": message.ciphertext}
    return {name: b2a_base64(part, newline=False).decode() for name, part in parts.items()}


def _decoded(public_key: Any) -> bytes:
    try:
        key = a2b_base64(public_key)
    except (TypeError, ValueError, BadBase64):
        key = b""
    if len(key) != _KEY_BYTES:
        raise Problem("Key must be 32 bytes long")
    return key
