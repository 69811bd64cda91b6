"""Quiesce a cluster before a new run, because a script that still runs would write into the new run."""

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
"""Seconds. The scripts of the cluster pattern read their abort param at least every five seconds."""
POLL = 0.5
MOST_NAMED = 5

_UNSET = (ABSENT, None, "none")
_UNDER_WAY = ("created", "running")


@contextmanager
def quiesced(
    api: Api, profile: str, aborts: Mapping[str, Any], is_pending: Callable[[], bool] | None = None
) -> Iterator[None]:
    """End the waits of machines that carry the profile and are working; enter the block when all have stopped.

    If no machine is working, this costs two list requests. A machine without power seems to work forever: after
    `PATIENCE` a printed line names it, and the reset continues.

    Args:
        api: The endpoint.
        profile: The cluster profile.
        aborts: The params that end the waits of the scripts: values by pointer.
        is_pending: For a reset, which clears the abort params. It raises if the endpoint would reject the reset, and
            returns False if the reset was carried out already; in both cases no wait is ended. If it is None, the
            params are restored at the end.
    """
    busy = _working(api, profile) if aborts else []
    if not busy:
        yield
        return
    if is_pending is not None and not is_pending():
        yield
        return
    say(f"{profile}: {_with_verb(busy)} at work: ending their waits, {PATIENCE:g} s at most")
    undo = _write(api, profile, aborts)
    try:
        _wait(api, profile, busy)
        yield
    except BaseException:
        _restore(api, profile, undo)
        raise
    if is_pending is None:
        _restore(api, profile, undo)


def _working(api: Api, profile: str) -> list[str]:
    """Return the names of machines that will take jobs, and of stopped ones whose script still runs."""
    machines = [*map(Machine, api.list("machines", {"Profiles": f"Eq({profile})", "slim": "Params,Meta"}))]
    if not machines:
        return []
    jobs = api.list("jobs", {"State": f"In({','.join(_UNDER_WAY)})"})
    busy = {job["Machine"] for job in jobs}
    runnable = (m.name for m in machines if m.is_available and m.is_runnable and not m.is_complete)
    return sorted({*runnable, *(m.name for m in machines if m.uuid in busy)})


def _wait(api: Api, profile: str, busy: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while busy := _still_working(api, profile, busy):
        if time.monotonic() >= deadline:
            say(f"{profile}: {_with_verb(busy)} still at work or without power: the reset may miss later writes")
            return
        time.sleep(POLL)


def _still_working(api: Api, profile: str, before: list[str]) -> list[str]:
    """Return the machines that are still working; the earlier ones while the endpoint is away."""
    try:
        return _working(api, profile)
    except DrpError as error:
        if not may_pass(error):
            raise
        return before


def _write(api: Api, profile: str, aborts: Mapping[str, Any]) -> Change:
    """Set the abort params that have no value; return the change that undoes it."""
    before: dict[str, Any] = {}

    def send() -> Change:
        live = api.get("profiles", profile)
        here = {p: value_at(live, p) for p in aborts}
        before.update({p: value for p, value in here.items() if value in _UNSET})
        written = [p for p, value in here.items() if same(value, aborts[p])]  # by us, if the response was lost
        held = {p: value for p, value in before.items() if p not in written and value is not ABSENT}
        free = {p: aborts[p] for p in before if p not in written and p not in held}
        change = Change(held, {p: aborts[p] for p in held}, initial=free)
        _patch(api, profile, plan(change, live))
        earlier = {p: value for p, value in before.items() if value is not ABSENT}
        return Change({p: aborts[p] for p in {*before, *written}}, earlier)

    return settle(f"profile {profile!r}", send)


def _restore(api: Api, profile: str, undo: Change) -> None:
    """Restore the earlier values, unless another client has changed them. The caller raises its own error."""

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
        say(f"{profile}: {names} could not be removed and still ends every wait: remove it, or change `reset`")


def _patch(api: Api, profile: str, lines: Plan) -> None:
    if lines:
        api.patch("profiles", profile, to_wire(lines))


def _with_verb(names: list[str]) -> str:
    return f"{few(names, most=MOST_NAMED)} {'is' if len(names) == 1 else 'are'}"
