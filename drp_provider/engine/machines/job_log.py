"""The end of a job's log for an error message: the script's lines, without secrets and terminal controls."""

import re
from collections.abc import Iterable
from typing import Any

from drp_provider.engine.ownership.masking import MASK, texts_in, without

LINES = 5
LONGEST_LINE = 200

_AGENTS = re.compile(
    r"Log for Job: |Starting (task|command) |Command (exited with status|running)|Action .* finished"
    r"|Task \S+ (failed|finished|incomplete)$|Marked machine .* as not runnable|Updated job for "
)
_TOKEN = re.compile(r"[A-Za-z0-9_\-+/]{100,}={0,2}")
"""DRP's tokens, which a script with `set -x` prints."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def last_lines(log: str, secrets: Iterable[Any]) -> list[str]:
    """Return the last lines of the script, without the lines of the agent.

    Args:
        log: The whole log.
        secrets: Values whose texts and numbers must not be shown.
    """
    hidden = texts_in(secrets)
    lines = [line.rstrip() for line in log.splitlines() if line.strip() and not _AGENTS.match(line)]
    return [_mask(line, hidden) for line in lines[-LINES:]]


def _mask(line: str, hidden: Iterable[str]) -> str:
    line = without(line, hidden)
    line = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", _TOKEN.sub(MASK, line))
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
