"""Read and write one param of a profile, for all operations of this package."""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from drp_provider.api.interface import Api
from drp_provider.errors import Busy, OutcomeUnknown, PatchRejected
from drp_provider.patch.operation import add, replace, test, to_wire
from drp_provider.patch.pointer import pointer_to, value_at
from drp_provider.patch.values import ABSENT, same

ATTEMPTS = 100
"""Attempts while other machines write too."""
UNREADABLE = 5
"""Requests in a row without a readable response."""
LONGEST_PAUSE = 0.5
"""Seconds between two attempts; the first retries come sooner."""

T = TypeVar("T")


def read(api: Api, profile: str, key: str) -> Any:
    """Return the value in the profile itself, or `ABSENT`: a `test` ignores defaults and other profiles, too."""
    return value_at(api.get("profiles", profile), pointer_to("Params", key))


def swap(api: Api, profile: str, key: str, old: Any, new: Any) -> bool:
    """Replace `old`, which may be `ABSENT`, by `new`; return False if the param has another value by now.

    If a response is lost or unreadable, read the param again. A value that was written, but has been overwritten since,
    counts as not written.
    """
    pointer = pointer_to("Params", key)
    lines = [test(pointer, old), replace(pointer, new)]
    if old is ABSENT:
        # RFC 6902 can assert absence only by a test of the whole map, so read that first.
        params = api.get("profiles", profile)["Params"]
        if key in params:
            return False
        lines = [test("/Params", params), add(pointer, new)]
    for _ in range(UNREADABLE):
        try:
            api.patch("profiles", profile, to_wire(lines))
        except PatchRejected:
            return False
        except OutcomeUnknown as error:
            lost = error
        else:
            return True
        live = read(api, profile, key)
        if not same(live, old):
            return same(live, new)
    raise lost


def until_done(subject: str, attempt: Callable[[], T | None]) -> T:
    """Repeat an attempt, with jitter, until other machines do not interfere; return its result.

    Raises:
        Busy: another machine was faster each time.
    """
    for turn in range(ATTEMPTS):
        result = attempt()
        if result is not None:
            return result
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**turn)))  # noqa: S311 - jitter, not a secret
    raise Busy(f"{subject} was changed by other clients at each of {ATTEMPTS} attempts: try again when they are done.")
