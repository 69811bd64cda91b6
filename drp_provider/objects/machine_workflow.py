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
        final_workflows: Names of the workflows that tasks of this one set at its end. They count as it does; any other
            workflow that a refresh finds is drift.
        restart: Any text; changing it runs the workflow again from its start, by two requests. In a cluster pass the
            `generation` of its profile.
        position: The `position` output of the assignment of the cluster that the workflow is for. The patch that
            starts the workflow then also writes `restart` into the machine's Meta, under `pulumi-run/<profile>`: a
            machine without this very mark has not begun this run, and is started even if it has run the workflow
            elsewhere. A machine that carries another cluster first, named by the same param, is refused: its scripts
            would work in that one.
        adopted_machines: The `adopted_machines` output of the cluster profile: machines that have this workflow and
            were in the cluster before the program adopted it are marked, and not started again.
        restart_on_drift: True runs the workflow again if a refresh has found another one, or none, on the machine.
            Otherwise such an update is refused, since it may reinstall a machine that is in use.
        drain_workflow: A workflow that the machine runs, and completes, when the resource goes; it still carries its
            profiles then. If it fails, the resource stays.
        drain_timeout: Seconds for that (600).
        force: `["workflow"]` replaces whatever workflow the machine is in, after a conflict was looked at.
        opts: Pulumi's resource options; `retain_on_delete` leaves the machine in its workflow.

    The output `start_count` counts how often the program has started the workflow: a preview shows another number
    exactly if the workflow runs again. What waits for it takes it as `trigger`.

    Creation takes over a machine that has no workflow, has this one (which is not started again), or is through with
    another; one in the middle of another is a conflict. When the resource goes, the workflow is cleared if it is still
    the one that was set. Errors name an unknown machine, a missing or unavailable workflow, and a locked machine.
    """

    machine: Output[str]
    workflow: Output[str]
    runnable: Output[bool | None]
    restart: Output[str | None]
    position: Output[dict[str, Any] | None]
    machine_uuid: Output[str]
    machine_name: Output[str]
    start_count: Output[int]

    def __init__(
        self,
        resource_name: str,
        *,
        machine: Input[str],
        workflow: Input[str],
        runnable: Input[bool] | None = None,
        restart: Input[str] | None = None,
        final_workflows: Input[Sequence[str]] | None = None,
        position: Input[Mapping[str, Any]] | None = None,
        adopted_machines: Input[Sequence[str]] | None = None,
        restart_on_drift: Input[bool] | None = None,
        drain_workflow: Input[str] | None = None,
        drain_timeout: float | None = None,
        force: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "machine": machine,
            "workflow": workflow,
            "runnable": runnable,
            "restart": restart,
            "final_workflows": final_workflows,
            "position": position,
            "adopted_machines": adopted_machines,
            "restart_on_drift": restart_on_drift,
            "drain_workflow": drain_workflow,
            "drain_timeout": drain_timeout,
            "force": force,
        }
        super().__init__(resource_name, inputs, opts, facts=["machine_uuid", "machine_name", "start_count"])
