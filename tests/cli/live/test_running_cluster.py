"""The cluster component with machines that are alive: the real command, real agents, real scripts, real faults."""

import re

import pytest

from drp_emulator import Emulator
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
def test_one_up_makes_the_content_the_cluster_and_its_leader_and_one_destroy_takes_all_back(
    stack: Stack, simulator: Emulator, proxy: FaultProxy, admin: AdminClient
) -> None:
    done = succeeded(stack.up(program()))
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


def test_a_machine_that_comes_later_joins_the_leader_and_one_that_goes_is_the_only_one_touched(
    stack: Stack, simulator: Emulator, proxy: FaultProxy, admin: AdminClient
) -> None:
    succeeded(stack.up(program()))
    leader = stack.output("leader")
    proxy.forget()
    succeeded(stack.up(program(*MACHINES, "node-4")))
    assert stack.output("leader") == leader
    assert [call for call in proxy.calls() if "PATCH" in call] == ["PATCH machines/Name:node-4"] * 2
    reports = admin.params("example")[REPORTS]
    assert reports[-1] == {
        "Name": "node-4",
        "Uuid": simulator.machines["node-4"],
        "Value": {"Leader": simulator.machines[leader]},
    }
    assert looks(admin, "node-4") == {("green", "ship")}

    before = {name: admin.get(f"machines/Name:{name}") for name in MACHINES}
    succeeded(stack.up(program()))
    assert {name: admin.get(f"machines/Name:{name}") for name in MACHINES} == before
    gone = admin.get("machines/Name:node-4")
    assert (gone["Workflow"], gone["Profiles"]) == ("", [])


def test_another_reset_returns_the_cluster_to_its_seeds_and_runs_the_workflow_again(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    succeeded(stack.up(program()))
    admin.set_param("example", "my/leftover", 1)
    jobs = len(admin.get("jobs"))
    proxy.forget()
    succeeded(stack.up(program(more='reset="again"')))
    assert proxy.calls()[:4] == ["GET machines", "GET jobs", "GET profiles/example", "PATCH profiles/example"]
    assert len(admin.get("jobs")) > jobs
    params = admin.params("example")
    assert "my/leftover" not in params
    assert len(params[REPORTS]) == len(MACHINES)
    assert stack.output("collected")[DATA] == params[DATA]
    assert stack.up(None, "--expect-no-changes").ok


def test_another_name_moves_the_machines_which_elect_their_leader_in_the_new_cluster(
    stack: Stack, admin: AdminClient
) -> None:
    succeeded(stack.up(program()))
    succeeded(stack.up(program(more='name="better"')))
    assert not admin.exists("profiles/example")
    assert [admin.profiles_of(name) for name in MACHINES] == [["better"]] * 3
    params = admin.params("better")
    assert len(params[REPORTS]) == len(MACHINES)
    assert stack.output("collected")[LEADER] == params[LEADER] != "none"


def test_what_machines_write_during_an_update_is_no_conflict_and_stays(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    succeeded(stack.up(program()))
    proxy.before("PATCH", lambda: admin.set_param("example", "my/data", {"written": "meanwhile"}))
    succeeded(stack.up(program(version="1.1")))
    params = admin.params("example")
    assert params["my/version"] == "1.1"
    assert params["my/data"] == {"written": "meanwhile"}
    assert params[LEADER] != "none"


def test_a_leader_that_dies_before_it_publishes_is_reported_and_a_reset_recovers(
    stack: Stack, simulator: Emulator, admin: AdminClient
) -> None:
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
    leader = admin.params("example")[LEADER]
    (name,) = [name for name, uuid in simulator.machines.items() if uuid == leader]
    simulator.wait_for(name, "task", "cluster-pattern-finish")
    done = succeeded(stack.up(program("node-1", "node-2", size=2, more='reset="two will do"')))
    assert f"example: {name} is at work: ending their waits, 20 s at most" in done.text
    assert "still at work" not in done.text
    logs = [admin.send("GET", f"jobs/{job['Uuid']}/log").text for job in admin.get("jobs")]
    assert any("since cluster-pattern/abort says: the cluster is being reset" in log for log in logs)
    params = admin.params("example")
    assert "cluster-pattern/abort" not in params
    assert len(params[REPORTS]) == 2


@pytest.mark.parametrize("how", ["destroyed and made again", "reset without an abort param"])
def test_scripts_that_still_wait_for_the_cluster_of_before_make_way_for_the_new_one(
    stack: Stack, simulator: Emulator, admin: AdminClient, how: str
) -> None:
    waiting = program("node-1", "node-2", patience=600, timeout=1, more="abort_params={}")
    assert "was not ready within 1 s" in stack.up(waiting).text  # three are to report, and there are two
    leader = admin.params("example")[LEADER]
    (name,) = [name for name, uuid in simulator.machines.items() if uuid == leader]
    simulator.wait_for(name, "task", "cluster-pattern-finish")
    if how == "destroyed and made again":
        succeeded(stack.destroy())
    done = succeeded(stack.up(program("node-1", "node-2", size=2, more=f"reset={how!r}, abort_params={{}}")))
    assert "example: 2 of 2 machines are done" in done.text
    assert len(admin.params("example")[REPORTS]) == 2


def test_the_state_of_a_failed_machine_names_its_task_and_the_end_of_its_log(stack: Stack, admin: AdminClient) -> None:
    failing = """
        script = "#!/bin/bash\\necho the disk is full\\nexit 3\\n"
        task = {"Name": "sick", "Templates": [{"Name": "sick", "Contents": script}]}
        pack = drp.ContentPack("sick-pack", content={"meta": {"Name": "sick-pack"}, "sections": {
            "tasks": {"sick": task},
            "stages": {"sick": {"Name": "sick", "Tasks": ["sick"]}},
            "workflows": {"sick": {"Name": "sick", "Stages": ["sick"]}},
        }})
        ClusterProfile("ill", machines=["node-1"], content=pack, workflow="sick")
    """
    done = stack.up(failing)
    assert not done.ok
    assert "cluster 'ill' did not come up: machine node-1 failed in task sick; mend it" in done.text
    assert "the disk is full" in done.text
    assert "Traceback" not in done.text


def test_two_clusters_share_a_pack_and_none_needs_to_wait(stack: Stack, admin: AdminClient) -> None:
    both = """
        pack = drp.ContentPack("pattern", path=cluster_pattern.CONTENT)
        for name, machine in (("one", "node-1"), ("two", "node-2")):
            ClusterProfile(name, machines=[machine], runtime_params=cluster_pattern.RUNTIME_PARAMS, content=[pack],
                           workflow="cluster-pattern", wait_for=None if name == "one" else ())
    """
    succeeded(stack.up(both))
    assert [r["inputs"]["profile"] for r in stack.resources("ClusterReady")] == ["two"]
    assert len(stack.resources("ContentPack")) == 1
    assert admin.params("two")[LEADER] == admin.get("machines/Name:node-2")["Uuid"]


def test_the_preview_of_a_whole_cluster_asks_nobody_and_shows_every_part(stack: Stack, proxy: FaultProxy) -> None:
    shown = succeeded(stack.preview(program()))
    for part in ("ContentPack", "ClusterProfile", "MachineAssignment", "MachineWorkflow", "ClusterReady"):
        assert f"drp:{part}" in shown.text
    assert re.search(r'workflow *: "cluster-pattern"', shown.text)
    assert "+ 11 to create" in shown.text
    assert proxy.calls() == []
