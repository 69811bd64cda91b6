"""Repeat a write until the endpoint has taken it: pause, look, plan, send.

A write is refused when another writer was faster, and its outcome is unknown when no readable answer came. In both
cases the next request is planned from a look that is made *after* the pause: a plan from before it is already old if
machines write all the time.
"""

import random
import time
from collections.abc import Callable
from enum import Enum
from typing import Final, Literal, TypeVar

from drp_provider.errors import Busy, DrpError, Duplicate, OutcomeUnknown, PatchRejected, UnexpectedAnswer, may_pass

PATIENCE = 30.0
"""Seconds for which other writers may be faster."""
UNANSWERED = 5
"""Requests and looks in a row that may go unanswered."""
FIRST_PAUSE = 0.05
"""Seconds, doubled each time up to the longest; half of it is random, so that writers spread out."""
LONGEST_PAUSE = 2.0

Rejection = PatchRejected | OutcomeUnknown
T = TypeVar("T")
D = TypeVar("D")


class Outcome(Enum):
    """What is known of a write."""

    LANDED = "landed"
    NOT_LANDED = "not landed"


LANDED: Final = Outcome.LANDED
NOT_LANDED: Final = Outcome.NOT_LANDED
Landed = Literal[Outcome.LANDED]
NotLanded = Literal[Outcome.NOT_LANDED]


def let_send_look(_: Rejection) -> NotLanded:
    """Look at nothing, because the next `send` looks by itself."""
    return NOT_LANDED


def settle(subject: str, send: Callable[[], T], look: Callable[[Rejection], T | NotLanded] = let_send_look) -> T:
    """Return what `send` or `look` returns, as soon as one of them has a result.

    Args:
        subject: What an error calls the object.
        send: Sends one request, planned from the newest look.
        look: Reads the object and is told why. It returns the result if the request has landed; otherwise it notes
            what it saw for the next `send` and returns `NOT_LANDED`.

    Raises:
        Busy: other writers were faster for `PATIENCE` seconds.
        OutcomeUnknown: `UNANSWERED` requests were not answered readably.
    """
    pauses = _Pauses(subject)
    while True:
        try:
            return send()
        except (PatchRejected, OutcomeUnknown) as error:
            rejection = error  # raised below, outside of this block: Python would print both errors, one after another
        found = _looked(look, rejection, pauses)
        if found is not NOT_LANDED:
            return found


def delete(subject: str, send: Callable[[], object], find: Callable[[], object | None]) -> None:
    """Delete an object; if it is not known whether that landed, look, and delete again what is still there."""

    def delete_it() -> Landed:
        send()
        return LANDED

    def look(_: Rejection) -> Outcome:
        return LANDED if find() is None else NOT_LANDED

    settle(subject, delete_it, look)


def create_or_claim(
    subject: str, post: Callable[[], T], find: Callable[[], D | None], claim: Callable[[D, bool], T | NotLanded]
) -> T:
    """Create an object, or claim the one that has its key already.

    Args:
        subject: What an error calls the object.
        post: Sends the `POST`.
        find: Reads the object; None if there is none.
        claim: Is given the object that exists, and whether an earlier `POST` of this creation may have made it. It
            returns the result, raises if the object is not ours, or returns `NOT_LANDED` if it has gone meanwhile.
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
        found = look(duplicate)
        if found is NOT_LANDED:  # it was deleted meanwhile: pause, and send again
            raise PatchRejected(str(duplicate), code=duplicate.code, model=duplicate.model, key=duplicate.key)
        return found

    def look(_: Rejection | Duplicate) -> T | NotLanded:
        live = find()
        return NOT_LANDED if live is None else claim(live, is_lost)

    return settle(subject, send, look)


def _looked(look: Callable[[Rejection], T | NotLanded], error: Rejection, pauses: "_Pauses") -> T | NotLanded:
    """Look; if a write may have landed, ask an endpoint that is away for a moment again."""
    while True:
        pauses.wait(error)
        try:
            return look(error)
        except DrpError as away:
            passes = may_pass(away) or isinstance(away, UnexpectedAnswer)
            if not passes or isinstance(error, PatchRejected):
                raise


class _Pauses:
    """Growing pauses, and the limits after which the error is raised instead."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._deadline = time.monotonic() + PATIENCE
        self._pause = FIRST_PAUSE
        self._unanswered = 0

    def wait(self, error: Rejection) -> None:
        if isinstance(error, OutcomeUnknown):
            self._unanswered += 1
            if self._unanswered >= UNANSWERED:
                raise error
        else:
            self._unanswered = 0
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
