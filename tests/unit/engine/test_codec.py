"""Conversion between Pulumi's values and JSON."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import UNKNOWN as THEIRS
from pulumi.output import Unknown

from drp_provider.engine.codec import NULL, from_pulumi, to_pulumi
from drp_provider.engine.unknown import UNKNOWN, has_unknown, known_part
from drp_provider.patch.values import same
from tests.strategies import VALUES


def as_carried(value: Any) -> Any:
    """Return a value as protobuf decodes it: every number is a float."""
    if isinstance(value, dict):
        return {key: as_carried(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_carried(member) for member in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(st.dictionaries(st.text("abc/~", min_size=1), VALUES))
def test_a_document_comes_back_as_it_was_sent(document: dict[str, Any]) -> None:
    assert same(from_pulumi(as_carried(to_pulumi(document))), document)


def test_whole_floats_are_integers_and_booleans_stay_booleans() -> None:
    decoded = from_pulumi({"a": 8080.0, "b": [True, 1.5], "__provider": "x"})
    assert decoded == {"a": 8080, "b": [True, 1.5]}
    assert isinstance(decoded["a"], int)
    assert decoded["b"][0] is True


def test_null_survives_inside_and_is_left_out_at_the_top() -> None:
    encoded = to_pulumi({"params": {"a": None, "b": [None, {"c": None}]}, "description": None})
    assert encoded == {"params": {"a": NULL, "b": [None, {"c": NULL}]}}
    assert from_pulumi(encoded) == {"params": {"a": None, "b": [None, {"c": None}]}}


def test_unknown_values_pass_at_any_depth() -> None:
    decoded = from_pulumi({"a": THEIRS, "b": {"c": [THEIRS]}, "d": {"e": 1.0}})
    assert decoded["a"] is UNKNOWN
    assert has_unknown(decoded["b"])
    assert known_part(decoded) == {"b": {}, "d": {"e": 1}}
    encoded = to_pulumi(decoded)
    assert isinstance(encoded["a"], Unknown)
    assert isinstance(encoded["b"]["c"][0], Unknown)
