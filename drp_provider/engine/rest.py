"""A cluster comes to rest before it is reset: a script that is still at work would write into the new start."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from drp_provider.engine import verbs
from drp_provider.engine.progress import Machine
from drp_provider.engine.verbs import Documents
from drp_provider.errors import NotFound, ReplyLost
from drp_provider.patch.planner import Change, plan
from drp_provider.patch.pointer import value_at
from drp_provider.patch.values import ABSENT

PATIENCE = 20.0
"""Seconds. The scripts of the cluster pattern look at their escape param every five at least."""
POLL = 0.5
MOST_NAMED = 5

_UNSET = (ABSENT, None, "none")


@contextmanager
def at_rest(api: Documents, profile: str, escapes: Mapping[str, Any], agreed: Callable[[], object]) -> Iterator[None]:
    """While machines that carry the profile are at work, end their waits, and go on when none is.

    One list request where all rest already. A machine that lost its power never comes to rest by itself: after
    `PATIENCE` it is named, and the reset goes on.

    Args:
        api: The endpoint.
        profile: The cluster profile.
        escapes: What ends the waits of the scripts: values by pointer, which the reset is going to clear.
        agreed: Raises where the endpoint would refuse what comes after; nobody's wait ends for nothing.
    """
    busy = _at_work(api, profile) if escapes else []
    if not busy:
        yield
        return
    agreed()
    _say(f"{profile}: {_few(busy)} at work: ending their waits before the reset, {PATIENCE:g} s at most")
    undo = _write(api, profile, escapes)
    try:
        _wait(api, profile)
        yield
    except BaseException:
        _take_back(api, profile, undo)
        raise


def _at_work(api: Documents, profile: str) -> list[str]:
    listed = api.list("machines", {"Profiles": f"Eq({profile})", "slim": "Params,Meta"})
    machines = map(Machine, listed)
    return sorted(m.name for m in machines if m.is_available and m.is_runnable and not m.is_complete)


def _wait(api: Documents, profile: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while busy := _at_work(api, profile):
        if time.monotonic() >= deadline:
            _say(f"{profile}: {_few(busy)} still at work or without power: whatever it writes now, the reset may miss")
            return
        time.sleep(POLL)


def _write(api: Documents, profile: str, escapes: Mapping[str, Any]) -> Change:
    """Set what nobody has set; gives the change that undoes it."""

    def attempt() -> Change | ReplyLost | None:
        live = api.get("profiles", profile)
        free = {p: value for p, value in escapes.items() if value_at(live, p) in _UNSET}
        before = {p: value_at(live, p) for p in free if value_at(live, p) is not ABSENT}
        change = Change(before, {p: free[p] for p in before}, {p: free[p] for p in free if p not in before})
        result = verbs.send(api, "profiles", profile, plan(change, live))
        return Change(free, before) if result is True else result

    return verbs.patiently(f"profile {profile!r}", attempt)


def _take_back(api: Documents, profile: str, undo: Change) -> None:
    """Put back what was there, unless somebody else has written meanwhile."""
    with suppress(NotFound):
        verbs.send(api, "profiles", profile, plan(undo))


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'}"


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - Pulumi shows a provider's stderr; it has no other way to speak
