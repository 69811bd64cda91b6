"""Bring one object from the reviewed values to the wanted ones, despite failed requests and other writers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drp_provider.api.interface import Api, Document
from drp_provider.engine.ownership.conflicts import conflict_report
from drp_provider.engine.ownership.fields import OWNER_POINTER, RUN_POINTER
from drp_provider.engine.ownership.labels import label_of, masker
from drp_provider.engine.ownership.overwritten import Overwritten
from drp_provider.engine.retry import LANDED, NOT_LANDED, Landed, NotLanded, Rejection, settle
from drp_provider.errors import DrpError, NotFound, OutcomeUnknown
from drp_provider.patch.operation import Plan, to_wire
from drp_provider.patch.planner import Change, Clashes, has_landed, plan
from drp_provider.patch.pointer import value_at
from drp_provider.patch.values import ABSENT, same

_MARKS = frozenset({OWNER_POINTER, RUN_POINTER})


@dataclass(frozen=True)
class Target:
    """The object to change, and its name in errors."""

    prefix: str
    key: str
    subject: str
    secret_keys: Collection[str] = field(default_factory=frozenset)
    adopting: bool = False
    """Whether the object has no reviewed values yet, so that a conflict is with its earlier values."""


def look_up(api: Api, target: Target) -> Document:
    """Return the live object.

    Raises:
        NotFound: the object is gone.
    """
    document = api.find(target.prefix, target.key)
    if document is None:
        raise NotFound(f"{target.prefix}/{target.key} is gone", code=404, model=target.prefix, key=target.key)
    return document


def converge(
    api: Api,
    target: Target,
    change: Change,
    *,
    live: Document | None = None,
    overwritten: Overwritten | None = None,
) -> None:
    """Send the change as one guarded patch; after a failure, read the object and plan again.

    Args:
        api: The endpoint.
        target: The object.
        change: The change from reviewed to wanted values.
        live: The object, if the caller has just read it; otherwise it is read only if the change needs it.
        overwritten: Records other clients' values that `force` overwrites.

    Raises:
        Busy: other writers were faster each time.
        Conflict: a key to change has neither the reviewed nor the wanted value.
        NotFound: the object is gone.
        OutcomeUnknown: neither the write nor a later read had a readable response.
    """
    _Convergence(api, target, change, live, overwritten or Overwritten({})).run()


def reset_is_pending(api: Api, target: Target, change: Change) -> bool:
    """Return whether the reset in a change has not been carried out yet; raise Conflict unless the change applies."""
    live = look_up(api, target)
    convergence = _Convergence(api, target, change, live, Overwritten({}))
    if convergence.run_has_begun(live):
        return False
    convergence.plan()
    return True


class _Convergence:
    """The requests of one change."""

    def __init__(
        self, api: Api, target: Target, change: Change, live: Document | None, overwritten: Overwritten
    ) -> None:
        self._api = api
        self._target = target
        self._change = change
        self._seen = live
        self._overwritten = overwritten
        self._lines: Plan = ()
        self._is_unsettled = False
        """Whether the last patch may have landed, and the object has not been read since."""
        self._may_land_late = False
        """Whether a patch had no response: it may land at any time, and make a later one fail."""

    def run(self) -> None:
        try:
            settle(self._target.subject, self._send, self._recheck)
        except DrpError as error:
            before = self._overwritten.unconfirmed if self._is_unsettled else {}
            if not before:
                raise
            last = str(error)
        else:
            return
        raise OutcomeUnknown(f"{last} {self._earlier_values(before)}")

    def plan(self) -> Plan:
        """Return the operations for the object as last read."""
        try:
            return plan(self._with_missing_marks(), self._seen)
        except Clashes as found:
            clashes = found
        target = self._target
        raise conflict_report(target.subject, clashes, target.secret_keys, adopting=target.adopting)

    def _send(self) -> Landed:
        if self._seen is None and self._change.needs_live():
            self._seen = look_up(self._api, self._target)
        if self._change.resets and self._seen is not None and self.run_has_begun(self._seen):
            self._change = _without_reset(self._change)
        self._lines = self.plan()
        self._overwritten.sending(self._change, self._seen)
        if self._lines:
            self._patch()
        self._overwritten.landed()
        return LANDED

    def _patch(self) -> None:
        try:
            self._api.patch(self._target.prefix, self._target.key, to_wire(self._lines))
        except OutcomeUnknown:
            self._is_unsettled = self._may_land_late = True
            raise

    def _recheck(self, error: Rejection) -> NotLanded:
        self._seen = look_up(self._api, self._target)
        self._is_unsettled = False
        if self._may_land_late:
            self._overwritten.rechecked(self._seen)
        is_unmarked = self._change.resets and RUN_POINTER not in self._change.wanted
        if isinstance(error, OutcomeUnknown) and is_unmarked and has_landed(self._lines, self._seen):
            self._change = _without_reset(self._change)
        return NOT_LANDED

    def run_has_begun(self, seen: Document) -> bool:
        """Return whether the reset has been carried out: it changes the run mark in the same patch."""
        run = self._change.wanted.get(RUN_POINTER, ABSENT)
        return run is not ABSENT and same(value_at(seen, RUN_POINTER), run)

    def _with_missing_marks(self) -> Change:
        """Return the change, with force for missing marks: no refresh would show that they are missing."""
        change = self._change
        missing = {p for p in _MARKS if self._seen is not None and value_at(self._seen, p) is ABSENT}
        return replace(change, force=change.force | missing)

    def _earlier_values(self, before: Mapping[str, Any]) -> str:
        return f"Before that write, {in_words(before, self._target)}: if it was applied, only this line records that."


def in_words(before: Mapping[str, Any], target: Target) -> str:
    """Return the earlier values of some fields as text, with secrets masked."""
    show = masker(target.secret_keys)
    return ", ".join(f"{label_of(pointer)} was {show(pointer, value)}" for pointer, value in before.items())


def _without_reset(change: Change) -> Change:
    """Return the change without its reset, since a second one would undo what machines wrote after the first."""
    return replace(change, initial={}, resets=frozenset())
