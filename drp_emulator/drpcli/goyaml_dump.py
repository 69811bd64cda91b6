"""PyYAML's dumper with the differences of Go's: maps sorted by numbers in names, its numbers and its quotes."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cmp_to_key

from drp_emulator.drpcli import gojson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WIDTH = 2**31
_TAG = "tag:yaml.org,2002:"
# Text that Go puts in quotes though it reads it as text: times of the day, dates, and what is nearly a number.
_QUOTED = (
    r"^([-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|0o[0-7]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]+:[0-9]+:[0-9.]+(Z|[-+][0-9:]+)?)?)$"
)
_INTEGERS = range(-(2**63), 2**64)
_PLACES = range(-4, 6)


def dumped(yaml: Any, loader: Any, value: Any) -> str:
    """Return the value as YAML in block style.

    Args:
        yaml: PyYAML.
        loader: The loader with Go's idea of what a word means.
        value: What to write.
    """
    dumper = _dumper(yaml, loader)
    text = yaml.dump(value, Dumper=dumper, default_flow_style=False, allow_unicode=True, width=_WIDTH, sort_keys=False)
    return str(text).removesuffix("...\n")


def _dumper(yaml: Any, loader: Any) -> Any:
    class Dumper(yaml.SafeDumper):  # type: ignore[misc]  # the base is known at run time only
        yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's way
            letter: [pair for pair in pairs if pair[0] not in (f"{_TAG}value", f"{_TAG}merge")]
            for letter, pairs in loader.yaml_implicit_resolvers.items()
        }

        def ignore_aliases(self, _: Any) -> bool:
            return True

        def represent_text(self, text: str) -> Any:
            tag = self.resolve(yaml.ScalarNode, text, (True, False))
            ambiguous = tag != f"{_TAG}str" or re.match(_QUOTED, text)
            return self.represent_scalar(f"{_TAG}str", text, "|" if "\n" in text else '"' if ambiguous else None)

        def represent_number(self, number: float) -> Any:
            text = gojson.number(number)
            if text.lstrip("-").isdigit() and int(text) in _INTEGERS:
                return self.represent_scalar(f"{_TAG}int", text)
            return self.represent_scalar(f"{_TAG}float", _shortest(number))

        def represent_map(self, members: dict[str, Any]) -> Any:
            return self.represent_mapping(f"{_TAG}map", sorted(members.items(), key=lambda pair: _by_name(pair[0])))

    Dumper.add_representer(str, Dumper.represent_text)
    Dumper.add_representer(int, Dumper.represent_number)
    Dumper.add_representer(float, Dumper.represent_number)
    Dumper.add_representer(dict, Dumper.represent_map)
    return Dumper


def _shortest(number: float) -> str:
    """Like Go's `%g` with as many digits as are needed."""
    exact = Decimal(repr(float(number))).normalize()
    place = exact.adjusted()
    if place in _PLACES:
        return format(exact, "f")
    first, *rest = map(str, exact.as_tuple().digits)
    return f"{'-' * (exact < 0)}{first}{'.' * bool(rest)}{''.join(rest)}e{place:+03d}"


def _compared(one: str, two: str) -> int:
    """Which name comes first: letters last, and `node-2` before `node-10`."""
    for place, (left, right) in enumerate(zip(one, two, strict=False)):
        if left == right:
            continue
        if left.isalpha() or right.isalpha():
            return _order((left.isalpha(), left), (right.isalpha(), right))
        zero = "0" in (left, right) and re.search(r"[1-9]\d*$", one[:place])
        lead = "1" if zero else ""
        digits = [re.match(r"\d*", name[place:])[0] for name in (one, two)]  # type: ignore[index]  # always matches
        numbers = [int(lead + found or "0") for found in digits]
        return _order((numbers[0], len(digits[0]), left), (numbers[1], len(digits[1]), right))
    return _order(len(one), len(two))


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


_by_name = cmp_to_key(_compared)
