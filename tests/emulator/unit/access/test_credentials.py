"""Passwords are recognised and tokens cannot be forged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drp_emulator.access import credentials

_CONTENT = {"jti": "someone", "exp": 1000.0}
_TOKEN = credentials.signed(_CONTENT, "key")


def test_a_password_matches_itself_only_and_is_salted() -> None:
    stored = credentials.hashed("right")
    assert credentials.matches("right", stored)
    assert not credentials.matches("wrong", stored)
    assert credentials.hashed("right") != stored
    assert "right" not in stored


def test_a_token_gives_back_what_it_carries() -> None:
    assert credentials.read(_TOKEN, "key", now=999) == _CONTENT


def test_a_token_ends() -> None:
    with pytest.raises(credentials.InvalidToken, match="token is expired by 2s"):
        credentials.read(_TOKEN, "key", now=1002)


def test_a_token_of_another_endpoint_is_refused() -> None:
    with pytest.raises(credentials.InvalidToken, match="signature"):
        credentials.read(_TOKEN, "other key", now=999)


@given(st.text(max_size=40) | st.integers(0, len(_TOKEN) - 5).map(lambda place: _TOKEN[:place]))
def test_nothing_else_is_a_token(text: str) -> None:
    with pytest.raises(credentials.InvalidToken):
        credentials.read(text, "key", now=999)
