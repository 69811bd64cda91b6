"""Reading and writing one param of a profile, as all operations of this package do."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from drp_provider.errors import Busy, OutcomeUnknown, PatchRejected
from drp_provider.patch.operation import add, replace, test
from drp_provider.patch.pointer import pointer_to, value_at
from drp_provider.patch.values import ABSENT, same

ATTEMPTS = 100
"""So many machines may be faster than us, one after the other, before we give up."""
UNANSWERED = 5
"""So many requests in a row may go without a readable answer."""
LONGEST_PAUSE = 0.5
"""Seconds between two attempts; the first retries come sooner."""

T = TypeVar("T")


class Documents(Protocol):
    """The requests that this package makes; `api.client.Client` makes them real."""

    def get(self, prefix: str, key: str) -> dict[str, Any]:
        """The object."""

    def patch(self, prefix: str, key: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The object after the patch."""


def read(api: Documents, profile: str, key: str) -> Any:
    """The value in the profile itself, or `ABSENT`: defaults and other profiles do not count, a `test` ignores them."""
    return value_at(api.get("profiles", profile), pointer_to("Params", key))


def swap(api: Documents, profile: str, key: str, old: Any, new: Any) -> bool:
    """Put `new` in the place of `old` (which may be `ABSENT`); False when something else is there by now.

    An answer that was lost or cannot be read is looked up. What cannot be told is whether a value that is gone again
    had been ours for a moment.
    """
    pointer = pointer_to("Params", key)
    lines = [test(pointer, old), replace(pointer, new)]
    if old is ABSENT:
        # Absence can only be tested by the whole map (RFC 6902 has no other way), and that has to be looked at.
        params = api.get("profiles", profile)["Params"]
        if key in params:
            return False
        lines = [test("/Params", params), add(pointer, new)]
    for _ in range(UNANSWERED):
        try:
            api.patch("profiles", profile, [line.to_wire() for line in lines])
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
    """Repeat an attempt that others may spoil, with jitter.

    Raises:
        Busy: others were faster every time.
    """
    for turn in range(ATTEMPTS):
        result = attempt()
        if result is not None:
            return result
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**turn)))  # noqa: S311 - jitter, not a secret
    raise Busy(f"{subject} was changed by others at each of {ATTEMPTS} attempts: try again when they are done.")
