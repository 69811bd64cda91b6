"""MachineAssignment: a machine carries a profile."""

from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource


class MachineAssignment(DrpResource, model="assignment:MachineAssignment"):
    """One profile in the list of one machine (`Profiles`); the other profiles and their order do not change.

    A destroy also removes the machine's mark of the cluster's run, and restores its icon and colour if they are still
    those that the scripts of the cluster pattern set.

    Creation fails, and changes nothing, if the machine or the profile does not exist.

    The outputs are `machine_uuid` and `machine_name`.
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
        """Assign a profile to a machine.

        Args:
            resource_name: Pulumi's name of the resource.
            machine: Name or uuid of the machine. Another machine replaces the resource, never the machine.
            profile: Name of the profile, best the `name` output of its resource. Another name replaces the assignment.
            opts: Pulumi's resource options. With `retain_on_delete`, a destroy keeps the profile on the machine.
        """
        inputs = {"machine": machine, "profile": profile}
        facts = ["machine_uuid", "machine_name", "position"]
        super().__init__(resource_name, inputs, opts, facts=facts, hidden=["position"])
