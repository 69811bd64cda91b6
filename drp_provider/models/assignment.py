"""MachineAssignment: one profile in the list of one machine (DRP `models/machine.go`, field Profiles)."""

from typing import ClassVar

from drp_provider.models.base import MachineInputs
from drp_provider.models.fields import Name


class MachineAssignment(MachineInputs):
    """A profile in the list of a machine."""

    noun = "machine assignment"
    identity: ClassVar[tuple[str, ...]] = ("machine", "profile")

    profile: Name
