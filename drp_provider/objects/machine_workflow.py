"""MachineWorkflow: a machine goes through a workflow."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource


class MachineWorkflow(DrpResource, model="machine_workflow:MachineWorkflow"):
    """The workflow of one machine (`Machine.Workflow`). It is set and not waited for.

    Args:
        resource_name: Pulumi's name of the resource.
        machine: Name or uuid of the machine. Another one replaces the resource, never the machine.
        workflow: Name of the workflow. Another one starts it in the place of the one that was reviewed.
        runnable: True starts a stopped machine too (`Runnable`), in the same patch. Anything else leaves that alone,
            and it is not read again: machines stop themselves.
        restart: Any text; changing it runs the workflow again from its start, by two requests.
        place: The `place` output of the assignment of the cluster that the workflow is for. A machine that is new to
            the cluster runs the workflow even if it has run it elsewhere; one that carries another cluster first, named
            by the same param, is refused, since its scripts would work in that one.
        force: `["workflow"]` replaces whatever workflow the machine is in, after a conflict was looked at.
        opts: Pulumi's resource options; `retain_on_delete` leaves the machine in its workflow.

    Creation takes over a machine that has no workflow, has this one (which is not started again), or is through with
    another; one in the middle of another is a conflict. When the resource goes, the workflow is cleared if it is still
    the one that was set. Errors name an unknown machine, a missing or unavailable workflow, and a locked machine.
    """

    machine: Output[str]
    workflow: Output[str]
    runnable: Output[bool | None]
    restart: Output[str | None]
    place: Output[dict[str, Any] | None]
    machine_uuid: Output[str]
    machine_name: Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        machine: Input[str],
        workflow: Input[str],
        runnable: Input[bool] | None = None,
        restart: Input[str] | None = None,
        place: Input[Mapping[str, Any]] | None = None,
        force: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "machine": machine,
            "workflow": workflow,
            "runnable": runnable,
            "restart": restart,
            "place": place,
            "force": force,
        }
        super().__init__(resource_name, inputs, opts, facts=["machine_uuid", "machine_name"])
