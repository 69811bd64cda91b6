"""MachineWorkflow: a machine runs a workflow."""

from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.inputs import SequenceNotStr
from drp_provider.engine.resource import DrpResource
from drp_provider.objects.assignment import MachineAssignment
from drp_provider.objects.cluster_profile import ClusterProfile


class MachineWorkflow(DrpResource, model="machine_workflow:MachineWorkflow"):
    """The workflow of one machine (`Workflow`). It is set, and not waited for: a `ClusterReady` waits.

    Creation takes over a machine that has no workflow, has this one (which is not started again), or has completed
    another one. A machine in the middle of another workflow is a conflict. A destroy clears the workflow unless
    another client has changed it.

    The outputs are `machine_uuid`, `machine_name` and `start_count`: how often the program has started the workflow.
    A preview shows a new `start_count` exactly if the workflow runs again.
    """

    machine: Output[str]
    workflow: Output[str]
    runnable: Output[bool | None]
    restart: Output[str | None]
    machine_uuid: Output[str]
    machine_name: Output[str]
    start_count: Output[int]

    def __init__(
        self,
        resource_name: str,
        *,
        machine: Input[str],
        workflow: Input[str],
        cluster: ClusterProfile | None = None,
        assignment: MachineAssignment | None = None,
        runnable: Input[bool] | None = None,
        final_workflows: Input[SequenceNotStr[str]] | None = None,
        restart: Input[str] | None = None,
        restart_on_drift: Input[bool] | None = None,
        drain_workflow: Input[str] | None = None,
        drain_timeout: float | None = None,
        force: SequenceNotStr[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Set the workflow of a machine.

        Args:
            resource_name: Pulumi's name of the resource.
            machine: Name or uuid of the machine. Another machine replaces the resource, never the machine.
            workflow: Name of the workflow. Another name starts that workflow.
            cluster: The `drp.ClusterProfile` of the machines. The workflow then runs once in each run of the cluster,
                also on a machine that has completed it elsewhere. It needs `assignment`. Default: none.
            assignment: The `drp.MachineAssignment` that puts the machine into `cluster`. If another cluster comes first
                on the machine, creation is refused, since the scripts would work in that one. Default: none.
            runnable: True also starts a stopped machine (`Runnable`), in the same patch. Default: not changed, and not
                compared, since machines stop themselves.
            final_workflows: Names of the workflows that tasks of `workflow` set at its end. They count as `workflow`;
                any other workflow that a refresh finds is drift. Default: none.
            restart: Any text; if it changes, the workflow runs again from its start. Not with `cluster`, whose `reset`
                does it. Default: none.
            restart_on_drift: True runs the workflow again if a refresh has found another one, or none, on the machine.
                Otherwise such an update is refused, since it may reinstall a machine that is in use. Default: False.
            drain_workflow: Name of a workflow that the machine runs and completes, with its profiles, before a destroy
                goes on. If it fails, the resource stays. Default: none.
            drain_timeout: Seconds for that on one machine. Default: 600.
            force: `["workflow"]` replaces the workflow that the machine is in the middle of. Default: none.
            opts: Pulumi's resource options. With `retain_on_delete`, a destroy keeps the workflow on the machine.
        """
        inputs = {
            "machine": machine,
            "workflow": workflow,
            "runnable": runnable,
            "restart": restart,
            "final_workflows": final_workflows,
            "position": None,
            "adopted_machines": None,
            "restart_on_drift": restart_on_drift,
            "drain_workflow": drain_workflow,
            "drain_timeout": drain_timeout,
            "force": force,
            **_membership(cluster, assignment, restart),
        }
        hidden = ["position", "adopted_machines", *(["restart"] if cluster else [])]
        super().__init__(
            resource_name, inputs, opts, facts=["machine_uuid", "machine_name", "start_count"], hidden=hidden
        )
        self.assignment = assignment
        """The assignment that was given, for a `ClusterReady`. It is not a Pulumi output."""


def _membership(
    cluster: ClusterProfile | None, assignment: MachineAssignment | None, restart: Input[str] | None
) -> dict[str, Any]:
    """Return the inputs that follow from the cluster.

    Raises:
        TypeError: one of `cluster` and `assignment` is missing, or is another resource, or `restart` is given too.
    """
    if cluster is None and assignment is None:
        return {}
    if not isinstance(cluster, ClusterProfile) or not isinstance(assignment, MachineAssignment):
        raise TypeError(
            "MachineWorkflow() takes both a drp.ClusterProfile as cluster and a drp.MachineAssignment as "
            "assignment, or neither"
        )
    if restart is not None:
        raise TypeError("MachineWorkflow() takes restart or cluster, not both: change the cluster's reset instead")
    return {
        "restart": cluster.run,
        "position": assignment.position,
        "adopted_machines": cluster.adopted_machines,
    }
