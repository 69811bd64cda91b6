"""What `force` overwrites of others: remembered, so that it can be given back."""

from collections.abc import Mapping
from typing import Any

from drp_provider.errors import ReplyLost
from drp_provider.patch.planner import Change
from drp_provider.patch.pointer import value_at
from drp_provider.patch.values import ABSENT, same


class Displaced:
    """The last value of somebody else at each leaf that was overwritten."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.values = dict(known)
        self._sent: dict[str, Any] = {}
        self._wanted: Mapping[str, Any] = {}

    def sending(self, change: Change, seen: Mapping[str, Any] | None) -> None:
        """A patch goes out, planned from what was seen. One that was planned blindly overwrites only what is ours."""
        self._wanted = change.wanted
        self._sent = {}
        for pointer in change.force & {*change.wanted} if seen is not None else ():
            live, ours = value_at(seen, pointer), change.reviewed.get(pointer, ABSENT)
            if live is not ABSENT and not same(live, ours) and not same(live, change.wanted[pointer]):
                self._sent[pointer] = live

    def answered(self, result: object, seen: Mapping[str, Any] | None) -> None:
        """True: the patch landed. None: it was refused whole. A lost reply: what landed is what a look has found."""
        lost = isinstance(result, ReplyLost)
        for pointer, value in self._sent.items():
            if result is True or (lost and same(value_at(seen, pointer), self._wanted[pointer])):
                self.values[pointer] = value
