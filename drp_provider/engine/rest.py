"""A cluster comes to rest before it begins anew: a script that is still at work would write into the new start."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from drp_provider.engine import verbs
from drp_provider.engine.progress import Machine
from drp_provider.engine.settling import Rejection, settle
from drp_provider.engine.speech import say
from drp_provider.engine.verbs import Documents
from drp_provider.errors import DrpError, may_pass
from drp_provider.patch.operation import Plan
from drp_provider.patch.planner import Change, plan
from drp_provider.patch.pointer import tokens_of, value_at
from drp_provider.patch.values import ABSENT, same

PATIENCE = 20.0
"""Seconds. The scripts of the cluster pattern look at their abort param every five at least."""
POLL = 0.5
MOST_NAMED = 5

_UNSET = (ABSENT, None, "none")
_UNDER_WAY = ("created", "running")


@contextmanager
def at_rest(
    api: Documents, profile: str, aborts: Mapping[str, Any], agreed: Callable[[], bool] | None = None
) -> Iterator[None]:
    """While machines that carry the profile are at work, end their waits, and go on when none is.

    Two list requests where all rest already. A machine that lost its power never comes to rest by itself: after
    `PATIENCE` it is named, and the reset goes on.

    Args:
        api: The endpoint.
        profile: The cluster profile.
        aborts: What ends the waits of the scripts: values by pointer.
        agreed: For a reset, which clears them. It raises if the endpoint would refuse the reset, and returns False if
            the reset was carried out already: in both cases no wait ends for nothing. None: they are taken back in
            the end.
    """
    busy = _at_work(api, profile) if aborts else []
    if not busy:
        yield
        return
    if agreed is not None and not agreed():
        yield
        return
    say(f"{profile}: {_few(busy)} at work: ending their waits, {PATIENCE:g} s at most")
    undo = _write(api, profile, aborts)
    try:
        _wait(api, profile, busy)
        yield
    except BaseException:
        _take_back(api, profile, undo)
        raise
    if agreed is None:
        _take_back(api, profile, undo)


def _at_work(api: Documents, profile: str) -> list[str]:
    """By name: those that go on by themselves, and those that were stopped while a script of theirs goes on."""
    machines = [*map(Machine, api.list("machines", {"Profiles": f"Eq({profile})", "slim": "Params,Meta"}))]
    if not machines:
        return []
    jobs = api.list("jobs", {"State": f"In({','.join(_UNDER_WAY)})"})
    busy = {job["Machine"] for job in jobs}
    going_on = (m.name for m in machines if m.is_available and m.is_runnable and not m.is_complete)
    return sorted({*going_on, *(m.name for m in machines if m.uuid in busy)})


def _wait(api: Documents, profile: str, busy: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while busy := _still_at_work(api, profile, busy):
        if time.monotonic() >= deadline:
            say(f"{profile}: {_few(busy)} still at work or without power: whatever it writes now, the reset may miss")
            return
        time.sleep(POLL)


def _still_at_work(api: Documents, profile: str, before: list[str]) -> list[str]:
    """Those of before, where the endpoint does not answer for a moment."""
    try:
        return _at_work(api, profile)
    except DrpError as error:
        if not may_pass(error):
            raise
        return before


def _write(api: Documents, profile: str, aborts: Mapping[str, Any]) -> Change:
    """Set what is not set; return the change that undoes it."""
    before: dict[str, Any] = {}

    def send() -> Change:
        live = api.get("profiles", profile)
        here = {p: value_at(live, p) for p in aborts}
        before.update({p: value for p, value in here.items() if value in _UNSET})
        written = [p for p, value in here.items() if same(value, aborts[p])]  # by us, and the answer was lost
        held = {p: value for p, value in before.items() if p not in written and value is not ABSENT}
        free = {p: aborts[p] for p in before if p not in written and p not in held}
        change = Change(held, {p: aborts[p] for p in held}, seeds=free)
        _patch(api, profile, plan(change, live))
        earlier = {p: value for p, value in before.items() if value is not ABSENT}
        return Change({p: aborts[p] for p in {*before, *written}}, earlier)

    return settle(f"profile {profile!r}", send, _look_in_send)


def _take_back(api: Documents, profile: str, undo: Change) -> None:
    """Put back what was there, unless another client has written meanwhile; what led here is raised afterwards."""

    def send() -> bool:
        live = api.find("profiles", profile) or {}
        left = [p for p, ours in undo.reviewed.items() if same(value_at(live, p), ours)]
        change = Change({p: undo.reviewed[p] for p in left}, {p: undo.wanted[p] for p in left if p in undo.wanted})
        _patch(api, profile, plan(change))
        return True

    try:
        settle(f"profile {profile!r}", send, _look_in_send)
    except DrpError:
        names = ", ".join(tokens_of(p)[-1] for p in undo.reviewed)
        say(f"{profile}: {names} could not be taken back and still ends every wait: remove it, or change `reset`")


def _patch(api: Documents, profile: str, lines: Plan) -> None:
    if lines:
        api.patch("profiles", profile, verbs.to_wire(lines))


def _look_in_send(_: Rejection) -> None:
    """Let `send` look: it always does."""


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'}"
