"""Pointers lead through maps, whatever their keys are."""

import pytest

from drp_provider.patch.pointer import pointer_to, tokens_of, value_at
from drp_provider.patch.values import ABSENT


@pytest.mark.parametrize("key", ["", "-", "0", "~", "~1", "a/b", "a b", "ä"])
def test_any_key_of_a_map_is_found(key: str) -> None:
    assert tokens_of(pointer_to("Params", key)) == ["Params", key]
    assert value_at({"Params": {key: 1}}, pointer_to("Params", key)) == 1


@pytest.mark.parametrize("held", [[1, 2], "text", None, 5])
@pytest.mark.parametrize("token", ["0", "-"])
def test_a_pointer_does_not_enter_anything_but_a_map(held: object, token: str) -> None:
    assert value_at({"Params": held}, pointer_to("Params", token)) is ABSENT
