"""Values of secure params: sealed by clients for one object alone, opened only for users who may see them.

NaCl's crypto_box, as in DRP's models/secureData.go: `Key` is the sender's ephemeral public key, the receiver's pair is
the object's own. The endpoint never seals anything.
"""

import base64
from collections.abc import Iterator
from typing import Any

from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document, Undecodable, go_number, parse, sorted_maps
from drp_emulator.wire.go_bytes import BYTES
from drp_emulator.wire.go_types import Field, Struct

Owner = tuple[str, str]
"""Prefix and key of the object that holds a value."""

_SECURE_DATA = Struct("models.SecureData", tuple(Field(name, BYTES) for name in ("Key", "Nonce", "Payload")))
_KEY_BYTES, _NONCE_BYTES, _OVERHEAD_BYTES = 32, 24, 16
_CORRUPTED = "SecureData corrupted"


def public_key(owner: Owner, transaction: Transaction) -> str:
    """Return what values for an object are sealed to, in base64; the pair is made at the first request for it."""
    # PyNaCl takes 20 ms to import, and only secure params need it.
    from nacl.public import PrivateKey

    stored = transaction.private_key(*owner)
    private = PrivateKey.generate() if stored is None else PrivateKey(stored)
    if stored is None:
        transaction.set_private_key(*owner, bytes(private))
    return base64.b64encode(bytes(private.public_key)).decode()


def opened(value: Any, private_key: bytes | None) -> Any:
    """Return what is sealed in a value.

    Args:
        value: As it is stored.
        private_key: That of the object that holds it; None opens nothing.

    Raises:
        Undecodable: It is not SecureData, or was not sealed for this object; the message is DRP's.
    """
    sealed = _SECURE_DATA.decode(value)
    if len(sealed["Key"]) != _KEY_BYTES:
        raise Undecodable("Key must be 32 bytes long")
    if len(sealed["Nonce"]) != _NONCE_BYTES:
        raise Undecodable("Nonce must be 24 bytes long")
    if len(sealed["Payload"]) < _OVERHEAD_BYTES or private_key is None:
        raise Undecodable(_CORRUPTED)
    return _plain(_unsealed(sealed, private_key))


class Opener:
    """Opens what is sealed; remembers what it read, so use one per request.

    Attributes:
        seen: The texts it found, for callers that must keep them out of logs.
    """

    def __init__(self, transaction: Transaction) -> None:
        self.seen: set[str] = set()
        self._transaction = transaction
        self._secure: dict[str, bool] = {}
        self._keys: dict[Owner, bytes | None] = {}

    def is_secure(self, name: str) -> bool:
        """Return whether the values of this param are sealed."""
        if name not in self._secure:
            param = self._transaction.get("params", name)
            self._secure[name] = param is not None and param["Secure"]
        return self._secure[name]

    def value(self, owner: Owner, name: str, value: Any) -> Any:
        """Return one value in clear; what was stored before its param was secure stays as it is, as in DRP."""
        if not self.is_secure(name):
            return value
        try:
            found = opened(value, self._key(owner))
        except Undecodable:
            return value
        self.seen.update(_texts(found))
        return found

    def params(self, owner: Owner, values: Document) -> Document:
        """Return all values of an object in clear."""
        return {name: self.value(owner, name, value) for name, value in values.items()}

    def _key(self, owner: Owner) -> bytes | None:
        if owner not in self._keys:
            self._keys[owner] = self._transaction.private_key(*owner)
        return self._keys[owner]


def _unsealed(sealed: Document, private_key: bytes) -> bytes:
    from nacl.exceptions import CryptoError
    from nacl.public import Box, PrivateKey, PublicKey

    try:
        return Box(PrivateKey(private_key), PublicKey(sealed["Key"])).decrypt(sealed["Payload"], sealed["Nonce"])
    except CryptoError:
        raise Undecodable(_CORRUPTED) from None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
    elif value is not None and not isinstance(value, bool):
        yield go_number(value)


def _plain(text: bytes) -> Any:
    try:
        return sorted_maps(parse(text))
    except Undecodable:
        # Go's words would quote from what is sealed.
        raise Undecodable("the sealed text is not JSON") from None
