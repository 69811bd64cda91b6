"""Strings and characters between quotes, as Go's strconv writes them."""

_SIMPLE = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v"}
_LAST_ASCII = 0x7E
_DELETE = 0x7F
_LAST_SHORT = 0xFFFF
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_ESCAPED_BYTES = range(0xDC80, 0xDD00)
REPLACEMENT = "\ufffd"


def quoted(text: str, *, ascii_only: bool = False) -> str:
    """Return a string between double quotes."""
    return '"' + "".join(_escaped(character, '"', ascii_only=ascii_only) for character in text) + '"'


def quoted_rune(code: int, *, ascii_only: bool = False) -> str:
    """Return a character between single quotes."""
    return f"'{_escaped(rune(code), chr(39), ascii_only=ascii_only)}'"


def rune(code: int) -> str:
    """Return the character of a code point; there is one for every number."""
    return REPLACEMENT if not 0 <= code <= _LAST or code in _SURROGATES else chr(code)


def can_backquote(text: str) -> bool:
    """Return whether a string can stand between back quotes unchanged."""
    return not any(
        (character < " " and character != "\t")
        or character in "`\ufeff"
        or ord(character) == _DELETE
        or ord(character) in _SURROGATES
        for character in text
    )


def _escaped(character: str, quote: str, *, ascii_only: bool) -> str:
    code = ord(character)
    if code in _ESCAPED_BYTES:
        return f"\\x{code & 0xFF:02x}"
    if character in (quote, "\\"):
        return "\\" + character
    if character.isprintable() and (code <= _LAST_ASCII or not ascii_only):
        return character
    if code in _SIMPLE:
        return _SIMPLE[code]
    if character < " " or code == _DELETE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_SHORT else f"\\U{code:08x}"
