"""JSON is read and written the way Go does it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drp_emulator.wire.documents import Undecodable, encode, parse, sorted_maps

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1.0", "1"),
        ("-0.0", "0"),
        ("1e0", "1"),
        ("1.5", "1.5"),
        ("1e-07", "1e-7"),
        ("0.00001", "0.00001"),
        ("0.000001", "0.000001"),
        ("1.25e-10", "1.25e-10"),
        ("9007199254740993", "9007199254740992"),
        ("12345678901234567890", "12345678901234567000"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
    ],
)
def test_numbers_are_floats_printed_as_go_prints_them(text: str, printed: str) -> None:
    assert encode(parse(text.encode())) == printed


def test_a_number_like_word_in_a_string_is_left_alone() -> None:
    assert encode({"1e-07": ['1e-07 "1e-07', 1e-07]}) == '{"1e-07":["1e-07 \\"1e-07",1e-7]}'


def test_html_and_line_separators_are_escaped() -> None:
    assert encode("<a>&\u2028\u2029é") == '"\\u003ca\\u003e\\u0026\\u2028\\u2029é"'


@given(_JSON)
def test_what_was_written_reads_back_the_same(value: Any) -> None:
    once = parse(json.dumps(value).encode())
    assert parse(encode(once).encode()) == once
    assert encode(parse(encode(once).encode())) == encode(once)


@given(_JSON)
def test_sorting_maps_changes_no_value(value: Any) -> None:
    assert sorted_maps(value) == value


def test_maps_are_sorted_at_every_depth() -> None:
    assert encode(sorted_maps({"b": [{"d": 1, "c": 2}], "a": 0})) == '{"a":0,"b":[{"c":2,"d":1}]}'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"Name":', "unexpected EOF"),
        ('"open', "unexpected EOF"),
        ("", "unexpected EOF"),
        ("zz", "invalid character 'z' looking for beginning of value"),
        ("NaN", "invalid character 'N' looking for beginning of value"),
        ("{a}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ("[1] x", "invalid character 'x' after top-level value"),
        ("1e999", "json: cannot unmarshal number 1e999 into Go value of type float64"),
    ],
)
def test_what_cannot_be_read_is_named_in_gos_words(text: str, complaint: str) -> None:
    with pytest.raises(Undecodable) as caught:
        parse(text.encode())
    assert str(caught.value) == complaint
