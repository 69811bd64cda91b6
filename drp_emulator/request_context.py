"""One request inside its transaction, and the reply to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from drp_emulator.access.claims import Principal
from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.dialects import Dialect
from drp_emulator.wire.documents import Document, Undecodable, encode, parse
from drp_emulator.wire.error_replies import ErrorReply, forbidden, not_found

# The name of the index of keys in a path such as `Key:value`.
_KEY_INDEX = "Key"
_JSON_TYPES = ("application/json", "application/json-patch+json")


@dataclass(frozen=True)
class Reply:
    """A reply: bytes, a JSON text, or a document."""

    body: str | bytes | Document | list[Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    @property
    def content(self) -> bytes:
        """Return the encoded body."""
        if isinstance(self.body, bytes):
            return self.body
        text = self.body if isinstance(self.body, str) else encode(self.body)
        return text.encode("utf-8", "replace")


@dataclass(frozen=True)
class RequestContext:
    """A request that has a route and a principal, inside its transaction."""

    request: Request
    transaction: Transaction
    principal: Principal
    dialect: Dialect
    arguments: Mapping[str, str]

    @property
    def method(self) -> str:
        """Return the HTTP method, which is also the Type of most error documents."""
        return self.request.method

    @property
    def kind(self) -> ObjectType:
        """Return the object type in the path."""
        return object_types(self.dialect)[self.arguments["prefix"]]

    @property
    def name(self) -> str:
        """Return the object's name in the path: its key, or `Index:value`."""
        return self.arguments["key"]

    def flag(self, name: str) -> bool:
        """Return whether a query argument is `true`."""
        return self.request.args.get(name) == "true"

    def words(self, name: str) -> list[str]:
        """Return the words of a query argument with commas."""
        text = self.request.args.get(name, "")
        return [word for word in text.split(",") if word]

    def demand(self, action: str, key: str, scope: str = "") -> None:
        """Require a right.

        Raises:
            ErrorReply: 403 that names the missing claim.
        """
        scope = scope or self.kind.prefix
        if not self.principal.may(scope, action, key):
            raise forbidden(self.request.path, scope, action, key)

    def payload(self) -> Any:
        """Return the decoded body; None if it is empty.

        Raises:
            ErrorReply: 400 if the body is not JSON.
        """
        # The type itself: a browser sends `text/plain;x=application/json` for any page without asking first.
        if self.request.mimetype not in _JSON_TYPES:
            content_type = self.request.headers.get("Content-Type", "")
            raise ErrorReply(400, self.method, f"Invalid content type: {content_type}")
        body = self.request.get_data()
        try:
            return parse(body) if body else None
        except Undecodable as error:
            raise ErrorReply(400, self.method, str(error)) from None

    def resolve(self) -> str:
        """Return the plain key of the object in the path, which need not exist."""
        index, separator, value = self.name.partition(":")
        if not separator:
            return self.name
        if index in (_KEY_INDEX, self.kind.key):
            return value
        if index == "Name" and self.kind.key != "Name":
            return self.transaction.key_of(self.kind.prefix, value) or self.name
        return self.name

    def existing(self, *, readable: bool = True, as_spelled: bool = False) -> tuple[str, Document]:
        """Return the key of the object in the path, and the object.

        Args:
            readable: Hide it from a principal that may not `get` it.
            as_spelled: Compare claims with `Index:value` as the path has it, as DRP's params routes do.

        Raises:
            ErrorReply: 404 if it does not exist or is hidden.
        """
        key = self.resolve()
        document = self.transaction.get(self.kind.prefix, key)
        if document is None:
            raise self.missing()
        subject = self.name if as_spelled else self.kind.subject(document)
        if readable and not self.principal.may(self.kind.prefix, "get", subject):
            raise self.missing()
        return key, document

    def missing(self) -> ErrorReply:
        """Return the error for an object in the path that does not exist."""
        return not_found(self.method, self.kind.prefix, self.name)
