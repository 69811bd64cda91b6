"""What lists can be filtered and sorted by."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import Any

from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.wire import regexp
from drp_emulator.wire.cost import CostBudget
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import ErrorReply
from drp_emulator.wire.regexp import InvalidRegexp

Test = Callable[[Document], bool]
_COMMON = ("Available", "Bundle", "Key", "ReadOnly", "Valid")
_BOOLEANS = frozenset(
    {
        *("Available", "ReadOnly", "Valid", "Runnable", "WorkflowComplete"),
        *("PoolAllocated", "Reboot", "OnlyUnknown", "Archived", "Current", "Secure"),
    }
)
_CONTAINERS = frozenset({"Params", "Profiles"})
_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Eq": lambda a, b: a == b,
    "Ne": lambda a, b: a != b,
    "Lt": lambda a, b: a < b,
    "Lte": lambda a, b: a <= b,
    "Gt": lambda a, b: a > b,
    "Gte": lambda a, b: a >= b,
}
_RANGES = ("Between", "Except")
_SETS = ("In", "Nin")
_FUNCTIONS = (*_COMPARISONS, *_RANGES, *_SETS, "Re")


def index_names(kind: ObjectType, members: Sequence[str]) -> list[str]:
    """Return the indexes of a type; only those whose member the dialect has."""
    return sorted({*_COMMON, *(name for name in kind.indexes if name in members)})


def describe(kind: ObjectType, name: str) -> Document:
    """Return an index as `/indexes` shows it."""
    boolean, container = name in _BOOLEANS, name in _CONTAINERS
    return {
        "Type": "boolean" if boolean else "list" if container else "string",
        "Unique": name in ("Key", kind.key) or (name == "Name" and kind.key == "Uuid"),
        "Unordered": container,
        "Regex": not boolean and not container,
    }


def member_of(kind: ObjectType, index: str) -> str:
    """Return the member an index is over."""
    return {"Key": kind.key, "Valid": "Validated"}.get(index, index)


def sort_key(kind: ObjectType, index: str) -> Callable[[Document], Any]:
    """Return what objects are ordered by under an index.

    Raises:
        ErrorReply: 406, the index has no order.
    """
    if index in _CONTAINERS:
        raise ErrorReply(406, "GET", f"Not sortable: {index}", model=kind.prefix)
    member = member_of(kind, index)
    if index == "Address":
        return lambda document: _address(document[member])
    return lambda document: document[member]


def matcher(kind: ObjectType, index: str, text: str, budget: CostBudget) -> Test:
    """Return a test for one `Index=text` of the query.

    Raises:
        ErrorReply: 406, the text does not suit the index.
    """
    member = member_of(kind, index)
    function, arguments = split_call(text)
    if index in _CONTAINERS:
        test = _holding(kind, function, ",".join(arguments).split(","))
        return lambda document: test(document[member])
    if index in _BOOLEANS:
        test = _boolean(kind, index, function, arguments)
    elif function == "Re":
        return _matching(kind, arguments[0], lambda document: document[member], budget)
    elif index == "Address":
        compare = compared(kind, function, [_address(argument) for argument in arguments])
        return lambda document: compare(_address(document[member]))
    else:
        test = compared(kind, function, arguments)
    return lambda document: test(document[member])


def meta_matcher(kind: ObjectType, name: str, text: str, budget: CostBudget) -> Test:
    """Return a test for one `Meta.name=text`; an absent key is an empty string."""
    function, arguments = split_call(text)
    if function == "Re":
        return _matching(kind, arguments[0], lambda document: document["Meta"].get(name, ""), budget)
    test = compared(kind, function, arguments)
    return lambda document: test(document["Meta"].get(name, ""))


def split_call(text: str) -> tuple[str, list[str]]:
    """`Fn(a,b)` as function and arguments; anything else is compared literally."""
    match = _CALL.fullmatch(text)
    if match is None or match[1] not in _FUNCTIONS:
        return "Eq", [text]
    name, inside = match.groups()
    return name, inside.split(",") if name in (*_RANGES, *_SETS) else [inside]


def compared(kind: ObjectType, function: str, arguments: list[Any]) -> Callable[[Any], bool]:
    """Return a test of one value against the arguments of a function.

    Raises:
        ErrorReply: 406, not the arguments the function takes.
    """
    if function == "Re":
        raise ErrorReply(406, "GET", "cannot match via regular expression", model=kind.prefix)
    if function in _RANGES:
        if len(arguments) != 2:  # noqa: PLR2004 - a range has two ends
            raise ErrorReply(406, "GET", f"{function} takes two arguments", model=kind.prefix)
        low, high = arguments
        inside = function == "Between"
        return lambda value: (low <= value <= high) is inside
    if function in _SETS:
        member = function == "In"
        return lambda value: (value in arguments) is member
    compare = _COMPARISONS[function]
    return lambda value: compare(value, arguments[0])


def _holding(kind: ObjectType, function: str, words: list[str]) -> Callable[[Any], bool]:
    """Return whether a map or list has all of the words; such an index knows no order and no patterns."""
    wanted = [word for word in words if word]
    if function not in ("Eq", "Ne"):
        raise ErrorReply(406, "GET", f"cannot match via {function}", model=kind.prefix)
    return lambda held: all(word in held for word in wanted) is (function == "Eq")


def _boolean(kind: ObjectType, index: str, function: str, arguments: list[str]) -> Callable[[Any], bool]:
    if function == "Re":
        return compared(kind, function, arguments)
    for argument in arguments:
        if argument not in ("true", "false"):
            raise ErrorReply(406, "GET", f"{index} must be true or false", model=kind.prefix)
    return compared(kind, function, [argument == "true" for argument in arguments])


def _matching(kind: ObjectType, text: str, member: Callable[[Document], str], budget: CostBudget) -> Test:
    try:
        pattern = regexp.compiled(text, budget)
    except InvalidRegexp as error:
        raise ErrorReply(406, "GET", str(error), model=kind.prefix) from None
    return lambda document: pattern.is_in(member(document), budget)


def _address(text: str) -> tuple[int, int]:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return (0, 0)
    return (address.version, int(address))
