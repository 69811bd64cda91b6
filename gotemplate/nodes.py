"""The tree of a template: statements that write, operands that have a value."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True, eq=False, repr=False)
class Number:
    """A numeric constant: every reading of it that its syntax allows."""

    start: int
    end: int
    text: str
    whole: int | None
    real: float | None
    looks_real: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Literal:
    """A string, `true` or `false`."""

    start: int
    end: int
    value: str | bool


@dataclass(slots=True, eq=False, repr=False)
class Nil:
    """The word `nil`."""

    start: int
    end: int


@dataclass(slots=True, eq=False, repr=False)
class Dot:
    """The cursor, `.`."""

    start: int
    end: int


@dataclass(slots=True, eq=False, repr=False)
class Field:
    """`.A.B`, seen from the cursor."""

    start: int
    end: int
    names: list[str]


@dataclass(slots=True, eq=False, repr=False)
class Variable:
    """`$x.A.B`; `name` keeps its `$`."""

    start: int
    end: int
    name: str
    names: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Function:
    """The name of a function."""

    start: int
    end: int
    name: str


@dataclass(slots=True, eq=False, repr=False)
class Chain:
    """`(pipeline).A.B`, or fields of what a function without arguments returns."""

    start: int
    end: int
    base: "Operand"
    names: list[str]


@dataclass(slots=True, eq=False, repr=False)
class Command:
    """Operands between pipes: the first may be called with the others."""

    start: int
    end: int
    operands: list["Operand"]


@dataclass(slots=True, eq=False, repr=False)
class Pipe:
    """Commands, each the last argument of the next, and the variables that take the result."""

    start: int
    end: int
    declared: list[str] = field(default_factory=list)
    assigns: bool = False
    commands: list[Command] = field(default_factory=list)


Operand: TypeAlias = Number | Literal | Nil | Dot | Field | Variable | Function | Chain | Pipe


@dataclass(slots=True, eq=False, repr=False)
class Text:
    """Copied to the output."""

    start: int
    end: int
    text: str


@dataclass(slots=True, eq=False, repr=False)
class Action:
    """`{{pipeline}}`: written, unless it sets a variable."""

    start: int
    end: int
    pipe: Pipe


@dataclass(slots=True, eq=False, repr=False)
class If:
    """`{{if}}`."""

    start: int
    end: int
    pipe: Pipe
    body: list["Statement"]
    otherwise: list["Statement"]


@dataclass(slots=True, eq=False, repr=False)
class With:
    """`{{with}}`: an `if` that moves the cursor."""

    start: int
    end: int
    pipe: Pipe
    body: list["Statement"]
    otherwise: list["Statement"]


@dataclass(slots=True, eq=False, repr=False)
class Range:
    """`{{range}}`."""

    start: int
    end: int
    pipe: Pipe
    body: list["Statement"]
    otherwise: list["Statement"]


@dataclass(slots=True, eq=False, repr=False)
class Include:
    """`{{template "name" pipeline}}`, also what `{{block}}` leaves behind."""

    start: int
    end: int
    name: str
    pipe: Pipe | None


@dataclass(slots=True, eq=False, repr=False)
class Break:
    """`{{break}}`."""

    start: int
    end: int


@dataclass(slots=True, eq=False, repr=False)
class Continue:
    """`{{continue}}`."""

    start: int
    end: int


Statement: TypeAlias = Text | Action | If | With | Range | Include | Break | Continue
Node: TypeAlias = Statement | Operand | Command


@dataclass(frozen=True, slots=True)
class Template:
    """One template of a set.

    Attributes:
        source: The name of the text that it stands in; a `define` has the name of its own.
        text: That whole text, for error messages.
    """

    name: str
    source: str
    text: str
    body: list[Statement]

    @property
    def is_empty(self) -> bool:
        """Return whether it holds nothing but white space and comments."""
        return all(isinstance(node, Text) and not node.text.strip() for node in self.body)
