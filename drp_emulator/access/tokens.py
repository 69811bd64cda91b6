"""Tokens that the endpoint grants to a machine, or to a machine for one of its profiles."""

import time
from collections.abc import Sequence

from drp_emulator.access import credentials
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document

# Preferences: one signs every token, one stands for the endpoint as grantor. A change of either revokes all tokens.
TOKEN_SECRET = "baseTokenSecret"  # noqa: S105 - the name of a preference
GRANTOR_SECRET = "systemGrantorSecret"  # noqa: S105 - the name of a preference

_KNOWN_TIMEOUT = "knownTokenTimeout"
_KNOWN_SECONDS = 3600
_INFINITE_SECONDS = 3 * 52 * 7 * 24 * 3600
_UNLIMITED_SECONDS = 2_000_000_000
_MOST_DIGITS = 100
_ON_ITSELF = "get,actions,update,patch,action,getSecure,updateSecure"
_READABLE = ("params", "stages", "tasks", "bootenvs", "isos", "files", "info")


def for_machine(
    machine: Document, transaction: Transaction, ttl: int | None = None, extra: Sequence[Document] = ()
) -> str:
    """Return a token with which a machine runs its jobs.

    Args:
        machine: The machine; a change of its Secret revokes the token.
        transaction: Reads the endpoint's secrets.
        ttl: Seconds until it expires; None for the preference.
        extra: More claims, in the form of a role.
    """
    key = machine["Uuid"]
    claims = [
        _claim("machines", _ON_ITSELF, key),
        *(_claim(scope, "get", "*") for scope in _READABLE),
        _claim("jobs", "create,get,update,actions,log", key),
        _claim("events", "post", "*"),
        _claim("reservations", "get,create", "*"),
        *extra,
    ]
    seconds = _known_timeout(transaction) if ttl is None else ttl
    return _issue(machine, claims, seconds, transaction)


def without_end(machine: Document, transaction: Transaction) -> str:
    """Return a machine's token that lasts about three years."""
    return for_machine(machine, transaction, _INFINITE_SECONDS)


def for_profile(machine: Document, profile: str, seconds: int, transaction: Transaction) -> str:
    """Return a token with which a machine changes one of its profiles; DRP's word for the reason if it may not."""
    if profile not in machine["Profiles"]:
        return "InvalidTokenNotAllowedNotOnMachine"
    if not transaction.has("profiles", profile):
        return "InvalidTokenNotAllowedNoProfile"
    claims = [_claim("profiles", "get,getSecure,update,updateSecure", profile), _claim("params", "get", "*")]
    return _issue(machine, claims, seconds if seconds > 0 else _UNLIMITED_SECONDS, transaction)


def _known_timeout(transaction: Transaction) -> int:
    text = transaction.preference(_KNOWN_TIMEOUT)
    if not text.isdecimal():
        return _KNOWN_SECONDS
    # A preference is any text, and no moment is thousands of digits away.
    return min(int(text), _UNLIMITED_SECONDS) if len(text) <= _MOST_DIGITS else _UNLIMITED_SECONDS


def _issue(machine: Document, claims: Sequence[Document], seconds: int, transaction: Transaction) -> str:
    content = {
        "jti": machine["Uuid"],
        "exp": time.time() + seconds,
        "machine_secret": machine["Secret"],
        "grantor_secret": transaction.preference(GRANTOR_SECRET),
        "claims": list(claims),
    }
    return credentials.signed(content, transaction.preference(TOKEN_SECRET))


def _claim(scope: str, action: str, specific: str) -> Document:
    return {"scope": scope, "action": action, "specific": specific}
