"""The cluster component with machines that are alive: the real command, real agents, real scripts, real faults."""

import re

import pytest

from drp_emulator import Emulator
from tests.cli.live.waiting import leader_at_work
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

TWICE = ("GET", "DELETE")
"""DRP cannot delete only if an object is still ours, so a look comes first."""
MACHINES = ("node-1", "node-2", "node-3")
LEADER, DATA, REPORTS = "cluster-pattern/leader", "cluster-pattern/data", "cluster-pattern/reports"
PROGRAM = """
    cluster = ClusterProfile(
        "example",
        params={{cluster_pattern.SIZE: {size}, "cluster-pattern/timeout": {patience}, "my/version": "{version}"}},
        runtime_params=cluster_pattern.RUNTIME_PARAMS,
        machines={machines},
        content=cluster_pattern.CONTENT,
        workflow=cluster_pattern.WORKFLOW,
        wait_for=[cluster_pattern.DATA],
        timeout={timeout},
        {more}
    )
    for name in ("leader", "members", "collected"):
        pulumi.export(name, getattr(cluster, name))
"""


def program(
    *machines: str, version: str = "1.0", patience: int = 120, timeout: int = 120, more: str = "", size: int = 3
) -> str:
    shown = list(machines or MACHINES)
    return PROGRAM.format(
        machines=shown, size=size, version=version, patience=patience, timeout=timeout, more=more and f"{more},"
    )


def looks(admin: AdminClient, *machines: str) -> set[tuple[str, str]]:
    found = (admin.get(f"machines/Name:{name}")["Meta"] for name in machines)
    return {(meta["color"], meta["icon"]) for meta in found}


@pytest.mark.parametrize("simulator", ["v4.8", "v3.13"], indirect=True)
def test_one_up_makes_a_cluster_and_one_destroy_removes_it(
    stack: Stack, simulator: Emulator, proxy: FaultProxy, admin: AdminClient
) -> None:
    """The preview shows every part without a request; the content, the cluster and its leader come by one `up`."""
    shown = succeeded(stack.preview(program()))
    for part in ("ContentPack", "ClusterProfile", "MachineAssignment", "MachineWorkflow", "ClusterReady"):
        assert f"drp:{part}" in shown.text
    assert re.search(r'workflow *: "cluster-pattern"', shown.text)
    assert "+ 11 to create" in shown.text
    assert proxy.calls() == []

    done = succeeded(stack.up())
    assert "example: 3 of 3 machines are done" in done.text
    leader = stack.output("leader")
    assert stack.output("members") == {name: simulator.machines[name] for name in MACHINES}
    assert stack.output("collected")[DATA]["Name"] == leader
    assert stack.output("collected")[LEADER] == simulator.machines[leader]
    others = [name for name in MACHINES if name != leader]
    assert looks(admin, leader) == {("green", "anchor")}
    assert looks(admin, *others) == {("green", "ship")}
    calls = proxy.calls()
    patches = [call for call in calls if call.startswith("PATCH machines/Name:")]
    assert calls[:2] == ["POST contents", "POST profiles"]
    assert patches == calls[2:8]
    assert sorted(patches[:3]) == sorted(patches[3:]) == [f"PATCH machines/Name:{name}" for name in MACHINES]
    assert set(calls[8:-1]) == {"GET machines"}
    assert calls[-1] == "GET profiles/example"

    proxy.forget()
    assert stack.up(None, "--expect-no-changes").ok
    assert proxy.calls() == []

    succeeded(stack.destroy())
    pack = "contents/cluster-pattern"
    deletes = [f"{method} {path}" for path in ("profiles/example", pack) for method in TWICE]
    assert proxy.calls()[-5:] == [*deletes, f"GET {pack}"]  # DRP's answer to a pack's deletion proves nothing
    for name in MACHINES:
        machine = admin.get(f"machines/Name:{name}")
        assert (machine["Workflow"], machine["Profiles"]) == ("", [])
    assert not admin.exists("profiles/example")


def test_a_running_cluster_grows_shrinks_resets_and_moves(
    stack: Stack, simulator: Emulator, proxy: FaultProxy, admin: AdminClient
) -> None:
    succeeded(stack.up(program()))
    leader = stack.output("leader")

    # A machine that comes later joins the leader; what machines write during the update is no conflict and stays.
    proxy.forget()
    proxy.before("PATCH", lambda: admin.set_param("example", "my/data", {"written": "meanwhile"}))
    succeeded(stack.up(program(*MACHINES, "node-4", version="1.1")))
    assert stack.output("leader") == leader
    machine_patches = [call for call in proxy.calls() if call.startswith("PATCH machines")]
    assert machine_patches == ["PATCH machines/Name:node-4"] * 2
    params = admin.params("example")
    assert params["my/version"] == "1.1"
    assert params["my/data"] == {"written": "meanwhile"}
    assert params[REPORTS][-1] == {
        "Name": "node-4",
        "Uuid": simulator.machines["node-4"],
        "Value": {"Leader": simulator.machines[leader]},
    }
    assert looks(admin, "node-4") == {("green", "ship")}

    # One that goes is the only one touched.
    before = {name: admin.get(f"machines/Name:{name}") for name in MACHINES}
    succeeded(stack.up(program(version="1.1")))
    assert {name: admin.get(f"machines/Name:{name}") for name in MACHINES} == before
    gone = admin.get("machines/Name:node-4")
    assert (gone["Workflow"], gone["Profiles"]) == ("", [])

    # Another reset returns the cluster to its seeds and runs the workflow again.
    jobs = len(admin.get("jobs"))
    proxy.forget()
    succeeded(stack.up(program(version="1.1", more='reset="again"')))
    assert proxy.calls()[:4] == ["GET machines", "GET jobs", "GET profiles/example", "PATCH profiles/example"]
    assert len(admin.get("jobs")) > jobs
    params = admin.params("example")
    assert "my/data" not in params
    assert len(params[REPORTS]) == len(MACHINES)
    assert stack.output("collected")[DATA] == params[DATA]
    succeeded(stack.up(None, "--expect-no-changes"))

    # Another name moves the machines, which elect their leader in the new cluster.
    succeeded(stack.up(program(version="1.1", more='reset="again", name="better"')))
    assert not admin.exists("profiles/example")
    assert [admin.profiles_of(name) for name in MACHINES] == [["better"]] * 3
    params = admin.params("better")
    assert len(params[REPORTS]) == len(MACHINES)
    assert stack.output("collected")[LEADER] == params[LEADER] != "none"


def test_a_dead_leader_is_reported_and_a_reset_recovers(stack: Stack, simulator: Emulator, admin: AdminClient) -> None:
    simulator.fault("node-1:die@cluster-pattern-publish")
    succeeded(
        stack.up(program("node-1", patience=2, more="wait_for=None").replace("wait_for=[cluster_pattern.DATA],", ""))
    )
    simulator.wait_for("node-1", "off")
    dead = simulator.machines["node-1"]
    assert admin.params("example")[LEADER] == dead

    lost = stack.up(program(patience=2))
    assert not lost.ok
    assert "NotReady: cluster 'example' did not come up: machine node-" in lost.text
    assert "failed in task cluster-pattern-wait; mend it, then change the cluster's `reset`" in lost.text
    assert f"waiting for cluster-pattern/data from the leader {dead}" in lost.text

    for name in ("node-2", "node-3"):
        simulator.wait_for(name, "task", "cluster-pattern-wait")
    recovered = succeeded(stack.up(program("node-2", "node-3", patience=120, size=2, more='reset="after node-1"')))
    assert "example: node-1 is still at work or without power" in recovered.text
    assert "example: 2 of 2 machines are done" in recovered.text
    assert stack.output("leader") in {"node-2", "node-3"}
    assert looks(admin, "node-2", "node-3") == {("green", "anchor"), ("green", "ship")}


def test_machines_that_wait_are_brought_to_rest_before_a_reset(
    stack: Stack, simulator: Emulator, proxy: FaultProxy, admin: AdminClient
) -> None:
    waiting = program("node-1", "node-2", patience=600, timeout=1)
    assert "was not ready within 1 s" in stack.up(waiting).text  # three are to report, and there are two
    name = leader_at_work(simulator, admin, "node-1", "node-2")
    done = succeeded(stack.up(program("node-1", "node-2", size=2, more='reset="two will do"')))
    assert f"example: {name} is at work: ending their waits, 20 s at most" in done.text
    assert "still at work" not in done.text
    logs = [admin.send("GET", f"jobs/{job['Uuid']}/log").text for job in admin.get("jobs")]
    assert any("since cluster-pattern/abort says: the cluster is being reset" in log for log in logs)
    params = admin.params("example")
    assert "cluster-pattern/abort" not in params
    assert len(params[REPORTS]) == 2
