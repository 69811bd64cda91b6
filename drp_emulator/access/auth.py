"""Authenticate a request by its credentials."""

import base64
import time
from collections.abc import Sequence

from drp_emulator.access import credentials
from drp_emulator.access.claims import Principal, claims_of, read_claims
from drp_emulator.access.tokens import GRANTOR_SECRET, TOKEN_SECRET
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import (
    access_denied,
    invalid_token,
    token_revoked,
    unauthenticated,
)


def authenticate(header: str, token: str, transaction: Transaction) -> Principal:
    """Return the principal of a request.

    Args:
        header: The Authorization header; may be empty.
        token: The `token` query argument, a token or `user:password`; may be empty.
        transaction: Reads the users.

    Raises:
        ErrorReply: 401 without usable credentials, 403 with wrong ones.
    """
    scheme, _, value = header.partition(" ")
    if scheme.casefold() == "basic":
        return _by_password(_decoded(value), transaction)
    if scheme.casefold() == "bearer" and value:
        return _by_token(value.strip(), transaction)
    if not header and token:
        by = _by_password if ":" in token else _by_token
        return by(token, transaction)
    raise unauthenticated()


def issue(user: Document, transaction: Transaction, ttl: int, roles: Sequence[str] | None = None) -> str:
    """Return a token for a user, bound to the secrets of the user and of this endpoint.

    Args:
        user: The user object.
        transaction: Reads the endpoint's secrets.
        ttl: Seconds until it expires.
        roles: Only these of the user's roles; None for all, including those assigned later.
    """
    content = {
        "jti": user["Name"],
        "exp": time.time() + ttl,
        "user_secret": user["Secret"],
        "grantor_secret": transaction.preference(GRANTOR_SECRET),
        "roles": None if roles is None else list(roles),
    }
    return credentials.signed(content, transaction.preference(TOKEN_SECRET))


def _decoded(value: str) -> str:
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise unauthenticated() from None
    if ":" not in pair:
        raise unauthenticated()
    return pair


def _by_password(pair: str, transaction: Transaction) -> Principal:
    name, _, password = pair.partition(":")
    user = transaction.get("users", name)
    stored = transaction.password_hash(name)
    if user is None or stored is None or not credentials.matches(password, stored):
        raise access_denied()
    return _principal(user, user["Roles"], transaction)


def _by_token(token: str, transaction: Transaction) -> Principal:
    try:
        content = credentials.read(token, transaction.preference(TOKEN_SECRET))
    except credentials.InvalidToken as error:
        raise invalid_token(str(error), token) from None
    if transaction.preference(GRANTOR_SECRET) != content["grantor_secret"]:
        raise token_revoked()
    if "machine_secret" in content:
        return _by_machine(content, transaction)
    user = transaction.get("users", content["jti"])
    if user is None or user["Secret"] != content["user_secret"]:
        raise token_revoked()
    granted = content["roles"]
    roles = [role for role in user["Roles"] if granted is None or role in granted]
    return _principal(user, roles, transaction)


def _by_machine(content: Document, transaction: Transaction) -> Principal:
    machine = transaction.get("machines", content["jti"])
    if machine is None or machine["Secret"] != content["machine_secret"]:
        raise token_revoked()
    return Principal(machine["Uuid"], read_claims(content["claims"]), "runner")


def _principal(user: Document, names: Sequence[str], transaction: Transaction) -> Principal:
    roles = (transaction.get("roles", name) for name in names)
    return Principal(user["Name"], claims_of(role for role in roles if role is not None))
