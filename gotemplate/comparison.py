"""`eq` and its relatives: values of one kind only, as in Go."""

from typing import Any

from gotemplate.errors import TemplateError
from gotemplate.values import NIL, Byte, Exposed, Stringer, to_bytes, type_name

_KINDS: dict[type, str] = {bool: "bool", int: "int", float: "float", str: "string", Byte: "uint"}
_INTEGERS = frozenset(("int", "uint"))


def eq(first: Any, *others: Any) -> bool:
    """Return whether the first is equal to any of the others."""
    if not others:
        raise TemplateError("missing argument for comparison")
    return any(_equal(first, other) for other in others)


def ne(first: Any, second: Any) -> bool:
    """Return whether two values differ."""
    return not _equal(first, second)


def lt(first: Any, second: Any) -> bool:
    """Return whether the first comes before the second."""
    for value in (first, second):
        if type(value) not in _KINDS:
            raise TemplateError("invalid type for comparison")
    one, two = _KINDS[type(first)], _KINDS[type(second)]
    if one != two and not {one, two} <= _INTEGERS:
        raise _incompatible(first, second)
    if one == "bool":
        raise TemplateError("invalid type for comparison")
    if one == "string" and not (first.isascii() and second.isascii()):
        return to_bytes(first) < to_bytes(second)
    return bool(first < second)


def le(first: Any, second: Any) -> bool:
    """Return whether the first does not come after the second."""
    return lt(first, second) or _equal(first, second)


def gt(first: Any, second: Any) -> bool:
    """Return whether the first comes after the second."""
    return not le(first, second)


def ge(first: Any, second: Any) -> bool:
    """Return whether the first does not come before the second."""
    return not lt(first, second)


def _equal(first: Any, second: Any) -> bool:
    one, two = _KINDS.get(type(first)), _KINDS.get(type(second))
    if one is not None and (one == two or {one, two} <= _INTEGERS):
        return bool(first == second)
    if _is_nil(first) or _is_nil(second):
        return _is_nil(first) and _is_nil(second)
    if one != two:
        raise _incompatible(first, second)
    if isinstance(first, Stringer | Exposed) or isinstance(second, Stringer | Exposed):
        raise TemplateError(f"{type_name(first)} and {type_name(second)} cannot be compared here")
    raise TemplateError(f"non-comparable types {type_name(first)} and {type_name(second)}")


def _is_nil(value: Any) -> bool:
    return value is None or value is NIL


def _incompatible(first: Any, second: Any) -> TemplateError:
    return TemplateError(f"incompatible types for comparison: {type_name(first)} and {type_name(second)}")
