"""One leader, or several, by compare-and-set on a param of the cluster profile."""

from typing import Any

from drp_provider.api.interface import Api
from drp_provider.coordination.entries import index_of
from drp_provider.coordination.params import read, swap, until_done
from drp_provider.errors import DrpError
from drp_provider.patch.values import ABSENT, same

UNSET = "none"
"""The value of a param before an election or a publication. The profile itself must hold it."""


class NotInitialized(DrpError):
    """The param is not in the profile, so its value cannot be compared."""


def compare_and_set(api: Api, profile: str, key: str, old: Any, new: Any) -> bool:
    """Replace a param's value if it is still `old`.

    Guarantee: of any number of machines that try with one `old`, exactly one gets True (the endpoint applies a patch as
    one transaction). The rest of the profile is unchanged.
    """
    return swap(api, profile, key, old, new)


def elect(api: Api, profile: str, key: str, me: str, *, initial: str = UNSET) -> str:
    """Run for leader; return the leader, which may be `me`.

    Guarantee: every machine gets the same leader until the param is reset to its initial value, also if it calls again
    after its election or after a reboot.

    Raises:
        NotInitialized: the param is not in the profile.
    """

    def attempt() -> str | None:
        if swap(api, profile, key, initial, me):
            return me
        found = read(api, profile, key)
        if found is ABSENT:
            raise NotInitialized(
                f"Param {key} is not in profile {profile!r}: add it to runtime_params with the value {initial!r}."
            )
        return None if same(found, initial) else str(found)

    return until_done(f"Param {key} of profile {profile!r}", attempt)


def join(api: Api, profile: str, key: str, entry: Any, count: int) -> int | None:
    """Add an entry to a list until it has `count` entries; return its index, or None if the list is full.

    Guarantee: the list never gets longer than `count`, and a machine that has an entry in it keeps
    that entry and its index. The machine is the entry's member `Uuid`, or the entry itself if it is a text; entries
    without a machine are compared whole. A param that is absent counts as an empty list.
    """

    def attempt() -> tuple[int | None] | None:
        found = read(api, profile, key)
        entries = [] if found is ABSENT or found is None else list(found)
        index = index_of(entries, entry)
        if index is not None:
            return (index,)
        if len(entries) >= count:
            return (None,)
        return (len(entries),) if swap(api, profile, key, found, [*entries, entry]) else None

    return until_done(f"List {key} of profile {profile!r}", attempt)[0]
