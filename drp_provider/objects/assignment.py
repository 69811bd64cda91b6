"""MachineAssignment: a machine carries a profile."""

from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource


class MachineAssignment(DrpResource, model="assignment:MachineAssignment"):
    """One profile in the list of one machine (`Machine.Profiles`); the rest of the list, and its order, stay.

    Args:
        resource_name: Pulumi's name of the resource.
        machine: Name or uuid of the machine. Another one replaces the assignment, never the machine.
        profile: Name of the profile, best the `name` output of the resource that makes it.
        opts: Pulumi's resource options; `retain_on_delete` keeps the entry when the resource goes.

    The output `position` says which profiles come first in the list (`behind`). A `MachineWorkflow` takes it.

    When the resource goes, the same patch takes the cluster's run mark off the machine, and puts its icon and colour
    back if they are still as the cluster pattern's scripts left them.

    Creation fails, with the machine as it was, when the machine or the profile does not exist.
    """

    machine: Output[str]
    profile: Output[str]
    machine_uuid: Output[str]
    machine_name: Output[str]
    position: Output[dict[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        machine: Input[str],
        profile: Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"machine": machine, "profile": profile}
        super().__init__(resource_name, inputs, opts, facts=["machine_uuid", "machine_name", "position"])
