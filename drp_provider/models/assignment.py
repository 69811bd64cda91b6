"""MachineAssignment: one profile in the list of one machine (DRP `models/machine.go`, field Profiles)."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, StrictStr

from drp_provider.models.base import Declaration, Inputs
from drp_provider.models.fields import UUID, Name


def _check_machine(machine: str) -> str:
    if not machine.strip() or "/" in machine:
        raise ValueError(f"{machine!r} is neither the name nor the uuid of a machine")
    return machine


class Entry(Declaration):
    """One entry in a list field of an object that somebody else made."""

    list_field: ClassVar[str]
    """The DRP field that is the list."""
    holder: ClassVar[str]
    """The input that names the object."""
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

    machine: Annotated[StrictStr, AfterValidator(_check_machine)]
    profile: Name

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """DRP's uuids are lower case."""
        machine = inputs.get("machine")
        if isinstance(machine, str) and UUID.fullmatch(machine):
            return {**inputs, "machine": machine.lower()}
        return inputs
