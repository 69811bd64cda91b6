"""What a member of an object may hold, and how Go decodes JSON into it."""

import ipaddress
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from drp_emulator.wire.documents import Document, Undecodable, go_number, sorted_maps

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class GoType(Protocol):
    """One Go type."""

    @property
    def go(self) -> str:
        """Return the name Go gives it in messages."""

    def zero(self) -> Any:
        """Return what an absent or null member becomes."""

    def decode(self, value: Any, where: str) -> Any:
        """Return the value as stored; `where` is the struct field for the message."""


def json_type(value: Any) -> str:
    """Return the word Go uses for a JSON type."""
    if isinstance(value, bool):
        return "bool"
    words = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return words.get(type(value), "null")


def mismatch(value: Any, where: str, go: str) -> Undecodable:
    """Return the complaint of encoding/json about a member of the wrong type."""
    place = f"struct field {where} of" if where else "value of"
    return Undecodable(f"json: cannot unmarshal {json_type(value)} into Go {place} type {go}")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string or a bool."""

    go: str
    python: type
    empty: Any

    def zero(self) -> Any:
        """Return the empty value."""
        return self.empty

    def decode(self, value: Any, where: str) -> Any:
        """Take exactly this JSON type, or null for the empty value."""
        if value is None:
            return self.empty
        if not isinstance(value, self.python):
            raise mismatch(value, where, self.go)
        return value


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number; JSON knows only numbers, so 2.0 is one and 1.5 is not."""

    go: str = "int"

    def zero(self) -> int:
        """Return Go's zero value."""
        return 0

    def decode(self, value: Any, where: str) -> int:
        """Take a whole number, or null for nought."""
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise mismatch(value, where, self.go)
        if isinstance(value, float):
            number = go_number(value)
            raise Undecodable(f"json: cannot unmarshal number {number} into Go struct field {where} of type {self.go}")
        return value


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value."""

    go: str = "interface {}"

    def zero(self) -> None:
        """Return null."""

    def decode(self, value: Any, where: str) -> Any:  # noqa: ARG002 - the protocol's signature
        """Take it, maps sorted."""
        return sorted_maps(value)


@dataclass(frozen=True, slots=True)
class Text:
    """A string that Go parses further, such as an address."""

    go: str
    parse: Callable[[str], str]

    def zero(self) -> str:
        """Return the empty string."""
        return ""

    def decode(self, value: Any, where: str) -> str:
        """Take a string in its normal form; the empty one stays empty."""
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            raise mismatch(value, where, self.go)
        return self.parse(value)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; null is the empty one."""

    item: GoType

    @property
    def go(self) -> str:
        """Go's name for the slice."""
        return f"[]{self.item.go}"

    def zero(self) -> list[Any]:
        """Return an empty list."""
        return []

    def decode(self, value: Any, where: str) -> list[Any]:
        """Take a list and decode each item."""
        if value is None:
            return []
        if not isinstance(value, list):
            raise mismatch(value, where, self.go)
        return [self.item.decode(item, where) for item in value]


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map from strings; null is the empty one."""

    item: GoType
    go: str

    def zero(self) -> Document:
        """Return an empty map."""
        return {}

    def decode(self, value: Any, where: str) -> Document:
        """Take a map, its members sorted."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise mismatch(value, where, self.go)
        return {name: self.item.decode(value[name], where) for name in sorted(value)}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A member for which the server has one answer; what a client sends for it is ignored."""

    value: Any
    go: str = "interface {}"

    def zero(self) -> Any:
        """Return the fixed value."""
        return self.value

    def decode(self, value: Any, where: str) -> Any:  # noqa: ARG002 - the protocol's signature
        """Ignore what was sent."""
        return self.value


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a struct.

    Attributes:
        name: As the server spells it.
        go_type: What it may hold.
        only: The dialect that has it; empty for both.
        omit_empty: Left out of the answer while empty.
    """

    name: str
    go_type: GoType
    only: str = ""
    omit_empty: bool = False


@dataclass(frozen=True)
class Struct:
    """A Go struct: members in order, matched by name without regard to case."""

    go: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        exact = {field.name: field for field in self.fields}
        folded = {field.name.casefold(): field for field in self.fields}
        object.__setattr__(self, "_named", {**folded, **exact})

    def zero(self) -> Document:
        """Return every member empty."""
        return {field.name: field.go_type.zero() for field in self.fields if not field.omit_empty}

    def decode(self, value: Any, where: str = "") -> Document:
        """Take an object; unknown members vanish.

        Raises:
            Undecodable: A member has the wrong type.
        """
        if value is None:
            return self.zero()
        if not isinstance(value, dict):
            raise mismatch(value, where, self.go)
        named: dict[str, Field] = self._named  # type: ignore[attr-defined]
        given: Document = {}
        for name, member in value.items():
            field = named.get(name) or named.get(name.casefold())
            if field is not None:
                place = f"{self.go.rpartition('.')[2]}.{field.name}"
                given[field.name] = field.go_type.decode(member, place)
        return {
            field.name: given[field.name] if field.name in given else field.go_type.zero()
            for field in self.fields
            if not field.omit_empty or given.get(field.name)
        }


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise Undecodable(f"invalid IP address: {text}") from None


def _uuid(text: str) -> str:
    if _UUID.fullmatch(text) is None:
        raise Undecodable("invalid UUID")
    return str(uuid.UUID(text))


STRING = Scalar("string", str, "")
BOOL = Scalar("bool", bool, empty=False)
INTEGER = Integer()
ANYTHING = Anything()
STRINGS = ListOf(STRING)
META = MapOf(STRING, "models.Meta")
ANY_MAP = MapOf(ANYTHING, "map[string]interface {}")
ADDRESS = Text("net.IP", _address)
UUID = Text("uuid.UUID", _uuid)
