"""The words behind `list` and `count`, as a query: `Name Eq x slim Params`, or the older `Name=x`."""

from __future__ import annotations

from drp_emulator.drpcli.problems import Problem

_OF_ONE = frozenset(("Eq", "Ne", "Lt", "Lte", "Gt", "Gte", "Re", "In", "Nin"))
_OF_TWO = frozenset(("Between", "Except"))
_SETTINGS = frozenset(("sort", "limit", "offset", "slim", "params"))
_SWITCHES = frozenset(("reverse", "decode"))


def query_of(words: list[str]) -> list[tuple[str, str]]:
    """Return the query that the words stand for.

    Raises:
        Problem: They stand for none.
    """
    if words and "=" in words[0]:
        return [_pair(word) for word in words]
    query = []
    rest = iter(words)
    for name in rest:
        if name in _SWITCHES:
            query.append((name, "true"))
        elif name in _SETTINGS:
            query.append((name, _next(rest, name)))
        else:
            query.append((name, _condition(rest, name)))
    return query


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise Problem(f"Filter argument requires an '=' separator: {word}")
    return name, value


def _condition(rest: object, name: str) -> str:
    function = _next(rest, name)
    if function in _OF_ONE:
        return f"{function}({_next(rest, name)})"
    if function in _OF_TWO:
        return f"{function}({_next(rest, name)},{_next(rest, name)})"
    raise Problem(f"Unknown filter function {function} for {name}")


def _next(rest: object, name: str) -> str:
    word = next(rest, None)  # type: ignore[call-overload]  # an iterator over the words
    if word is None:
        raise Problem(f"The filter {name} misses its value")
    return str(word)
