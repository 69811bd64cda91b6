"""The end of a job's log, as an error may show it: what the script said, without secrets and terminal controls."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LINES = 5
LONGEST_LINE = 200
MASK = "[secret]"
_SHORTEST_SECRET = 4
"""Characters. A shorter text would be found by chance, and blot out what the log says."""

_AGENTS = re.compile(
    r"Log for Job: |Starting (task|command) |Command (exited with status|running)|Action .* finished"
    r"|Task \S+ (failed|finished|incomplete)$|Marked machine .* as not runnable|Updated job for "
)
_TOKEN = re.compile(r"[A-Za-z0-9_\-+/]{100,}={0,2}")
"""DRP's tokens; a script that shows its commands shows them."""
_AROUND_WORDS = re.compile(r"[\s\"'`=,;:(){}<>|&]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def last_lines(log: str, secrets: Iterable[Any]) -> list[str]:
    """The last lines that are the script's own; the agent's words around them, always the same, are left out.

    Args:
        log: The whole log.
        secrets: Values, of which no text and no number is to be seen.
    """
    hidden = _hidden(secrets)
    said = [line.rstrip() for line in log.splitlines() if line.strip() and not _AGENTS.match(line)]
    return [_shown(line, hidden) for line in said[-LINES:]]


def hide(text: str, secrets: Iterable[Any]) -> str:
    """Return a text in which no text and no number of the values is to be seen."""
    return _without(text, _hidden(secrets))


def _hidden(secrets: Iterable[Any]) -> list[str]:
    return sorted({text for value in secrets for text in _texts(value)}, key=len, reverse=True)


def _without(line: str, hidden: Iterable[str]) -> str:
    for text in hidden:
        line = line.replace(text, MASK)
    return line


def _shown(line: str, hidden: Iterable[str]) -> str:
    line = _without(line, hidden)
    line = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", _TOKEN.sub(MASK, line))
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def _texts(value: Any) -> Iterator[str]:
    """Every text and number in a value, as it may stand in a log: plain, and as in JSON."""
    if isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from _texts(member)
    elif value is not None and not isinstance(value, bool):
        for part in _parts(str(value)):
            for text in (part, json.dumps(part)[1:-1]):
                if len(text) >= _SHORTEST_SECRET:
                    yield text


def _parts(text: str) -> set[str]:
    """A text, and if it is more than one word, the words of it.

    A log holds a key of many lines one line at a time, and of a secret script what the script prints.
    """
    words = text.split()
    return {text, *words, *_AROUND_WORDS.split(text)} if len(words) > 1 else {text, *words}
