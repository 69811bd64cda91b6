"""MachineAssignment: one profile in the list of one machine (DRP `models/machine.go`, field Profiles)."""

from typing import ClassVar

from drp_provider.models.base import Held
from drp_provider.models.fields import Machine, Name


class Entry(Held):
    """One entry in a list field of an object that somebody else made."""

    list_field: ClassVar[str]
    """The DRP field that is the list."""
    item: ClassVar[str]
    """The input that is the entry."""
    item_noun: ClassVar[str]
    """What a message calls an entry."""


class MachineAssignment(Entry):
    """A machine carries a profile."""

    noun = "machine assignment"
    prefix = "machines"
    identity = ("machine", "profile")
    list_field = "Profiles"
    holder = "machine"
    item = "profile"
    item_noun = "profile"

    machine: Machine
    profile: Name
