"""The pack on simulated machines, whose agents fetch and run the jobs themselves."""

from collections.abc import Iterable, Iterator

import pytest

from drp_emulator import Emulator
from drp_provider.patch.progress_record import ProgressRecord, progress_key
from tests.content.cluster import PROFILE, SEEDS
from tests.content.pack import bundled
from tests.emulator.machines.harness import Lab, eventually
from tests.support.operator import Operator

MACHINES = 4
BEFORE = {"color": "black", "icon": "server"}
"""What machines of the embedded endpoint show at first."""


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Machines that carry the profile, and wait for a workflow."""
    with Emulator(MACHINES) as simulator:
        lab = Lab(simulator, Operator(simulator.url))
        lab.operator.post("contents", bundled())
        own = {"cluster-profile": PROFILE, "cluster-pattern/size": MACHINES, "cluster-pattern/timeout": 120}
        lab.operator.post("profiles", {"Name": PROFILE, "Params": {**own, **SEEDS}})
        for machine in simulator.machines:
            line = {"op": "add", "path": "/Profiles/-", "value": PROFILE}
            lab.operator.patch(f"machines/Name:{machine}", line)
        yield lab


def meta(lab: Lab, machines: Iterable[str]) -> list[tuple[str, str]]:
    found = (lab.machine(machine)["Meta"] for machine in machines)
    return sorted((one["color"], one["icon"]) for one in found)


def test_machines_elect_a_leader_and_all_finish(lab: Lab) -> None:
    lab.start("cluster-pattern")
    lab.wait_until_complete()
    params = lab.operator.params(PROFILE)
    leader = params["cluster-pattern/leader"]
    assert {report["Value"]["Leader"] for report in params["cluster-pattern/reports"]} == {leader}
    assert len(params["cluster-pattern/reports"]) == MACHINES
    assert params["cluster-pattern/data"]["Uuid"] == leader
    assert meta(lab, lab.simulator.machines) == [("green", "anchor")] + [("green", "ship")] * (MACHINES - 1)
    for machine in lab.simulator.machines:
        notes = lab.machine(machine)["Meta"]
        shown = {"color": notes["color"], "icon": notes["icon"]}
        assert notes[progress_key(PROFILE)] == ProgressRecord(BEFORE, shown).to_text()


def test_others_give_up_on_a_leader_that_lost_its_power_and_a_reset_recovers(lab: Lab) -> None:
    leader, *others = lab.simulator.machines
    lab.simulator.fault(f"{leader}:die@cluster-pattern-publish")
    lab.start("cluster-pattern", leader)
    lab.simulator.wait_for(leader, "off")
    lab.operator.set_param(PROFILE, "cluster-pattern/timeout", 1)
    lab.start("cluster-pattern", *others)
    for machine in others:
        lab.wait_until_stopped(machine)
        log = lab.log(lab.jobs(machine)[-1])
        assert f"of waiting for cluster-pattern/data from the leader {lab.simulator.machines[leader]}" in log
    assert set(meta(lab, others)) == {("red", "warning sign")}

    seeds = {**SEEDS, "cluster-pattern/timeout": 120}
    for key, value in seeds.items():
        lab.operator.set_param(PROFILE, key, value)
    lab.start("cluster-pattern")
    lab.simulator.power_on(leader)
    eventually(lambda: lab.jobs(leader)[-1]["State"] == "failed")  # its agent ends the job of before, and it stops
    eventually(lambda: not lab.machine(leader)["Runnable"])
    for machine in lab.simulator.machines:
        lab.set(machine, "Runnable", True)
    lab.wait_until_complete()
    assert len(lab.operator.params(PROFILE)["cluster-pattern/reports"]) == MACHINES


@pytest.mark.parametrize("between", ["", "shorter"])
def test_a_wait_whose_workflow_was_changed_makes_way_for_the_next_one(lab: Lab, between: str) -> None:
    first, *_ = lab.simulator.machines
    lab.operator.post("workflows", {"Name": "shorter", "Stages": ["cluster-pattern-elect"]})
    lab.start("cluster-pattern", first)
    eventually(lambda: "Waiting for 4 entries" in "".join(map(lab.log, lab.jobs(first))))
    lab.set(first, "Workflow", between)
    lab.operator.set_param(PROFILE, "cluster-pattern/size", 1)
    if between:
        lab.wait_until_complete(first)
    lab.set(first, "Workflow", "cluster-pattern")
    lab.wait_until_complete(first)
    assert lab.machine(first)["Runnable"]
    ended = [job for job in lab.jobs(first) if "Waiting for 4 entries" in lab.log(job)]
    assert [job["State"] for job in ended] == ["finished"]
    assert "the workflow of this machine was cleared, or started anew" in lab.log(ended[0])
