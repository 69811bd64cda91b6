"""Convert inputs to Pulumi properties, and refuse values that JSON does not have while the program runs."""

import datetime
import decimal
import enum
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from inspect import isawaitable
from typing import Any

import pulumi
from pulumi import Output

from drp_provider.engine.codec import NULL
from drp_provider.engine.secret_inputs import is_pending

_LARGEST_FLOAT = 2**1023
_WAYS: tuple[tuple[type[Any] | tuple[type[Any], ...], str], ...] = (
    (enum.Enum, "write its `.value`"),
    (Set, "write a list"),
    ((bytes, bytearray, memoryview), "write a text, as `.decode()` or base64 gives it"),
    (os.PathLike, "write a text, as `str()` gives it"),
    ((datetime.date, datetime.time), "write a text, as `.isoformat()` gives it"),
    ((decimal.Decimal, uuid.UUID, datetime.timedelta, complex), "write a number or a text"),
    (pulumi.Resource, "write one of its outputs, such as `.name`"),
    (Iterable, "write a list"),
)


def to_property(value: Any, path: str, depth: int = 1) -> Any:
    """Return an input as a Pulumi property: each member of a map is one value, and `None` is made visible.

    Pulumi silently drops `None` in maps, and `check` could not refuse it then. A member that holds Outputs becomes one
    Output: it is owned, compared and replaced whole, so it is secret whole if a part of it is.

    Args:
        value: The input.
        path: The resource and the input, for errors.
        depth: How many levels of maps have members of their own.

    Raises:
        pulumi.RunError: the value, or something inside it, is not JSON.
    """
    if isinstance(value, Mapping) and depth:
        return {
            _text(key, path): NULL if member is None else to_property(member, f"{path}.{key}", depth - 1)
            for key, member in value.items()
        }
    given = _json(value, path)
    return Output.from_input(given) if is_pending(given) else given


def _json(value: Any, path: str) -> Any:
    try:
        return _checked(value, path)
    except RecursionError:
        raise pulumi.RunError(
            f"{path} holds itself or is too deep for JSON: write values without such a loop."
        ) from None


def _checked(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int) and abs(value) > _LARGEST_FLOAT:
        raise pulumi.RunError(f"{path} is a number that no float can hold: write a text.")
    if isinstance(value, Output):
        return value.apply(lambda found: _json(found, path))
    if isawaitable(value):
        return _checked(Output.from_input(value), path)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {
            _text(key, path): NULL if member is None else _checked(member, f"{path}.{key}")
            for key, member in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [_checked(member, f"{path}[{index}]") for index, member in enumerate(value)]
    way = next(
        (way for types, way in _WAYS if isinstance(value, types)), "write text, numbers, booleans, lists or maps"
    )
    raise pulumi.RunError(f"{path} has the type {type(value).__name__}, which JSON does not have: {way}.")


def _text(value: Any, path: str) -> str:
    """Return a text, or the key of a map, which must be a text."""
    if not isinstance(value, str):
        raise pulumi.RunError(f"{path} has the key {value!r}, and keys of JSON are text: write {str(value)!r}.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise pulumi.RunError(
            f"{path} holds half of a surrogate pair, which is not Unicode: correct the text."
        ) from None
    return value
