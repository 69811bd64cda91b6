"""Release owned fields: restore earlier values, or remove them; skip fields that other clients have changed."""

from collections.abc import Mapping
from typing import Any

from drp_provider.api.interface import Api
from drp_provider.engine.retry import LANDED, NOT_LANDED, Landed, NotLanded, Rejection, settle
from drp_provider.errors import NotFound
from drp_provider.patch.operation import Plan, remove, replace, test, to_wire
from drp_provider.patch.pointer import value_at
from drp_provider.patch.values import ABSENT, same


def release(
    api: Api, subject: str, address: tuple[str, str], mine: Mapping[str, Any], earlier: Mapping[str, Any] | None = None
) -> None:
    """Restore the earlier values of owned fields with one guarded `PATCH`; skip fields that others changed.

    Args:
        api: The endpoint.
        subject: The name of the object in errors.
        address: The object by prefix and key. If it is gone, the fields count as released.
        mine: The values that this program wrote, by pointer.
        earlier: Their values before this program, by pointer; a field without one is removed.

    Raises:
        Busy: other clients changed the object at each attempt.
    """
    left, before = dict(mine), earlier or {}

    def send() -> Landed:
        lines = [line for p, value in sorted(left.items()) for line in _restore(p, value, before.get(p, ABSENT))]
        if lines:
            api.patch(*address, to_wire(lines))
        return LANDED

    def recheck(_: Rejection) -> NotLanded:
        live = api.find(*address)
        for pointer in [p for p, value in left.items() if live is None or not same(value_at(live, p), value)]:
            del left[pointer]
        return NOT_LANDED

    try:
        settle(subject, send, recheck)
    except NotFound:
        return


def _restore(pointer: str, ours: Any, earlier: Any) -> Plan:
    return (test(pointer, ours), remove(pointer) if earlier is ABSENT else replace(pointer, earlier))
