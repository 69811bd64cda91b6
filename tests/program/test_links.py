"""A cluster and its assignments fill in what links a workflow and a wait to them."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import drp_provider as drp
from components import ClusterProfile
from drp_provider.engine.codec import NULL
from tests.program.conftest import Run


def cluster_of(*machines: str, **params: Any) -> tuple[drp.ClusterProfile, list[drp.MachineAssignment]]:
    cluster = drp.ClusterProfile("web", params=params)
    return cluster, [drp.MachineAssignment(name, machine=name, profile=cluster.name) for name in machines]


def test_a_workflow_of_a_cluster_follows_its_run(recorded: Run) -> None:
    def program() -> None:
        cluster, (assignment,) = cluster_of("node-1")
        drp.MachineWorkflow("flow", machine="node-1", workflow="w", cluster=cluster, assignment=assignment)
        drp.MachineWorkflow("alone", machine="node-1", workflow="w", restart="again")

    workflows = recorded(program).inputs("MachineWorkflow")
    assert workflows["flow"]["restart"].endswith(":1")
    assert workflows["alone"] == {"machine": "node-1", "workflow": "w", "restart": "again"}


def test_a_wait_for_a_cluster_with_a_workflow_follows_its_run(recorded: Run) -> None:
    def program() -> None:
        cluster, placed = cluster_of("node-1", "node-2")
        flow = drp.MachineWorkflow("flow", machine="node-1", workflow="w", cluster=cluster, assignment=placed[0])
        drp.ClusterReady("ready", cluster=cluster, machines=[flow, placed[1], "some-uuid"], workflow="w")
        drp.ClusterReady("any", cluster=cluster, machines=placed)
        drp.ClusterReady("plain", profile="web", machines=("some-uuid",))

    waits = recorded(program).inputs("ClusterReady")
    assert waits["ready"]["profile"] == "web"
    assert waits["ready"]["run"] == waits["ready"]["trigger"]["run"]
    assert len(waits["ready"]["trigger"]["starts"]) == 1
    assert "run" not in waits["any"]
    assert waits["plain"] == {"profile": "web", "machines": ["some-uuid"]}


def test_a_wait_collects_the_clusters_secrets_as_secrets(recorded: Run) -> None:
    def program() -> None:
        cluster, placed = cluster_of("node-1", **{"a/token": pulumi.Output.secret("s3cret"), "a/port": 80})
        drp.ClusterReady("ready", cluster=cluster, machines=placed, params=["a/port", "a/token"])

    wait = recorded(program).inputs("ClusterReady")["ready"]
    assert (wait["params"], wait["secret_params"], wait["masked_params"]) == (["a/port"], ["a/token"], ["a/token"])


def _half(_cluster: drp.ClusterProfile, assignment: drp.MachineAssignment) -> object:
    return drp.MachineWorkflow("w", machine="node-1", workflow="w", assignment=assignment)


def _other_half(cluster: drp.ClusterProfile, _assignment: drp.MachineAssignment) -> object:
    return drp.MachineWorkflow("w", machine="node-1", workflow="w", cluster=cluster)


def _component(_cluster: drp.ClusterProfile, assignment: drp.MachineAssignment) -> object:
    component: Any = ClusterProfile("component")
    return drp.MachineWorkflow("w", machine="node-1", workflow="w", cluster=component, assignment=assignment)


def _restart(cluster: drp.ClusterProfile, assignment: drp.MachineAssignment) -> object:
    return drp.MachineWorkflow(
        "w", machine="node-1", workflow="w", cluster=cluster, assignment=assignment, restart="again"
    )


def _wait_for_nothing(_cluster: drp.ClusterProfile, assignment: drp.MachineAssignment) -> object:
    return drp.ClusterReady("r", machines=[assignment])


def _wait_for_both(cluster: drp.ClusterProfile, assignment: drp.MachineAssignment) -> object:
    return drp.ClusterReady("r", cluster=cluster, profile="web", machines=[assignment])


def _wait_for_component(_cluster: drp.ClusterProfile, assignment: drp.MachineAssignment) -> object:
    component: Any = ClusterProfile("component")
    return drp.ClusterReady("r", cluster=component, machines=[assignment])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_half, "takes both a drp.ClusterProfile as cluster and a drp.MachineAssignment as assignment, or neither"),
        (_other_half, "takes both a drp.ClusterProfile as cluster and a drp.MachineAssignment as assignment"),
        (_component, "takes both a drp.ClusterProfile as cluster and a drp.MachineAssignment as assignment"),
        (_restart, "takes restart or cluster, not both: change the cluster's reset instead"),
        (_wait_for_nothing, "takes one of cluster and profile"),
        (_wait_for_both, "takes one of cluster and profile"),
        (_wait_for_component, "takes a drp.ClusterProfile as cluster; a component has one as its profile"),
    ],
)
def test_half_a_link_is_a_type_error(
    recorded: Run, make: Callable[[drp.ClusterProfile, drp.MachineAssignment], object], sentence: str
) -> None:
    def program() -> None:
        cluster, (assignment,) = cluster_of("node-1")
        make(cluster, assignment)

    with pytest.raises(TypeError, match=sentence):
        recorded(program)


@pytest.mark.parametrize("params", ["my/token", {"aa": 1}, 5, [{"a": 1}]])
def test_params_of_a_wait_that_are_no_list_reach_the_check(recorded: Run, params: Any) -> None:
    def program() -> None:
        drp.ClusterReady("ready", cluster=drp.ClusterProfile("web"), machines=["some-uuid"], params=params)

    assert recorded(program).inputs("ClusterReady")["ready"]["params"] == params


@pytest.mark.parametrize("params", [5, "text"])
def test_params_of_a_cluster_that_are_no_map_reach_the_check(recorded: Run, params: Any) -> None:
    def program() -> None:
        drp.ClusterProfile("web", params=params, runtime_params=pulumi.Output.from_input(params))

    assert recorded(program).inputs("ClusterProfile")["web"]["params"] == params


def test_a_profile_of_a_wait_that_comes_out_as_none_is_visible(recorded: Run) -> None:
    def program() -> None:
        nothing: pulumi.Output[Any] = pulumi.Output.from_input(None)
        drp.ClusterReady("ready", profile=nothing, machines=["some-uuid"])

    assert recorded(program).inputs("ClusterReady")["ready"]["profile"] == NULL
