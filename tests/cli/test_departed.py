"""Machines that leave a cluster, or come back as other hardware: what still names them is said, with the way out."""

from collections.abc import Callable

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import Agent, make_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

CLUSTER = """
cluster = ClusterProfile("web", machines=MACHINES, workflow="flow", leader_param="web/leader", timeout=60,
               runtime_params={"web/leader": "none", "web/members": []}, wait_for=["web/members"])
pulumi.export("leader", cluster.leader)
"""


def of(*machines: str) -> str:
    return CLUSTER.replace("MACHINES", repr(list(machines)))


@pytest.fixture
def work(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> Callable[[], None]:
    """Let every machine of the cluster do its work, and write itself into the list, while `up` waits."""
    make_workflow(admin, "flow", "task")

    def act() -> None:
        for machine in admin.get("machines"):
            if machine["Workflow"] == "flow" and machine["CurrentTask"] < len(machine["Tasks"]):
                Agent(admin, machine["Name"]).work()
                params = admin.params("web")
                entry = {"Name": machine["Name"], "Uuid": machine["Uuid"]}
                admin.set_param("web", "web/members", [*params["web/members"], entry])
                if params["web/leader"] == "none":
                    admin.set_param("web", "web/leader", machine["Uuid"])

    def arm() -> None:
        proxy.faults.clear()
        proxy.before("GET", act, times=10_000)

    arm()
    return arm


def name_of_leader(admin: AdminClient) -> str:
    uuid = admin.params("web")["web/leader"]
    return str(admin.get(f"machines/{uuid}")["Name"])


def test_who_left_a_cluster_is_named_with_the_way_out(
    stack: Stack, admin: AdminClient, work: Callable[[], None]
) -> None:
    """A leader that leaves is named before and after; then its successor comes back as other hardware."""
    succeeded(stack.up(of("node-1", "node-2")))
    leader = name_of_leader(admin)
    assert stack.output("leader") == leader
    other = {"node-1": "node-2", "node-2": "node-1"}[leader]
    before = " ".join(succeeded(stack.preview(of(other))).error().split())
    assert f"cluster 'web': machine {leader}, which leads it (web/leader), leaves" in before
    assert "change `reset` in the same `pulumi up` to elect again" in before
    after = " ".join(succeeded(stack.up(of(other))).error().split())
    assert "which is no longer a machine of the cluster: change `reset` to elect again" in after
    assert admin.profiles_of(leader) == []
    assert stack.output("leader") != leader
    reset = of(other).replace("timeout=60", 'timeout=60, reset="1"')
    renewed = " ".join(succeeded(stack.up(reset)).error().split())
    assert "no longer a machine of the cluster" not in renewed
    assert name_of_leader(admin) == stack.output("leader") == other

    old = admin.get(f"machines/Name:{other}")["Uuid"]
    admin.delete(f"machines/{old}")
    new = admin.post("machines", {"Name": other})["Uuid"]
    said = " ".join(succeeded(stack.up(None, "--refresh")).error().split())
    machine = admin.get(f"machines/{new}")
    assert (machine["Profiles"], machine["CurrentTask"] >= len(machine["Tasks"])) == (["web"], True)
    assert f"web/members has an entry of {other} ({old}), which is no longer a machine of the cluster" in said
    assert f"{other} is another machine now, {new}: change `reset` to begin a new run" in said
    assert f"web/leader names '{old}', which is no longer a machine of the cluster: change `reset`" in said
