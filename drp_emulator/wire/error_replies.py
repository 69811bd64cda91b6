"""The error documents of DRP: five members, always in this order."""

from collections.abc import Mapping, Sequence

from drp_emulator.wire.documents import Document


class ErrorReply(Exception):
    """An answer that says no.

    A 401 has an empty body; every other fault is a document.
    """

    def __init__(
        self,
        code: int,
        kind: str,
        messages: str | Sequence[str],
        *,
        model: str = "",
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.kind = kind
        self.messages = [messages] if isinstance(messages, str) else list(messages)
        self.model = model
        self.key = key
        self.headers = dict(headers or {})
        super().__init__("; ".join(self.messages))

    def document(self) -> Document:
        """Return the body of the answer."""
        return {
            "Model": self.model,
            "Key": self.key,
            "Type": self.kind,
            "Messages": self.messages,
            "Code": self.code,
        }


CHALLENGE = {"WWW-Authenticate": "dr-provision"}


def unauthenticated() -> ErrorReply:
    """No usable credentials at all."""
    return ErrorReply(401, "", [], headers=CHALLENGE)


def access_denied() -> ErrorReply:
    """Unknown user or wrong password: DRP says 403 here, not 401."""
    return ErrorReply(403, "", "Access Denied", model="users")


def invalid_token(reason: str, token: str) -> ErrorReply:
    """Return a token that cannot be read or has ended; DRP echoes it."""
    return ErrorReply(403, "", [f"Invalid Token :{reason}", token], model="system", headers=CHALLENGE)


def token_revoked() -> ErrorReply:
    """Return a secret the token was bound to has changed."""
    return ErrorReply(403, "AUTH", "Validation failed")


def forbidden(path: str, scope: str, action: str, key: str) -> ErrorReply:
    """Return the error for a user without the claim."""
    return ErrorReply(403, "AUTH", [f"Cannot access {path}", f"Requires: {scope} {action} {key}"])


def not_found(method: str, model: str, key: str) -> ErrorReply:
    """No such object, or no right to see it."""
    return ErrorReply(404, method, "Not Found", model=model, key=key)


def no_route(method: str, path: str) -> ErrorReply:
    """No such address, or not with this verb."""
    return ErrorReply(404, method, "No route", key=path)
