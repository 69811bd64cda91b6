"""Text to tokens, with Go's rules for delimiters, trim markers and comments."""

import re
from enum import Enum
from typing import NamedTuple, NoReturn

SPACE = " \t\r\n"
_LEFT, _RIGHT = "{{", "}}"


class Kind(Enum):
    """What a token is; the values are the names of the groups in the expression below."""

    TEXT = "TEXT"
    LEFT = "LEFT"
    RIGHT = "RIGHT"
    SPACE = "SPACE"
    DECLARE = "DECLARE"
    ASSIGN = "ASSIGN"
    PIPE = "PIPE"
    COMMA = "COMMA"
    OPEN = "OPEN"
    CLOSE = "CLOSE"
    STRING = "STRING"
    RAW = "RAW"
    CHAR = "CHAR"
    NUMBER = "NUMBER"
    FIELD = "FIELD"
    DOT = "DOT"
    VARIABLE = "VARIABLE"
    WORD = "WORD"
    KEYWORD = "KEYWORD"
    END = "END"


class Token(NamedTuple):
    """A piece of a template and where it starts."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends, where that is `start` and the length of `text`."""
        return self.start + len(self.text)


class Unreadable(Exception):
    """The text is no template, from here on."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


KEYWORDS = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"),
)
_KINDS = {kind.value: kind for kind in Kind}

# Possessive quantifiers keep no memory of the ways not taken, which for a long constant would be gigabytes.
# The right delimiter comes first: its trim marker is a space, a minus and the braces. White space stops short of one.
_TOKEN = re.compile(
    r"""
    (?P<RIGHT>(?:[ \t\r\n]-)?\}\})
  | (?P<SPACE>[ \t\r\n]+?(?=[ \t\r\n]-\}\})|[ \t\r\n]+)
  | (?P<DECLARE>:=) | (?P<ASSIGN>=) | (?P<PIPE>\|) | (?P<COMMA>,) | (?P<OPEN>\() | (?P<CLOSE>\))
  | (?P<STRING>"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+")
  | (?P<RAW>`[^`]*`)
  | (?P<CHAR>'[^'\\\n]*+(?:\\[^\n][^'\\\n]*+)*+')
  | (?P<NUMBER>(?=[-+0-9]|\.[0-9])[-+]?(?:
        0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][-+]?[0-9_]*)?
      | 0[oO][0-7_]*(?:\.[0-7_]*)?
      | 0[bB][01_]*(?:\.[01_]*)?
      | [0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]*)?
    )i?)
  | (?P<FIELD>\.\w+) | (?P<DOT>\.) | (?P<VARIABLE>\$\w*) | (?P<WORD>\w+)
    """,
    re.VERBOSE,
)
# What may follow a field, a variable or a word without white space.
_TERMINATORS = frozenset(SPACE + ".,|:)(")
_NAMES = (Kind.FIELD, Kind.DOT, Kind.VARIABLE, Kind.WORD)


def tokens(source: str, most: int) -> list[Token]:
    """Return all tokens of a template, an END at last.

    Args:
        source: The template.
        most: How many there may be.

    Raises:
        Unreadable: Go's lexer would stop there as well, or there are too many tokens.
    """
    found: list[Token] = []
    position, trim = 0, False
    while True:
        left = source.find(_LEFT, position)
        text_end = len(source) if left < 0 else left
        inside = left + len(_LEFT)
        marked = left >= 0 and source[inside : inside + 1] == "-" and source[inside + 1 : inside + 2] in tuple(SPACE)
        _add_text(found, Token(Kind.TEXT, source[position:text_end], position), left=trim, right=marked)
        if left < 0:
            found.append(Token(Kind.END, "", len(source)))
            return found
        inside += 2 if marked else 0
        if source.startswith("/*", inside):
            position, trim = _comment_end(source, inside)
        else:
            found.append(Token(Kind.LEFT, _LEFT, left))
            position, trim = _action(found, source, inside, most)


def _add_text(found: list[Token], token: Token, *, left: bool, right: bool) -> None:
    """Add a text, trimmed on these sides, unless nothing is left of it."""
    text, start = token.text, token.start
    if left:
        text = text.lstrip(SPACE)
        start = token.end - len(text)
    if right:
        text = text.rstrip(SPACE)
    if text:
        found.append(Token(Kind.TEXT, text, start))


def _comment_end(source: str, start: int) -> tuple[int, bool]:
    close = source.find("*/", start + 2)
    if close < 0:
        raise Unreadable(start, "unclosed comment")
    closing = _TOKEN.match(source, close + 2)
    if closing is None or closing.lastgroup != Kind.RIGHT.value:
        raise Unreadable(start, "comment ends before closing delimiter")
    return closing.end(), closing.group() != _RIGHT


def _action(found: list[Token], source: str, position: int, most: int) -> tuple[int, bool]:
    """Read up to the right delimiter; return the position behind it, and whether it trims."""
    depth = 0
    while True:
        if len(found) > most:
            raise Unreadable(position, f"more than {most} pieces")
        match = _TOKEN.match(source, position)
        if match is None:
            _refuse(source, position)
        token = Token(_KINDS[match.lastgroup or ""], match.group(), position)
        position = match.end()
        if token.kind is Kind.RIGHT:
            if depth:
                raise Unreadable(token.start, "unclosed left paren")
            found.append(token)
            return position, token.text != _RIGHT
        if token.kind is Kind.OPEN:
            depth += 1
        elif token.kind is Kind.CLOSE:
            depth -= 1
            if depth < 0:
                raise Unreadable(token.start, "unexpected right paren")
        elif token.kind in _NAMES:
            token = _name(token, source)
        elif token.kind is Kind.NUMBER:
            _check_number(source, token)
        found.append(token)


def _name(token: Token, source: str) -> Token:
    """Return a name must be made of Go's letters and digits, and end where a name may end."""
    if not token.text.isascii():
        for offset, character in enumerate(token.text):
            if not (character in "._$" or character.isalpha() or character.isdecimal()):
                raise Unreadable(token.start + offset, f"bad character {character!r}")
    after = source[token.end : token.end + 1]
    if after and after not in _TERMINATORS and not source.startswith(_RIGHT, token.end):
        raise Unreadable(token.end, f"bad character {after!r}")
    return token._replace(kind=Kind.KEYWORD) if token.kind is Kind.WORD and token.text in KEYWORDS else token


def _check_number(source: str, token: Token) -> None:
    after = source[token.end : token.end + 1]
    if after == "_" or after.isalnum():
        raise Unreadable(token.start, f"bad number syntax: {token.text + after!r}")
    if token.text.endswith("i") or after in ("+", "-"):
        raise Unreadable(token.start, f"complex constants are not supported: {token.text + after!r}")


def _refuse(source: str, position: int) -> NoReturn:
    character = source[position : position + 1]
    reasons = {
        "": "unclosed action",
        '"': "unterminated quoted string",
        "`": "unterminated raw quoted string",
        "'": "unterminated character constant",
        ":": "expected :=",
    }
    raise Unreadable(position, reasons.get(character, f"unexpected {character!r} in action"))
