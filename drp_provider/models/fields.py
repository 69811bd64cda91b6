"""Field types that several objects share, with DRP's rules for names (`models/utils.go`) and JSON's for values."""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Strict, StrictStr

LARGEST_INTEGER = 2**53 - 1
"""The largest integer that DRP returns unchanged, because it reads every number as a float64."""

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
OWNER_KEY = "pulumi-owner"
"""The Meta key of an object for the resource that created it: `<project>/<stack>/<resource>`."""
RUN_KEY = "pulumi-run"
"""The Meta key of a cluster profile for the run to which its params belong."""
RUN_KEY_PREFIX = f"{RUN_KEY}/"
"""The prefix of a machine's Meta key, before the profile's name, for the run that the machine has begun."""

_NAME_RULE = "whose names start with a letter and continue with letters, digits, spaces, '-', '_' or '.'"
_PARAM_RULE = "whose names start with a letter and continue with letters, digits, spaces, '-', '_', '.' or '/'"


_TOO_SHORT = "whose names have two characters or more"


def _fits(name: str, extra: str) -> bool:
    kinds = [unicodedata.category(character)[0] for character in name]
    rest_fits = all(kind in "LN" or character in extra for kind, character in zip(kinds[1:], name[1:], strict=True))
    return len(name) > 1 and kinds[0] == "L" and rest_fits


def check_name(name: str) -> str:
    """Return the name; raise ValueError if it breaks the rule for ordinary names."""
    if not _fits(name, " -_."):
        raise ValueError(f"{name!r} is not a DRP name, {_TOO_SHORT if len(name) == 1 else _NAME_RULE}")
    return name


def check_param_name(name: str) -> str:
    """Return the name; raise ValueError if it breaks the rule for Params."""
    if not _fits(name, " -_./"):
        raise ValueError(f"{name!r} is not a DRP param name, {_TOO_SHORT if len(name) == 1 else _PARAM_RULE}")
    return name


def _check_machine(machine: str) -> str:
    if not machine.strip() or "/" in machine:
        raise ValueError(f"{machine!r} is neither the name nor the uuid of a machine")
    return machine


def _check_meta(meta: dict[str, str]) -> dict[str, str]:
    for key in meta:
        if key in (OWNER_KEY, RUN_KEY) or key.startswith(RUN_KEY_PREFIX):
            raise ValueError(f"the key {key} is the provider's own mark: leave it out")
    return meta


def input_errors_in(value: Any, path: str = "", *, null: bool = False) -> Iterator[tuple[str, str]]:
    """Yield sub-path and reason of each value that JSON, DRP's float64 numbers or Pulumi would change.

    `null` accepts None, for values whose codec carries it.
    """
    if value is None:
        if null:
            return
        yield path, "None cannot be a param value, because Pulumi drops it: leave the key out"
    elif isinstance(value, (bool, str)):
        return
    elif isinstance(value, (int, float)):
        yield from _errors_in_number(value, path)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from input_errors_in(member, f"{path}.{key}", null=null)
    elif isinstance(value, (list, tuple)):
        for index, member in enumerate(value):
            if member is not None:
                yield from input_errors_in(member, f"{path}[{index}]", null=null)
    else:
        yield path, f"a {type(value).__name__} is not a JSON value: use text, numbers, booleans, lists and maps"


def _errors_in_number(value: float, path: str) -> Iterator[tuple[str, str]]:
    if math.isnan(value) or math.isinf(value):
        yield path, "NaN and infinities are not JSON: use a string"
    elif float(value).is_integer() and abs(value) > LARGEST_INTEGER:
        yield path, "DRP keeps whole numbers exactly only between -(2^53 - 1) and 2^53 - 1: use a string"


def _check_value(value: Any) -> Any:
    errors = [f"{path} {reason}".strip() for path, reason in input_errors_in(value)]
    if errors:
        raise ValueError("; ".join(errors))
    return value


Name = Annotated[StrictStr, AfterValidator(check_name)]
"""An ordinary DRP name."""

Machine = Annotated[StrictStr, AfterValidator(_check_machine)]
"""A machine by name or uuid."""

ParamName = Annotated[StrictStr, AfterValidator(check_param_name)]
"""The name of a Param, and a key of any Params map."""

Json = Annotated[Any, AfterValidator(_check_value)]
"""A JSON value that reaches DRP unchanged."""

Number = Annotated[float, Strict()]
"""A number; a text or a boolean is rejected."""

Params = dict[ParamName, Json]
"""Param values by name; one value is one owned field, replaced whole."""

Meta = Annotated[dict[StrictStr, StrictStr], AfterValidator(_check_meta)]
"""Annotations, strings only (`models/meta.go`)."""
