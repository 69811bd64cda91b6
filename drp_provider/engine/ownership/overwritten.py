"""Other clients' values that `force` overwrites, recorded so that they can be restored."""

from collections.abc import Mapping
from typing import Any

from drp_provider.patch.planner import Change
from drp_provider.patch.pointer import value_at
from drp_provider.patch.values import ABSENT, same


class Overwritten:
    """The last value of another writer at each field that was overwritten."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.values = dict(known)
        self.preset: set[str] = set()
        """Pointers that had the wanted value before the first patch: an interrupted run may have overwritten them."""
        self._is_under_way = False
        self._sent: dict[str, Any] = {}
        self._wanted: Mapping[str, Any] = {}

    def sending(self, change: Change, seen: Mapping[str, Any] | None) -> None:
        """Record what the next patch overwrites. A patch that was planned without a read overwrites only our values."""
        self._wanted = change.wanted
        self._sent = {}
        if seen is not None and not self._is_under_way:
            self.preset = {p for p in change.force & {*change.wanted} if _may_have_landed(change, seen, p)}
        self._is_under_way = True
        for pointer in change.force & {*change.wanted} if seen is not None else ():
            live, ours = value_at(seen, pointer), change.reviewed.get(pointer, ABSENT)
            if live is not ABSENT and not same(live, ours) and not same(live, change.wanted[pointer]):
                self._sent[pointer] = live

    def landed(self) -> None:
        """Record that the patch was applied."""
        self.values.update(self._sent)

    def rechecked(self, seen: Mapping[str, Any]) -> None:
        """Record the values that a patch without a readable response has overwritten."""
        for pointer, value in self._sent.items():
            if same(value_at(seen, pointer), self._wanted[pointer]):
                self.values[pointer] = value

    @property
    def unconfirmed(self) -> dict[str, Any]:
        """Return the values that the last patch overwrites if it was applied."""
        return dict(self._sent)


def _may_have_landed(change: Change, seen: Mapping[str, Any], pointer: str) -> bool:
    live = value_at(seen, pointer)
    return same(live, change.wanted[pointer]) and not same(live, change.reviewed.get(pointer, ABSENT))
