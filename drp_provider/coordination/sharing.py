"""Publish data for other machines and for operators, in the params of the cluster profile."""

from typing import Any

from drp_provider.api.interface import Api
from drp_provider.coordination.entries import index_of
from drp_provider.coordination.params import read, swap, until_done
from drp_provider.patch.values import ABSENT, same


def publish(api: Api, profile: str, key: str, value: Any) -> None:
    """Set a param, and replace any earlier value.

    Guarantee: other params are unchanged, also those that other machines write at the same moment.
    """

    def attempt() -> bool | None:
        found = read(api, profile, key)
        return same(found, value) or swap(api, profile, key, found, value) or None

    until_done(f"Param {key} of profile {profile!r}", attempt)


def append(api: Api, profile: str, key: str, entry: Any) -> int:
    """Add an entry to a list and return its index; a machine that has an entry keeps it, as with `join`.

    Guarantee: no entry of another machine is lost. A param that is absent counts as an empty list.
    """

    def attempt() -> int | None:
        found = read(api, profile, key)
        entries = [] if found is ABSENT or found is None else list(found)
        index = index_of(entries, entry)
        if index is not None:
            return index
        return len(entries) if swap(api, profile, key, found, [*entries, entry]) else None

    return until_done(f"List {key} of profile {profile!r}", attempt)
