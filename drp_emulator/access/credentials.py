"""Make and verify passwords and tokens."""

import base64
import hashlib
import hmac
import json
import secrets
import string
import time
from functools import lru_cache

from drp_emulator.wire.documents import Document

# Few rounds, since each command of a client logs in, and the first password is well known.
_ROUNDS = 1000
_ALPHABET = string.ascii_letters + string.digits
_SIGNATURE_BYTES = 32


class InvalidToken(ValueError):
    """The token cannot be read or has expired; the message is DRP's."""


def random_word(length: int = 16) -> str:
    """Return a new secret of letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def hashed(password: str) -> str:
    """Return the hash under which a password is stored."""
    salt = secrets.token_hex(8)
    return f"{salt}:{_digest(password, salt)}"


@lru_cache(maxsize=64)
def matches(password: str, stored: str) -> bool:
    """Return whether a password has this hash."""
    salt, _, digest = stored.partition(":")
    return hmac.compare_digest(_digest(password, salt), digest)


def signed(content: Document, key: str) -> str:
    """Return a token that carries `content`, opaque to clients."""
    payload = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(payload, key) + payload).decode()


def read(token: str, key: str, now: float | None = None) -> Document:
    """Return the content of a token.

    Raises:
        InvalidToken: This endpoint did not make it, or it has expired.
    """
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        raise InvalidToken("illegal base64 data at input byte 0") from None
    signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not payload:
        raise InvalidToken("ciphertext too short")
    if not hmac.compare_digest(signature, _signature(payload, key)):
        raise InvalidToken("signature is invalid")
    content: Document = json.loads(payload)
    late = (time.time() if now is None else now) - content["exp"]
    if late > 0:
        raise InvalidToken(f"token is expired by {max(1, round(late))}s")
    return content


def _digest(password: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), _ROUNDS).hex()


def _signature(payload: bytes, key: str) -> bytes:
    return hmac.digest(key.encode(), payload, "sha256")
