"""`html`, `js` and `urlquery`."""

import re
from urllib.parse import quote_plus

from gotemplate.quoting import REPLACEMENT
from gotemplate.values import to_bytes

_HTML = str.maketrans({"\0": REPLACEMENT, '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}
_JS_SPECIAL = re.compile(r"[\\'\"<>&=\x00-\x1f\x80-\U0010ffff]")
_SURROGATES = range(0xD800, 0xE000)


def html(text: str) -> str:
    """Safe between tags and in attributes."""
    return text.translate(_HTML)


def js(text: str) -> str:
    """Safe inside a JavaScript string."""
    return _JS_SPECIAL.sub(lambda match: _js(match.group()), text)


def _js(character: str) -> str:
    if character in _JS:
        return _JS[character]
    # A byte that is no UTF-8 passes: Go asks whether the replacement character is printable, and it is.
    return character if character.isprintable() or ord(character) in _SURROGATES else f"\\u{ord(character):04X}"


def urlquery(text: str) -> str:
    """Safe in the query of a URL."""
    return quote_plus(to_bytes(text))
