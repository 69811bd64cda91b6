"""Field types that several objects share, with DRP's rules for names (`models/utils.go`) and JSON's for values."""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Strict, StrictStr

LARGEST_INTEGER = 2**53 - 1
"""Beyond it DRP, which reads every number as a float64, returns another integer than it was given."""

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
OWNER_KEY = "pulumi-owner"
"""The Meta key of an object that says which resource created it: `<project>/<stack>/<resource>`."""
RUN_KEY = "pulumi-run"
"""The key of a cluster profile's Meta that says which run of the cluster its params belong to."""
RUN_KEY_PREFIX = f"{RUN_KEY}/"
"""Before the profile's name: the key of a machine's Meta that says which run of the cluster it has begun."""

_NAME_RULE = "whose names start with a letter and go on with letters, digits, spaces, '-', '_' or '.'"
_PARAM_RULE = "whose names start with a letter and go on with letters, digits, spaces, '-', '_', '.' or '/'"


_TOO_SHORT = "whose names have two characters or more"


def _fits(name: str, extra: str) -> bool:
    kinds = [unicodedata.category(character)[0] for character in name]
    rest = all(kind in "LN" or character in extra for kind, character in zip(kinds[1:], name[1:], strict=True))
    return len(name) > 1 and kinds[0] == "L" and rest


def check_name(name: str) -> str:
    """The name, if it follows the rule for ordinary names."""
    if not _fits(name, " -_."):
        raise ValueError(f"{name!r} is no name for DRP, {_TOO_SHORT if len(name) == 1 else _NAME_RULE}")
    return name


def check_param_name(name: str) -> str:
    """The name, if it follows the rule for Params."""
    if not _fits(name, " -_./"):
        raise ValueError(f"{name!r} is no param name for DRP, {_TOO_SHORT if len(name) == 1 else _PARAM_RULE}")
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


def faults_in(value: Any, path: str = "", *, null: bool = False) -> Iterator[tuple[str, str]]:
    """What JSON, DRP's float64 numbers or Pulumi could not carry unchanged: pairs of sub-path and reason.

    `null` lets None pass, where the codec carries it.
    """
    if value is None:
        if null:
            return
        yield path, "None cannot be a param value, since Pulumi drops it on the way: leave the key out"
    elif isinstance(value, (bool, str)):
        return
    elif isinstance(value, (int, float)):
        yield from _faults_in_number(value, path)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from faults_in(member, f"{path}.{key}", null=null)
    elif isinstance(value, (list, tuple)):
        for index, member in enumerate(value):
            if member is not None:
                yield from faults_in(member, f"{path}[{index}]", null=null)
    else:
        yield path, f"a {type(value).__name__} is no JSON value: use text, numbers, booleans, lists and maps"


def _faults_in_number(value: float, path: str) -> Iterator[tuple[str, str]]:
    if math.isnan(value) or math.isinf(value):
        yield path, "NaN and infinities are not JSON: use a string"
    elif float(value).is_integer() and abs(value) > LARGEST_INTEGER:
        yield path, "DRP keeps whole numbers exactly only between -(2^53 - 1) and 2^53 - 1: use a string"


def _check_value(value: Any) -> Any:
    faults = [f"{path} {reason}".strip() for path, reason in faults_in(value)]
    if faults:
        raise ValueError("; ".join(faults))
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
"""A number, and no text or boolean that looks like one."""

Params = dict[ParamName, Json]
"""Param values by name; one value is one leaf, replaced whole."""

Meta = Annotated[dict[StrictStr, StrictStr], AfterValidator(_check_meta)]
"""Annotations, strings only (`models/meta.go`)."""
