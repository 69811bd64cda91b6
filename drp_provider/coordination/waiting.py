"""Wait for params that other machines write into the cluster profile."""

import random
import sys
import time
from collections.abc import Callable
from typing import Any

from drp_provider.api.interface import Api
from drp_provider.coordination.election import UNSET
from drp_provider.errors import DrpError, may_pass
from drp_provider.patch.values import ABSENT, same

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""Seconds between two reads. The pause grows from the first to the longest, with jitter that spreads the machines."""


class WaitTimeout(DrpError):
    """A param did not get its value in time."""


class Aborted(DrpError):
    """An operator ended all waits of the cluster."""


def wait_for(
    api: Api, profile: str, key: str, *, initial: Any = UNSET, timeout: float = 600, abort_param: str | None = None
) -> Any:
    """Return the value of a param as soon as it differs from its initial value.

    Args:
        api: A client whose credentials may read the profile.
        profile: The cluster profile.
        key: The param.
        initial: The value before the first write.
        timeout: Seconds until `WaitTimeout`.
        abort_param: A param that ends the wait with `Aborted` as soon as it differs from null and its initial value.
    """
    return _wait(
        api,
        profile,
        f"param {key}",
        lambda params: _set(params, key, initial),
        timeout=timeout,
        abort_param=abort_param,
    )


def wait_for_count(
    api: Api, profile: str, key: str, count: int, *, timeout: float = 600, abort_param: str | None = None
) -> list[Any]:
    """Return the entries of a list as soon as it has `count` of them; see `wait_for`."""

    def find_entries(params: dict[str, Any]) -> Any:
        entries = params.get(key) or []
        return entries if len(entries) >= count else ABSENT

    return list(
        _wait(api, profile, f"{count} entries in {key}", find_entries, timeout=timeout, abort_param=abort_param)
    )


def _params(api: Api, profile: str, *, last: bool) -> dict[str, Any]:
    """Return the params, or an empty map while the endpoint is away, so that a restart does not end the wait."""
    try:
        return dict(api.get("profiles", profile)["Params"])
    except DrpError as error:
        if last or not may_pass(error):
            raise
        return {}


def _set(params: dict[str, Any], key: str, initial: Any) -> Any:
    value = params.get(key, ABSENT)
    return ABSENT if value is None or same(value, initial) else value


def _wait(
    api: Api,
    profile: str,
    what: str,
    find: Callable[[dict[str, Any]], Any],
    *,
    timeout: float,
    abort_param: str | None,
) -> Any:
    deadline, pause = time.monotonic() + timeout, FIRST_PAUSE
    print(f"waiting for {what} of profile {profile} ({timeout:g} s at most)", file=sys.stderr)  # noqa: T201 - job log
    while True:
        params = _params(api, profile, last=time.monotonic() >= deadline)
        if abort_param is not None and _set(params, abort_param, UNSET) is not ABSENT:
            raise Aborted(
                f"The wait for {what} of profile {profile!r} was ended, because param {abort_param} is set: remove "
                "it or reset the cluster, then run the job again."
            )
        found = find(params)
        if found is not ABSENT:
            return found
        if time.monotonic() >= deadline:
            raise WaitTimeout(
                f"Waited {timeout:g} s for {what} of profile {profile!r}, in vain: read the job log of the machine "
                "that should write it."
            )
        time.sleep(min(random.uniform(pause / 2, pause), max(0.0, deadline - time.monotonic())))  # noqa: S311 - jitter
        pause = min(pause * 1.5, LONGEST_PAUSE)
