"""The pack on simulated machines, whose agents fetch and run the jobs themselves."""

from collections.abc import Iterable, Iterator

import pytest

from drp_emulator import Emulator
from drp_provider.patch.progress_record import ProgressRecord, progress_key
from tests.content.cluster import PROFILE, SEEDS
from tests.content.pack import bundled
from tests.emulator.machines.harness import Harness, eventually
from tests.support.admin import AdminClient

MACHINES = 4
BEFORE = {"color": "black", "icon": "server"}
"""What machines of the emulator show at first."""


@pytest.fixture
def harness() -> Iterator[Harness]:
    """Machines that carry the profile, and wait for a workflow."""
    with Emulator(MACHINES) as simulator:
        harness = Harness(simulator, AdminClient(simulator.url))
        harness.admin.post("contents", bundled())
        own = {"cluster-profile": PROFILE, "cluster-pattern/size": MACHINES, "cluster-pattern/timeout": 120}
        harness.admin.post("profiles", {"Name": PROFILE, "Params": {**own, **SEEDS}})
        for machine in simulator.machines:
            line = {"op": "add", "path": "/Profiles/-", "value": PROFILE}
            harness.admin.patch(f"machines/Name:{machine}", line)
        yield harness


def meta(harness: Harness, machines: Iterable[str]) -> list[tuple[str, str]]:
    found = (harness.machine(machine)["Meta"] for machine in machines)
    return sorted((one["color"], one["icon"]) for one in found)


def test_machines_elect_a_leader_and_all_finish(harness: Harness) -> None:
    harness.start("cluster-pattern")
    harness.wait_until_complete()
    params = harness.admin.params(PROFILE)
    leader = params["cluster-pattern/leader"]
    assert {report["Value"]["Leader"] for report in params["cluster-pattern/reports"]} == {leader}
    assert len(params["cluster-pattern/reports"]) == MACHINES
    assert params["cluster-pattern/data"]["Uuid"] == leader
    assert meta(harness, harness.simulator.machines) == [("green", "anchor")] + [("green", "ship")] * (MACHINES - 1)
    for machine in harness.simulator.machines:
        notes = harness.machine(machine)["Meta"]
        shown = {"color": notes["color"], "icon": notes["icon"]}
        assert notes[progress_key(PROFILE)] == ProgressRecord(BEFORE, shown).to_text()


def test_a_leader_without_power_is_given_up_until_a_reset(harness: Harness) -> None:
    leader, *others = harness.simulator.machines
    harness.simulator.fault(f"{leader}:die@cluster-pattern-publish")
    harness.start("cluster-pattern", leader)
    harness.simulator.wait_for(leader, "off")
    harness.admin.set_param(PROFILE, "cluster-pattern/timeout", 1)
    harness.start("cluster-pattern", *others)
    for machine in others:
        harness.wait_until_stopped(machine)
        log = harness.log(harness.jobs(machine)[-1])
        assert f"of waiting for cluster-pattern/data from the leader {harness.simulator.machines[leader]}" in log
    assert set(meta(harness, others)) == {("red", "warning sign")}

    seeds = {**SEEDS, "cluster-pattern/timeout": 120}
    for key, value in seeds.items():
        harness.admin.set_param(PROFILE, key, value)
    harness.start("cluster-pattern")
    harness.simulator.power_on(leader)
    eventually(lambda: harness.jobs(leader)[-1]["State"] == "failed")  # its agent ends the job of before, and it stops
    eventually(lambda: not harness.machine(leader)["Runnable"])
    for machine in harness.simulator.machines:
        harness.set(machine, "Runnable", True)
    harness.wait_until_complete()
    assert len(harness.admin.params(PROFILE)["cluster-pattern/reports"]) == MACHINES


@pytest.mark.parametrize("between", ["", "shorter"])
def test_a_wait_ends_when_its_workflow_is_changed(harness: Harness, between: str) -> None:
    """The next workflow then runs."""
    first, *_ = harness.simulator.machines
    harness.admin.post("workflows", {"Name": "shorter", "Stages": ["cluster-pattern-elect"]})
    harness.start("cluster-pattern", first)
    eventually(lambda: "Waiting for 4 entries" in "".join(map(harness.log, harness.jobs(first))))
    harness.set(first, "Workflow", between)
    harness.admin.set_param(PROFILE, "cluster-pattern/size", 1)
    if between:
        harness.wait_until_complete(first)
    harness.set(first, "Workflow", "cluster-pattern")
    harness.wait_until_complete(first)
    assert harness.machine(first)["Runnable"]
    ended = [job for job in harness.jobs(first) if "Waiting for 4 entries" in harness.log(job)]
    assert [job["State"] for job in ended] == ["finished"]
    assert "the workflow of this machine was cleared or started again" in harness.log(ended[0])
