"""Repeat a write until the endpoint has applied it: pause, read, plan, send.

The endpoint rejects a write if another writer was faster. The outcome is unknown if no readable response came. In both
cases the next request is planned from the object as it is *after* the pause, because a plan from before the pause is
out of date if machines write all the time.
"""

import random
import time
from collections.abc import Callable
from enum import Enum
from typing import Final, Literal, TypeVar

from drp_provider.errors import Busy, DrpError, Duplicate, OutcomeUnknown, PatchRejected, UnexpectedAnswer, may_pass

PATIENCE = 30.0
"""Seconds during which other writers may be faster."""
UNREADABLE = 5
"""Writes in a row that may have no readable response."""
FIRST_PAUSE = 0.05
"""Seconds, doubled each time up to the longest; half of it is random, to spread the writers."""
LONGEST_PAUSE = 2.0

Rejection = PatchRejected | OutcomeUnknown
T = TypeVar("T")
D = TypeVar("D")


class Outcome(Enum):
    """The known result of a write."""

    LANDED = "landed"
    NOT_LANDED = "not landed"


LANDED: Final = Outcome.LANDED
NOT_LANDED: Final = Outcome.NOT_LANDED
Landed = Literal[Outcome.LANDED]
NotLanded = Literal[Outcome.NOT_LANDED]


def leave_reading_to_send(_: Rejection) -> NotLanded:
    """Return NOT_LANDED without a read, because `send` reads the object itself."""
    return NOT_LANDED


def settle(
    subject: str, send: Callable[[], T], recheck: Callable[[Rejection], T | NotLanded] = leave_reading_to_send
) -> T:
    """Return the result of `send` or `recheck`, as soon as one of them has a result.

    Args:
        subject: The name of the object in errors.
        send: Sends one request, planned from the object that `recheck` read last.
        recheck: Reads the object after the given rejection. It returns the result if the request has landed.
            Otherwise it keeps the object for the next `send` and returns `NOT_LANDED`.

    Raises:
        Busy: other writers were faster for `PATIENCE` seconds.
        OutcomeUnknown: `UNREADABLE` requests had no readable response.
    """
    pauses = _Pauses(subject)
    while True:
        try:
            return send()
        except (PatchRejected, OutcomeUnknown) as error:
            rejection = error  # raised below, outside of this block, so that Python does not chain the errors
        found = _read_after_pause(recheck, rejection, pauses)
        if found is not NOT_LANDED:
            return found


def delete(subject: str, send: Callable[[], object], find: Callable[[], object | None]) -> None:
    """Delete an object; if the outcome is unknown, read it, and delete it again if it still exists."""

    def delete_it() -> Landed:
        send()
        return LANDED

    def recheck(_: Rejection) -> Outcome:
        return LANDED if find() is None else NOT_LANDED

    settle(subject, delete_it, recheck)


def create_or_claim(
    subject: str, post: Callable[[], T], find: Callable[[], D | None], claim: Callable[[D, bool], T | NotLanded]
) -> T:
    """Create an object, or claim an existing object with its key.

    Args:
        subject: The name of the object in errors.
        post: Sends the `POST`.
        find: Reads the object; returns None if it does not exist.
        claim: Takes the existing object, and whether an earlier `POST` of this creation may have created it. It returns
            the result, raises if the object is not ours, or returns `NOT_LANDED` if it has been deleted meanwhile.
    """
    is_lost = False

    def send() -> T:
        nonlocal is_lost
        try:
            return post()
        except Duplicate as error:
            duplicate = error
        except OutcomeUnknown:
            is_lost = True
            raise
        found = recheck(duplicate)
        if found is NOT_LANDED:  # another client deleted it: pause, and send again
            raise PatchRejected(str(duplicate), code=duplicate.code, model=duplicate.model, key=duplicate.key)
        return found

    def recheck(_: Rejection | Duplicate) -> T | NotLanded:
        live = find()
        return NOT_LANDED if live is None else claim(live, is_lost)

    return settle(subject, send, recheck)


def _read_after_pause(
    recheck: Callable[[Rejection], T | NotLanded], error: Rejection, pauses: "_Pauses"
) -> T | NotLanded:
    """Call `recheck`; if a write may have landed, repeat it while the endpoint is away."""
    while True:
        pauses.wait(error)
        try:
            return recheck(error)
        except DrpError as failure:
            is_temporary = may_pass(failure) or isinstance(failure, UnexpectedAnswer)
            if not is_temporary or isinstance(error, PatchRejected):
                raise


class _Pauses:
    """Growing pauses, and the limits after which an error is raised."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._deadline = time.monotonic() + PATIENCE
        self._pause = FIRST_PAUSE
        self._unreadable = 0

    def wait(self, error: Rejection) -> None:
        if isinstance(error, OutcomeUnknown):
            self._unreadable += 1
            if self._unreadable >= UNREADABLE:
                raise error
        else:
            self._unreadable = 0
        pause = random.uniform(self._pause / 2, self._pause)  # noqa: S311 - jitter, not a secret
        pause = max(pause, (isinstance(error, OutcomeUnknown) and error.retry_after) or 0.0)
        if time.monotonic() + pause > self._deadline:
            raise error if isinstance(error, OutcomeUnknown) else self._busy()
        time.sleep(pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _busy(self) -> Busy:
        return Busy(
            f"{self._subject} was changed by other writers at every attempt for {PATIENCE:g} s, so nothing was "
            "changed: run `pulumi up` again when they write less often."
        )
