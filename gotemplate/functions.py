"""The functions that every template has."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gotemplate import comparison, escaping
from gotemplate.budget import Budget
from gotemplate.errors import TemplateError
from gotemplate.expressions import element
from gotemplate.formatting import formatted, printed, printed_line
from gotemplate.output import Output
from gotemplate.values import (
    Byte,
    Method,
    StringList,
    adopted,
    from_bytes,
    is_true,
    to_bytes,
    type_name,
)

_MOST_SLICE_INDEXES = 3


def builtins(budget: Budget) -> Mapping[str, Method]:
    """Return Go's functions by name; what they make is paid from a budget."""
    anything = (object,)
    return MappingProxyType(
        {
            "and": Method(_short_circuit, anything, object),
            "or": Method(_short_circuit, anything, object),
            "not": Method(lambda value: not is_true(value), anything),
            "len": Method(length, anything),
            "index": Method(index, anything, object),
            "slice": Method(section, anything, object),
            "call": Method(call, anything, object),
            "eq": Method(comparison.eq, anything, object),
            "ne": Method(comparison.ne, (object, object)),
            "lt": Method(comparison.lt, (object, object)),
            "le": Method(comparison.le, (object, object)),
            "gt": Method(comparison.gt, (object, object)),
            "ge": Method(comparison.ge, (object, object)),
            "print": Method(lambda *values: printed(values, budget), (), object),
            "println": Method(lambda *values: printed_line(values, budget), (), object),
            "printf": Method(lambda text, *values: formatted(text, values, budget), (str,), object),
            "html": Method(_escaper(escaping.html, budget), (), object),
            "js": Method(_escaper(escaping.js, budget), (), object),
            "urlquery": Method(_escaper(escaping.urlquery, budget), (), object),
        },
    )


def _short_circuit(*_: Any) -> Any:
    """Their arguments are evaluated one by one, which a function cannot do."""
    raise TemplateError("not a function of values")


def _escaper(escape: Callable[[str], str], budget: Budget) -> Callable[..., str]:
    def escaped(*values: Any) -> str:
        output = Output(budget)
        output.write(escape(printed(tuple("<no value>" if value is None else value for value in values), budget)))
        return output.joined()

    return escaped


def call(function: Any, *_: Any) -> Any:
    """Go calls a function value; templates hold none here."""
    raise TemplateError("call of nil" if function is None else f"non-function of type {type_name(function)}")


def length(value: Any) -> int:
    """Return the bytes of a string, the members of a list or a map."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(to_bytes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise TemplateError("len of nil pointer" if value is None else f"len of type {type_name(value)}")


def index(value: Any, *keys: Any) -> Any:
    """`index x 1 2` is `x[1][2]`."""
    if value is None:
        raise TemplateError("index of untyped nil")
    for key in keys:
        value = _indexed(value, key)
    return value


def _indexed(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        if not isinstance(key, str):
            raise TemplateError(f"value has type {type_name(key)}; should be string")
        return element(value, key)
    if isinstance(value, str):
        data = to_bytes(value)
        return Byte(data[_position(key, len(data) - 1)])
    if isinstance(value, list):
        return adopted(value[_position(key, len(value) - 1)])
    raise TemplateError(f"can't index item of type {type_name(value)}")


def section(value: Any, *bounds: Any) -> Any:
    """`slice x 1 2` is `x[1:2]`."""
    if value is None:
        raise TemplateError("slice of untyped nil")
    if not isinstance(value, str | list):
        raise TemplateError(f"can't slice item of type {type_name(value)}")
    most = _MOST_SLICE_INDEXES - isinstance(value, str)
    if len(bounds) > most:
        raise TemplateError(f"too many slice indexes: {len(bounds)}")
    items = to_bytes(value) if isinstance(value, str) else value
    given = [_position(bound, len(items)) for bound in bounds]
    start = given[0] if given else 0
    end = given[1] if len(given) > 1 else len(items)
    if start > end or end > (given[2] if len(given) == _MOST_SLICE_INDEXES else end):
        raise TemplateError(f"invalid slice index: {start} > {end}")
    part = items[start:end]
    if isinstance(part, bytes):
        return from_bytes(part)
    return StringList(part) if isinstance(value, StringList) else part


def _position(key: Any, last: int) -> int:
    if isinstance(key, bool) or not isinstance(key, int):
        raise TemplateError(f"cannot index slice/array with {'nil' if key is None else 'type ' + type_name(key)}")
    if not 0 <= key <= last:
        raise TemplateError(f"index out of range: {key}")
    return int(key)
