"""Quiesce a cluster before a new run: a script that is still at work would write into the new run."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from drp_provider.api.interface import Api
from drp_provider.engine.console import say
from drp_provider.engine.machines.status import Machine
from drp_provider.engine.messages.text import few
from drp_provider.engine.retry import LANDED, Landed, settle
from drp_provider.errors import DrpError, may_pass
from drp_provider.patch.operation import Plan, to_wire
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
def quiesced(
    api: Api, profile: str, aborts: Mapping[str, Any], agreed: Callable[[], bool] | None = None
) -> Iterator[None]:
    """End the waits of machines that carry the profile and are at work, and go on when none is at work.

    If none is at work at first, this costs two list requests. A machine without power stays at work: after `PATIENCE`
    it is named, and the reset goes on.

    Args:
        api: The endpoint.
        profile: The cluster profile.
        aborts: The params that end the waits of the scripts: values by pointer.
        agreed: For a reset, which clears them. It raises if the endpoint would refuse the reset, and returns False if
            the reset was carried out already: in both cases no wait is ended. None: the params are restored at the
            end.
    """
    busy = _at_work(api, profile) if aborts else []
    if not busy:
        yield
        return
    if agreed is not None and not agreed():
        yield
        return
    say(f"{profile}: {_are(busy)} at work: ending their waits, {PATIENCE:g} s at most")
    undo = _write(api, profile, aborts)
    try:
        _wait(api, profile, busy)
        yield
    except BaseException:
        _take_back(api, profile, undo)
        raise
    if agreed is None:
        _take_back(api, profile, undo)


def _at_work(api: Api, profile: str) -> list[str]:
    """Return the names of machines that go on by themselves, and of stopped ones whose script still runs."""
    machines = [*map(Machine, api.list("machines", {"Profiles": f"Eq({profile})", "slim": "Params,Meta"}))]
    if not machines:
        return []
    jobs = api.list("jobs", {"State": f"In({','.join(_UNDER_WAY)})"})
    busy = {job["Machine"] for job in jobs}
    going_on = (m.name for m in machines if m.is_available and m.is_runnable and not m.is_complete)
    return sorted({*going_on, *(m.name for m in machines if m.uuid in busy)})


def _wait(api: Api, profile: str, busy: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while busy := _still_at_work(api, profile, busy):
        if time.monotonic() >= deadline:
            say(f"{profile}: {_are(busy)} still at work or without power: whatever it writes now, the reset may miss")
            return
        time.sleep(POLL)


def _still_at_work(api: Api, profile: str, before: list[str]) -> list[str]:
    """Return the machines still at work; the earlier ones while the endpoint is away."""
    try:
        return _at_work(api, profile)
    except DrpError as error:
        if not may_pass(error):
            raise
        return before


def _write(api: Api, profile: str, aborts: Mapping[str, Any]) -> Change:
    """Set what is not set; return the change that undoes it."""
    before: dict[str, Any] = {}

    def send() -> Change:
        live = api.get("profiles", profile)
        here = {p: value_at(live, p) for p in aborts}
        before.update({p: value for p, value in here.items() if value in _UNSET})
        written = [p for p, value in here.items() if same(value, aborts[p])]  # by us, and the answer was lost
        held = {p: value for p, value in before.items() if p not in written and value is not ABSENT}
        free = {p: aborts[p] for p in before if p not in written and p not in held}
        change = Change(held, {p: aborts[p] for p in held}, initial=free)
        _patch(api, profile, plan(change, live))
        earlier = {p: value for p, value in before.items() if value is not ABSENT}
        return Change({p: aborts[p] for p in {*before, *written}}, earlier)

    return settle(f"profile {profile!r}", send)


def _take_back(api: Api, profile: str, undo: Change) -> None:
    """Restore the earlier values, unless another client has written meanwhile. The caller raises its own error."""

    def send() -> Landed:
        live = api.find("profiles", profile) or {}
        left = [p for p, ours in undo.reviewed.items() if same(value_at(live, p), ours)]
        change = Change({p: undo.reviewed[p] for p in left}, {p: undo.wanted[p] for p in left if p in undo.wanted})
        _patch(api, profile, plan(change))
        return LANDED

    try:
        settle(f"profile {profile!r}", send)
    except DrpError:
        names = ", ".join(tokens_of(p)[-1] for p in undo.reviewed)
        say(f"{profile}: {names} could not be taken back and still ends every wait: remove it, or change `reset`")


def _patch(api: Api, profile: str, lines: Plan) -> None:
    if lines:
        api.patch("profiles", profile, to_wire(lines))


def _are(names: list[str]) -> str:
    return f"{few(names, most=MOST_NAMED)} {'is' if len(names) == 1 else 'are'}"
