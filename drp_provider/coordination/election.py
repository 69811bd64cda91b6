"""One leader, or several, by compare-and-set on a param of the cluster profile."""

from typing import Any

from drp_provider.coordination.entries import place_of
from drp_provider.coordination.params import Documents, read, swap, until_done
from drp_provider.errors import DrpError
from drp_provider.patch.values import ABSENT, same

SEED = "none"
"""What a param holds while nobody has been elected, or nothing published. It must stand in the profile itself."""


class NotInitialized(DrpError):
    """The param is not in the profile, so nothing can be compared."""


def compare_and_set(api: Documents, profile: str, key: str, old: Any, new: Any) -> bool:
    """Replace a param's value if it is still `old`.

    Guarantee: of any number of machines that try with one `old`, exactly one gets True (the endpoint applies a patch as
    one transaction). The profile is otherwise untouched.
    """
    return swap(api, profile, key, old, new)


def elect(api: Documents, profile: str, key: str, me: str, *, seed: str = SEED) -> str:
    """Stand for leader, and return who it is, perhaps `me`.

    Guarantee: every machine gets the same answer until the param is put back to its seed. Whoever calls again after
    having been elected, or after a reboot, gets the same answer too.

    Raises:
        NotInitialized: the param is not in the profile.
    """

    def attempt() -> str | None:
        if swap(api, profile, key, seed, me):
            return me
        found = read(api, profile, key)
        if found is ABSENT:
            raise NotInitialized(f"Param {key} is not in profile {profile!r}: seed it with {seed!r} (runtime_params).")
        return None if same(found, seed) else str(found)

    return until_done(f"Param {key} of profile {profile!r}", attempt)


def join(api: Documents, profile: str, key: str, entry: Any, count: int) -> int | None:
    """Add an entry to a list until it has `count` entries; the place of ours, or None when others were faster.

    Guarantee: the list never gets longer than `count`, and a machine that has an entry in it keeps that and its place,
    whatever else the new one says. The machine is the entry's member `Uuid`, or the entry itself where it is a text;
    entries without are compared whole. A param that is absent counts as an empty list.
    """

    def attempt() -> tuple[int | None] | None:
        found = read(api, profile, key)
        entries = [] if found is ABSENT or found is None else list(found)
        place = place_of(entries, entry)
        if place is not None:
            return (place,)
        if len(entries) >= count:
            return (None,)
        return (len(entries),) if swap(api, profile, key, found, [*entries, entry]) else None

    return until_done(f"List {key} of profile {profile!r}", attempt)[0]
