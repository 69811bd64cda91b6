"""Waiting for what others put into the cluster profile."""

import random
import sys
import time
from collections.abc import Callable
from typing import Any

from drp_provider.coordination.election import SEED
from drp_provider.coordination.params import Documents
from drp_provider.errors import DrpError, may_pass
from drp_provider.patch.values import ABSENT, same

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""Seconds between two looks: they grow from the one to the other, with jitter, so that machines spread out."""


class WaitTimeout(DrpError):
    """What was waited for did not come in time."""


class Aborted(DrpError):
    """An operator ended all waits of the cluster."""


def wait_for(
    api: Documents, profile: str, key: str, *, seed: Any = SEED, timeout: float = 600, abort_param: str | None = None
) -> Any:
    """The value of a param as soon as it is there and no longer the seed.

    Args:
        api: A client whose credentials may read the profile.
        profile: The cluster profile.
        key: The param.
        seed: The value that stands for "not yet".
        timeout: Seconds until `WaitTimeout`.
        abort_param: A param that ends the wait with `Aborted` as soon as it holds anything but null or the seed.
    """
    return _wait(
        api, profile, f"param {key}", lambda params: _set(params, key, seed), timeout=timeout, abort_param=abort_param
    )


def wait_for_count(
    api: Documents, profile: str, key: str, count: int, *, timeout: float = 600, abort_param: str | None = None
) -> list[Any]:
    """The entries of a list as soon as there are `count` of them; see `wait_for`."""

    def enough(params: dict[str, Any]) -> Any:
        entries = params.get(key) or []
        return entries if len(entries) >= count else ABSENT

    return list(_wait(api, profile, f"{count} entries in {key}", enough, timeout=timeout, abort_param=abort_param))


def _params(api: Documents, profile: str, *, last: bool) -> dict[str, Any]:
    """The params; none while the endpoint is away, since it restarts: that does not end a wait before its time."""
    try:
        return dict(api.get("profiles", profile)["Params"])
    except DrpError as error:
        if last or not may_pass(error):
            raise
        return {}


def _set(params: dict[str, Any], key: str, seed: Any) -> Any:
    value = params.get(key, ABSENT)
    return ABSENT if value is None or same(value, seed) else value


def _wait(
    api: Documents,
    profile: str,
    what: str,
    look: Callable[[dict[str, Any]], Any],
    *,
    timeout: float,
    abort_param: str | None,
) -> Any:
    deadline, pause = time.monotonic() + timeout, FIRST_PAUSE
    print(f"waiting for {what} of profile {profile} ({timeout:g} s at most)", file=sys.stderr)  # noqa: T201 - job log
    while True:
        params = _params(api, profile, last=time.monotonic() >= deadline)
        if abort_param is not None and _set(params, abort_param, SEED) is not ABSENT:
            raise Aborted(f"The wait for {what} of profile {profile!r} was ended: param {abort_param} is set there.")
        found = look(params)
        if found is not ABSENT:
            return found
        if time.monotonic() >= deadline:
            raise WaitTimeout(
                f"Waited {timeout:g} s for {what} of profile {profile!r}, which did not come: look at the job of the "
                "machine that should have written it."
            )
        time.sleep(min(random.uniform(pause / 2, pause), max(0.0, deadline - time.monotonic())))  # noqa: S311 - jitter
        pause = min(pause * 1.5, LONGEST_PAUSE)
