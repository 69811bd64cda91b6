"""Machines that leave a cluster, or come back as other hardware: what still names them is said, with the way out."""

from collections.abc import Callable

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import Agent, make_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

CLUSTER = """
ClusterProfile("web", machines=MACHINES, workflow="flow", leader_param="web/leader", timeout=60,
               runtime_params={"web/leader": "none", "web/members": []}, wait_for=["web/members"])
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


def test_replaced_hardware_joins_and_runs_and_its_old_entry_is_named(
    stack: Stack, admin: AdminClient, work: Callable[[], None]
) -> None:
    succeeded(stack.up(of("node-1", "node-2")))
    leader = name_of_leader(admin)
    old = admin.get(f"machines/Name:{leader}")["Uuid"]
    admin.delete(f"machines/{old}")
    new = admin.post("machines", {"Name": leader})["Uuid"]
    done = succeeded(stack.up(None, "--refresh")).error()
    machine = admin.get(f"machines/{new}")
    assert (machine["Profiles"], machine["CurrentTask"] >= len(machine["Tasks"])) == (["web"], True)
    said = " ".join(done.split())
    assert f"web/members has an entry of {leader} ({old}), which is no longer a machine of the cluster" in said
    assert f"{leader} is another machine now, {new}: change `reset` to begin a new run" in said
    assert f"web/leader names '{old}', which is no longer a machine of the cluster: change `reset`" in said


def test_a_leader_that_leaves_is_named_before_and_after(
    stack: Stack, admin: AdminClient, work: Callable[[], None]
) -> None:
    succeeded(stack.up(of("node-1", "node-2")))
    leader = name_of_leader(admin)
    other = {"node-1": "node-2", "node-2": "node-1"}[leader]
    before = " ".join(succeeded(stack.preview(of(other))).error().split())
    assert f"cluster 'web': machine {leader}, which leads it (web/leader), leaves" in before
    assert "change `reset` in the same `pulumi up` to elect again" in before
    after = " ".join(succeeded(stack.up(of(other))).error().split())
    assert "which is no longer a machine of the cluster: change `reset` to elect again" in after
    assert admin.profiles_of(leader) == []
    renewed = " ".join(succeeded(stack.up(of(other).replace("timeout=60", 'timeout=60, reset="1"'))).error().split())
    assert "no longer a machine of the cluster" not in renewed
    assert name_of_leader(admin) == other
