"""Repeat a write until the endpoint has taken it: pause, look, plan, send.

A write is refused when another writer was faster, and its outcome is unknown when no readable answer came. In both
cases the next request is planned from a look that is made *after* the pause: a plan from before it is already old
where machines write all the time.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from drp_provider.errors import Busy, DrpError, OutcomeUnknown, PatchRejected, UnexpectedAnswer, may_pass

PATIENCE = 30.0
"""Seconds for which other writers may be faster."""
UNANSWERED = 5
"""Requests and looks in a row that may go unanswered."""
FIRST_PAUSE = 0.05
"""Seconds, doubled each time up to the longest; half of it is random, so that writers spread out."""
LONGEST_PAUSE = 2.0

Rejection = PatchRejected | OutcomeUnknown
T = TypeVar("T")


def settle(subject: str, send: Callable[[], T], look: Callable[[Rejection], T | None]) -> T:
    """Return what `send` or `look` returns, as soon as one of them does.

    Args:
        subject: What an error calls the object.
        send: Sends one request, planned from the newest look.
        look: Reads the object and is told why. It returns the result if the request has landed; otherwise it notes
            what it saw for the next `send` and returns None.

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
        if found is not None:
            return found


def _looked(look: Callable[[Rejection], T | None], error: Rejection, pauses: "_Pauses") -> T | None:
    """Look; where a write may have landed, an endpoint that is away for a moment is asked again."""
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
