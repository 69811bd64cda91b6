"""Docstrings, comments, messages and log sentences use plain words and the field's terms."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("drp_provider", "components", "content")
TEXTS = (".meta", ".md", ".py", ".tmpl", ".yaml")
FORBIDDEN = {
    # Archaic or indirect English.
    r"whoever|whomever|nobody|somebody|anybody": "name the person or the program",
    r"anew": "again",
    r"hence|lest|thereof|shall": "so, must",
    r"all the same|without a word|by itself|as it was|as far as": "say what happens",
    r"(what|that|which) (is|are) to be": "name the value or the action",
    r"the ones? that": "name the thing",
    r"where (there|it|nothing|none|no one) (is|are)|where none|where nothing|where it is there": "if",
    r"no (answer|reply) came": "no response",
    # Metaphors and nicknames.
    r"(give|gives|given|gave|take|takes|taken|took|put|puts) (\w+ )?back": "restore, remove or release",
    r"(goes|go|went) up": "grow",
    r"border post|chassis|doom|broom|farewell|greeting|plumbing|twins?": "the field's word",
    r"stands? (for|in|as|behind|beside|between)": "is, means or represents",
    # One term a meaning.
    r"leaf": "owned field",
    r"seeds?|seeded|seeding": "initial value",
    r"displaced": "overwritten value",
    r"escape": "abort param",
    r"at rest|brought to rest": "quiesce",
    r"verbs?": "operation or lifecycle",
    r"faults?": "input error, check failure or failure",
    r"answer|answers|answered|reply|replies|replied": "response",
    r"time-outs?": "timeout",
}
WORDS = re.compile("|".join(rf"\b(?:{words})\b" for words in FORBIDDEN), re.IGNORECASE)
NAMES = re.compile(r"`[^`]*`|\$\{?\w+|https?://\S+")
"""Code inside a text: names of inputs and commands are not prose."""
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS)


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that a person reads, with their numbers: of a module its comments and its texts with spaces."""
    text = path.read_text()
    if path.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield from enumerate(node.value.splitlines(), node.lineno)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def advice(found: str) -> str:
    """Return the better word."""
    return next(better for words, better in FORBIDDEN.items() if re.fullmatch(words, found, re.IGNORECASE))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_text_uses_plain_words(path: Path) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}: {match[0]!r} ({advice(match[0])}): {line.strip()}"
        for number, line in prose(path)
        for match in WORDS.finditer(NAMES.sub("", line))
    }
    assert not found, "\n".join(sorted(found))


def test_the_search_finds_words_in_docstring_comment_and_message(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""A leaf\nby itself."""\n\n# Nobody.\nraise ValueError(f"{0} is a seed")\nescape = "escape"\n')
    found = {(number, match[0]) for number, line in prose(module) for match in WORDS.finditer(line)}
    assert found == {(1, "leaf"), (2, "by itself"), (4, "Nobody"), (5, "seed")}
