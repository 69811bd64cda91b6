"""What an object type is: its place in the API, its key, its members in order."""

from dataclasses import dataclass
from functools import cached_property

from drp_emulator.wire.dialects import Dialect
from drp_emulator.wire.documents import Document
from drp_emulator.wire.go_types import ANY_MAP, BOOL, META, STRING, STRINGS, Field, Struct

V3, V4 = "v3.13", "v4.8"

HEAD = (
    Field("Validated", BOOL),
    Field("Available", BOOL),
    Field("Errors", STRINGS),
    Field("ReadOnly", BOOL),
    Field("Meta", META),
    Field("Endpoint", STRING),
    Field("Bundle", STRING),
)
PARTIAL = Field("Partial", BOOL)
NAME = Field("Name", STRING)
TEXTS = (Field("Description", STRING), Field("Documentation", STRING))
PARAMS = Field("Params", ANY_MAP)

# What the server alone decides; a client's value is dropped without complaint.
SERVER_OWNED = ("Validated", "Available", "Errors", "ReadOnly", "Bundle", "Partial")


@dataclass(frozen=True)
class ObjectType:
    """One type of object.

    Attributes:
        prefix: Its place in the API, and the scope of claims about it.
        go: The Go struct's name in decoding errors.
        key: The member that names an object.
        members: Its members in order, both dialects together.
        names: Which rule its names follow (see `names`).
        only: The dialect that has it; empty for both.
        indexes: Members that lists can be filtered and sorted by, besides the common ones.
        owner: The member that claims about an object name; empty for its key.
    """

    prefix: str
    go: str
    key: str
    members: tuple[Field, ...]
    names: str = "ordinary"
    only: str = ""
    indexes: tuple[str, ...] = ()
    owner: str = ""

    @property
    def has_params(self) -> bool:
        """Return whether it carries param values, and so the params routes."""
        return PARAMS in self.members

    def subject(self, document: Document) -> str:
        """Return what claims about an object name: its key, but the machine of a job."""
        return str(document[self.owner or self.key])

    def struct(self, dialect: Dialect) -> Struct:
        """Return its members as this dialect has them."""
        return self._structs[dialect.name]

    @cached_property
    def _structs(self) -> dict[str, Struct]:
        return {
            name: Struct(
                f"backend.{self.go}",
                tuple(field for field in self.members if field.only in ("", name)),
            )
            for name in (V3, V4)
        }
