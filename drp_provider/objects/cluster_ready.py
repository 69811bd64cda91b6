"""ClusterReady: one wait for a whole cluster, with what it found as outputs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.inputs import SequenceNotStr
from drp_provider.engine.resource import DrpResource, with_visible_null
from drp_provider.objects.assignment import MachineAssignment
from drp_provider.objects.cluster_profile import ClusterProfile
from drp_provider.objects.machine_workflow import MachineWorkflow

Member = Input[str] | MachineAssignment | MachineWorkflow
"""A machine to wait for."""


class ClusterReady(DrpResource, model="cluster_ready:ClusterReady"):
    """A wait until every machine of a cluster has completed its workflow, and named params have a value.

    It makes nothing on the endpoint. Each poll is one list request, whatever the number of machines.

    The outputs are `members` (uuid by machine name), `collected` (value by name of the `params`), and
    `collected_secrets` (of the `secret_params`), which Pulumi encrypts.
    """

    profile: Output[str]
    members: Output[dict[str, str]]
    collected: Output[dict[str, Any]]
    collected_secrets: Output[dict[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        cluster: ClusterProfile | None = None,
        profile: Input[str] | None = None,
        machines: Input[SequenceNotStr[Member]],
        workflow: Input[str] | None = None,
        final_workflows: Input[SequenceNotStr[str]] | None = None,
        leader: Input[str] | None = None,
        params: Input[SequenceNotStr[str]] | None = None,
        secret_params: Input[SequenceNotStr[str]] | None = None,
        masked_values: Input[SequenceNotStr[Input[Any]]] | None = None,
        values: Input[Mapping[str, Input[Any]]] | None = None,
        timeout: float | None = None,
        poll_seconds: float | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Wait for a cluster.

        Args:
            resource_name: Pulumi's name of the resource.
            cluster: The `drp.ClusterProfile` of the machines. If `workflow` is given too, a machine counts as done only
                if a `MachineWorkflow` of this cluster has started it in the present run. A new run is waited for again,
                and params that the program keeps secret are treated as `secret_params`. One of `cluster` and `profile`.
            profile: Name of the profile. Use it instead of `cluster`; runs are not told apart then.
            machines: The machines to wait for: a list of `drp.MachineWorkflow`, `drp.MachineAssignment` or uuids. If
                one of these workflows starts again, it is waited for again.
            workflow: Name of the workflow. If a machine gets another one, the wait ends with an error. Default: the
                workflow that each machine has.
            final_workflows: Names of the workflows that tasks of `workflow` set at its end. A machine is done when it
                has completed one of them. Default: when it has completed `workflow`.
            leader: Name of the param that names the leader. If that machine leaves, a warning says so before anything
                changes. Default: none.
            params: Names of params of the profile that must hold something (not null, `none` or empty). Default: none.
            secret_params: More such names, whose values are secret, such as a join token. Default: none.
            masked_values: Values that are hidden in the log lines of an error. Pulumi encrypts them. Default: none.
            values: Values, by param name, that the profile must hold exactly. Default: none.
            timeout: Seconds until the wait fails and says what each machine is still doing. Default: 600.
            poll_seconds: Seconds between two polls; the first follow each other faster. Default: 2.
            opts: Pulumi's resource options. A changed `replacement_trigger` waits again.
        """
        if (profile is None) == (cluster is None):
            raise TypeError("ClusterReady() takes one of cluster and profile")
        starts = _starts(machines)
        inputs = {
            "profile": profile,
            "machines": _uuids(machines),
            "workflow": workflow,
            "final_workflows": final_workflows,
            "run": None,
            "leader": leader,
            "params": params,
            "secret_params": secret_params,
            "masked_params": None,
            "masked_values": None if masked_values is None else Output.secret(masked_values),
            "values": values,
            "timeout": timeout,
            "poll_seconds": poll_seconds,
            "trigger": Output.all(starts=Output.all(*starts)) if starts else None,
        }
        if profile is not None:
            inputs["profile"] = with_visible_null(profile)
        if cluster is not None:
            inputs |= _of_cluster(cluster, starts, params, secret_params)
            inputs["run"] = None if workflow is None else cluster.run
        facts = ["members", "collected", "collected_secrets"]
        super().__init__(resource_name, inputs, opts, facts=facts, hidden=["trigger", "masked_params"])


def _of_cluster(cluster: Any, starts: Sequence[Output[int]], params: Any, secret_params: Any) -> dict[str, Any]:
    """Return the inputs that follow from the cluster.

    Raises:
        TypeError: it is another resource.
    """
    if not isinstance(cluster, ClusterProfile):
        raise TypeError("ClusterReady() takes a drp.ClusterProfile as cluster; a component has one as its profile")
    sorted_ = Output.all(params, secret_params, cluster.secret_params).apply(lambda found: _sort(*found))
    return {
        "profile": cluster.name,
        "params": Output.unsecret(sorted_.apply(lambda found: found[0])),
        "secret_params": Output.unsecret(sorted_.apply(lambda found: found[1])),
        "masked_params": cluster.secret_params,
        "trigger": Output.all(run=cluster.run, starts=Output.all(*starts)),
    }


def _sort(params: Any, secret_params: Any, hidden: Sequence[str]) -> tuple[Any, Any]:
    """Return the names whose values may be shown, and those whose values may not.

    Inputs that are no lists of names are returned as they are, for `check` to refuse.
    """
    if not all(map(_is_list_of_names, (params, secret_params))):
        return params, secret_params
    secret = dict.fromkeys([*(secret_params or ()), *(name for name in params or () if name in hidden)])
    return [name for name in dict.fromkeys(params or ()) if name not in secret], list(secret)


def _is_list_of_names(value: Any) -> bool:
    return value is None or (isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value))


def _starts(machines: Any) -> list[Output[int]]:
    """Return how often each workflow that the program starts has started."""
    members = machines if isinstance(machines, (list, tuple)) else ()
    return [member.start_count for member in members if isinstance(member, MachineWorkflow)]


def _uuids(machines: Any) -> Any:
    return [_uuid(member) for member in machines] if isinstance(machines, (list, tuple)) else machines


def _uuid(member: Any) -> Any:
    # A preview of a workflow that starts again does not know the outputs of its resource; the assignment has them too.
    known = (member.assignment or member) if isinstance(member, MachineWorkflow) else member
    return known.machine_uuid if isinstance(known, (MachineAssignment, MachineWorkflow)) else known
