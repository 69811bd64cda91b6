"""Values inside messages look as Go prints them."""

from typing import Any

import pytest

from drp_emulator.wire import gotext


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("bare", "bare"),
        (None, "<nil>"),
        (True, "true"),
        (1, "1"),
        (1.5, "1.5"),
        (999999, "999999"),
        (1000000, "1e+06"),
        (1234567, "1.234567e+06"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-2500000, "-2.5e+06"),
        (0, "0"),
        (["a", "b", 1], "[a b 1]"),
        ({"b": 2, "a": [None]}, "map[a:[<nil>] b:2]"),
    ],
)
def test_the_plain_form(value: Any, text: str) -> None:
    assert gotext.plain(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("quo\"te", '"quo\\"te"'),
        (None, "interface {}(nil)"),
        ({}, "map[string]interface {}{}"),
        ({"b": [1, 2], "a": {"x": "y"}},
         'map[string]interface {}{"a":map[string]interface {}{"x":"y"}, "b":[]interface {}{1, 2}}'),
    ],
)  # fmt: skip
def test_the_source_form(value: Any, text: str) -> None:
    assert gotext.syntax(value) == text


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("-1", -1), ("+7", 7), ("007", 7)])
def test_integers_are_read(text: str, number: int) -> None:
    assert gotext.atoi(text) == number


@pytest.mark.parametrize("text", ["", "z", "1.0", "1_0", " 1", "٣"])
def test_what_is_no_integer_is_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="invalid syntax"):
        gotext.atoi(text)


def test_an_integer_has_a_longest_form() -> None:
    with pytest.raises(ValueError, match="value out of range"):
        gotext.atoi("9" * 20)
