"""ClusterReady: one wait for a whole cluster, with what it found as outputs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource


class ClusterReady(DrpResource, model="cluster_ready:ClusterReady"):
    """Waits until every machine of a cluster has finished its workflow, and named params have a value.

    Each poll is one list request, whatever the number of machines. It makes nothing on the endpoint.

    Args:
        resource_name: Pulumi's name of the resource.
        profile: Name of the cluster profile.
        machines: Uuids of the machines to wait for, best the `machine_uuid` outputs of their assignments.
        workflow: The workflow they were given; another one on a machine ends the wait. Left out: whatever they have.
        final_workflows: Names of workflows that tasks of the workflow set; a machine is done when it has completed one
            of them. Left out: when it has completed `workflow`.
        run: The `generation` output of the cluster profile: a machine counts as done only if it has begun this very
            run, by a `MachineWorkflow` with the same `restart` and a `position`.
        leader: Name of the param that names the leader: if its machine leaves, a line says so before anything happens.
        params: Names of params of the profile that must hold something (not null, `none`, or empty).
        secret_params: More of them, whose values are secrets, such as a join token.
        masked_params: Params whose values are taken out of the log lines that an error shows.
        masked_values: Values that are taken out of those lines too, such as a content pack's `secret_values`. Pulumi
            encrypts them.
        values: Params of the profile that must hold just these values.
        timeout: Seconds until it fails, and says what each machine is still doing (600).
        poll_seconds: Seconds between two looks (2); the first follow each other faster.
        trigger: Any value; a change waits again. Pass what restarts the workflow.
        opts: Pulumi's resource options.

    Outputs are `members` (uuid by machine name), `collected` (the named params with their values), and
    `collected_secrets`, which Pulumi encrypts.
    """

    profile: Output[str]
    members: Output[dict[str, str]]
    collected: Output[dict[str, Any]]
    collected_secrets: Output[dict[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        profile: Input[str],
        machines: Input[Sequence[Input[str]]],
        workflow: Input[str] | None = None,
        final_workflows: Input[Sequence[str]] | None = None,
        run: Input[str] | None = None,
        leader: Input[str] | None = None,
        params: Input[Sequence[str]] | None = None,
        secret_params: Input[Sequence[str]] | None = None,
        masked_params: Input[Sequence[str]] | None = None,
        masked_values: Input[Sequence[Input[Any]]] | None = None,
        values: Input[Mapping[str, Input[Any]]] | None = None,
        timeout: float | None = None,
        poll_seconds: float | None = None,
        trigger: Input[Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "profile": profile,
            "machines": machines,
            "workflow": workflow,
            "final_workflows": final_workflows,
            "run": run,
            "leader": leader,
            "params": params,
            "secret_params": secret_params,
            "masked_params": masked_params,
            "masked_values": None if masked_values is None else Output.secret(masked_values),
            "values": values,
            "timeout": timeout,
            "poll_seconds": poll_seconds,
            "trigger": trigger,
        }
        super().__init__(resource_name, inputs, opts, facts=["members", "collected", "collected_secrets"])
