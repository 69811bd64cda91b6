"""`drpcli ... wait`: until a member of an object has a value, by events."""

from __future__ import annotations

import sys
import time

from drp_emulator.client import http_client, websocket_client
from drp_emulator.drpcli import gojson, patches, structs
from drp_emulator.drpcli.object_commands import demand, fetched
from drp_emulator.drpcli.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from drp_emulator.drpcli.session import Session

_DAY_SECONDS = 86400


def _wait(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 3, f"{prefix} wait [id] [field] [value] [timeout]", 4)
    field, wanted = words[1], _wanted(words[2])
    deadline = time.monotonic() + (_seconds(words[3]) if len(words) > 3 else _DAY_SECONDS)  # noqa: PLR2004
    key = str(fetched(session, prefix, words[0])[structs.KEYS[prefix]] or words[0])
    sys.stdout.write(_outcome(session, prefix, key, (field, wanted), deadline) + "\n")


def _outcome(session: Session, prefix: str, key: str, condition: tuple[str, Any], deadline: float) -> str:
    """Print a word, and return exit code 0: also when the time is over."""
    try:
        authorization, trust = session.headers["Authorization"], session.trust
        with websocket_client.opened(session.flags.endpoint, authorization, trust=trust) as events:
            for action in ("update", "save"):
                events.register(f"{prefix}.{action}.{key}")
            while True:
                whole = structs.filled(prefix, session.send("GET", [prefix, key]))
                field, wanted = condition
                if field in whole and patches.same(whole[field], wanted):
                    return "complete"
                if not events.happened(deadline - time.monotonic()):
                    return "timeout"
    except http_client.NoResponse as error:
        raise Problem(f"CLIENT_ERROR: {error}") from None
    except KeyboardInterrupt:
        return "interrupt"


def _wanted(text: str) -> Any:
    try:
        return gojson.parse(text)
    except gojson.Malformed:
        return text


def _seconds(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Problem(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


COMMANDS = {"wait": _wait}
