"""Bytes in JSON are read as Go reads them; the answers here were printed by Go's encoding/base64."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drp_emulator.wire.documents import Undecodable
from drp_emulator.wire.go_bytes import BYTES


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("", b""),
        ("QUJD", b"ABC"),
        ("QUI=", b"AB"),
        ("QQ==", b"A"),
        ("QU\nJD", b"ABC"),
        ("\r\nQUJD\n", b"ABC"),
        ("QUI=\n", b"AB"),
        ("QQ\n=\n=", b"A"),
    ],
)
def test_base64_is_decoded_line_breaks_and_all(text: str, decoded: bytes) -> None:
    assert BYTES.decode(text, "") == decoded


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("QUJ", 0),
        ("QU", 0),
        ("Q", 0),
        ("!", 0),
        ("====", 0),
        ("QUJD!", 4),
        ("QQ=!", 2),
        ("QQ=", 3),
        ("QQ==QQ==", 4),
        ("QUI=x", 4),
        ("Q===", 1),
        ("QU\nJ", 1),
        ("QQ\n=x", 3),
    ],
)
def test_what_is_not_base64_is_named_by_the_byte_that_go_names(text: str, place: int) -> None:
    with pytest.raises(Undecodable, match=f"^illegal base64 data at input byte {place}$"):
        BYTES.decode(text, "")


@given(content=st.binary(max_size=40), breaks=st.lists(st.integers(0, 60), max_size=4))
def test_what_is_encoded_comes_back_wherever_lines_are_broken(content: bytes, breaks: list[int]) -> None:
    text = base64.b64encode(content).decode()
    for place in breaks:
        text = f"{text[:place]}\n{text[place:]}"
    assert BYTES.decode(text, "") == content
