"""What a template may hold: JSON values, and objects that say what they expose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gotemplate.errors import TemplateError

_LARGEST_INT = 2**63 - 1


class Nil:
    """The type of `NIL`."""


# A nil inside a container, on which a field is an error. Python's None is Go's invalid value: a key that is not there,
# whose fields are not there either. A pipeline turns the one into the other, so both print `<no value>`.
NIL: Final = Nil()


class Byte(int):
    """Go's uint8: what indexing a string gives."""


class StringMap(dict[str, str]):
    """Go's `map[string]string`, in which an absent key has the value "" to `index`."""


class StringList(list[str]):
    """Go's `[]string`; it differs from a list of anything by its name only."""


@dataclass(frozen=True, slots=True)
class Method:
    """What a template may call.

    Attributes:
        call: Gets one Python value per argument; raises `TemplateError` to refuse.
        takes: The types of the arguments: str, int, float, bool, or object for any.
        rest: The type of any number of further arguments.
    """

    call: Callable[..., Any]
    takes: tuple[type, ...] = ()
    rest: type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Exposed:
    """An object as a template sees it: exactly these fields and methods, nothing of Python's.

    Attributes:
        kind: Its name in error messages.
    """

    kind: str
    fields: Mapping[str, Any]
    methods: Mapping[str, Method]


@dataclass(frozen=True, slots=True, eq=False)
class Stringer:
    """A value whose type is none of the template's, but which prints as text: an address, a uuid.

    Attributes:
        truth: What `if` makes of it.
    """

    text: str
    truth: bool = True


_KINDS: dict[type, str] = {
    str: "string",
    bool: "bool",
    int: "int",
    float: "float64",
    dict: "map[string]interface {}",
    list: "[]interface {}",
    Byte: "uint8",
    StringMap: "map[string]string",
    StringList: "[]string",
}


def json_value(value: Any) -> Any:
    """Return a JSON document as Go decodes it: every number is a float."""
    if isinstance(value, bool) or not isinstance(value, int | dict | list):
        return value
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError:
            raise TemplateError("a number is out of range") from None
    if isinstance(value, list):
        return [json_value(item) for item in value]
    return {name: json_value(item) for name, item in value.items()}


def adopted(value: Any) -> Any:
    """Return a value from outside, read from a container or returned by a method.

    Raises:
        TemplateError: Templates know no such type.
    """
    if value is None:
        return NIL
    kind = type(value)
    if kind is int and not -_LARGEST_INT <= value <= _LARGEST_INT:
        raise TemplateError("a number is out of range")
    if kind in _KINDS or isinstance(value, Exposed | Stringer | Nil):
        return value
    bases: tuple[Callable[[Any], Any], ...] = (str, float, dict, list)
    for base in bases:
        if isinstance(value, base):  # type: ignore[arg-type]  # each is a class
            return base(value)
    raise TemplateError(f"a template cannot hold a Python {kind.__name__}")


def is_true(value: Any) -> bool:
    """Go's truth: not the zero of its type, not empty."""
    if value is None or value is NIL:
        return False
    return value.truth if isinstance(value, Stringer) else isinstance(value, Exposed) or bool(value)


def type_name(value: Any) -> str:
    """Return the type as Go names it."""
    if value is None or value is NIL:
        return "<nil>"
    if isinstance(value, Exposed | Stringer):
        return value.kind if isinstance(value, Exposed) else "stringer"
    return _KINDS[type(value)]


def has_type(value: Any, wanted: type) -> bool:
    """Return whether a value may be an argument of that type; Go converts nothing."""
    if wanted is object:
        return True
    return type(value) is wanted


def to_bytes(text: str) -> bytes:
    """Return the bytes of a string; those that are no UTF-8 travel as surrogate escapes."""
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise TemplateError("a string holds half of a surrogate pair, which is no UTF-8") from None


def from_bytes(data: bytes) -> str:
    """Return the string of these bytes."""
    return data.decode(errors="surrogateescape")
