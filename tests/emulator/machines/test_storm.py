"""Many workflows on many machines while everything goes wrong: they end as DRP would let them end."""

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from drp_emulator import Fault
from tests.emulator.machines.harness import Harness
from tests.support.thoroughness import rounds

WORKFLOWS = int(os.environ.get("STORM_WORKFLOWS", rounds(32, 100)))
MACHINES = 16
BOUND_SECONDS = 540.0  # 35 s on two quiet cores
# Counts in the cluster's profile by compare-and-set, as cluster tasks do, and ends in a way of its own now and then.
COUNT = """
set -o pipefail
TOKEN="{{.GenerateProfileToken "storm" 7200}}"
while true; do
    old=$(drpcli -T "$TOKEN" profiles get storm param storm/count) || exit 1
    drpcli -r "$old" -T "$TOKEN" profiles set storm param storm/count to $((old + 1)) >/dev/null 2>&1 && break
    sleep 0.1
done
"""
MOODY = """
if [ ! -f "$HOME/$RS_UUID-{{.Task.Name}}" ]; then touch "$HOME/$RS_UUID-{{.Task.Name}}"; exit %d; fi
"""
FAULTS: tuple[tuple[str, str, float | None], ...] = (
    *(("die", "", 0.3), ("hang", "", 0.5), ("lost", "", 0.4), ("reply-dropped", "", None)),
    *(("reply-dropped", "PATCH", None), ("reply-dropped", "POST", None), ("slow", "0.1", 1.0)),
)


@dataclass
class AdminClient:
    """A client that gives each machine its next workflow, and sets it going again when it has stopped."""

    harness: Harness
    workflows: int
    left: dict[str, int] = field(init=False)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        names = list(self.harness.emulator.machines)
        self.left = {name: self.workflows // len(names) for name in names}
        for name in names[: self.workflows % len(names)]:
            self.left[name] += 1

    def tend(self) -> bool:
        """Look at every machine once; returns whether any has work left."""
        machines = {machine["Name"]: machine for machine in self.harness.admin.get("machines")}
        for name in [name for name, left in self.left.items() if left >= 0]:
            machine = machines[name]
            if not machine["Workflow"] or self.is_over(machine):
                self.next_workflow(name, machine)
            elif not machine["Runnable"] and self.harness.emulator.process(name) is not None:
                self.harness.set(name, "Runnable", True)
            elif self.harness.emulator.process(name) is None:
                self.harness.emulator.power_on(name)
        return any(left >= 0 for left in self.left.values())

    @staticmethod
    def is_over(machine: dict[str, object]) -> bool:
        tasks, current = machine["Tasks"], machine["CurrentTask"]
        assert isinstance(tasks, list)
        assert isinstance(current, int)
        return bool(tasks) and current >= len(tasks) and bool(machine["WorkflowComplete"])

    def next_workflow(self, name: str, machine: dict[str, object]) -> None:
        if machine["Workflow"]:
            self.done[name] += 1
        self.left[name] -= 1
        if self.left[name] >= 0:
            self.harness.start("storm", name)


@pytest.mark.timeout(600)
@pytest.mark.drp(machines=MACHINES)
def test_workflows_under_random_faults_end_as_drp_lets_them_end(harness: Harness) -> None:
    chance = random.Random(20190826)
    harness.admin.post("profiles", {"Name": "storm", "Params": {"storm/count": 0}})
    for name in harness.emulator.machines:
        harness.admin.patch(f"machines/Name:{name}", {"op": "add", "path": "/Profiles/-", "value": "storm"})
    tasks = [harness.task("count", COUNT), *(harness.task(f"moody{code}", MOODY % code) for code in (0, 1, 64, 128))]
    harness.workflow("storm", *tasks)
    admin = AdminClient(harness, WORKFLOWS)
    deadline = time.monotonic() + BOUND_SECONDS
    with ThreadPoolExecutor(1) as weather:
        stormy = True

        def blow() -> None:
            while stormy:
                kind, value, back = chance.choice(FAULTS)
                name = chance.choice(list(harness.emulator.machines))
                harness.emulator.fault(Fault(machine=name, kind=kind, value=value, back=back))  # type: ignore[arg-type]
                time.sleep(chance.uniform(0.05, 0.4))

        blowing = weather.submit(blow)
        try:
            while admin.tend():
                assert time.monotonic() < deadline, (admin.left, harness.emulator.reports[-20:])
        finally:
            stormy = False
        blowing.result()
    check_the_record(harness, admin, tasks)


def check_the_record(harness: Harness, admin: AdminClient, tasks: list[str]) -> None:
    assert sum(admin.done.values()) == WORKFLOWS
    assert {report.what for report in harness.emulator.reports} >= {"fault", "off", "task"}
    finished = 0
    for name in harness.emulator.machines:
        jobs = harness.jobs(name)
        assert {job["State"] for job in jobs} <= {"finished", "failed", "incomplete"}
        # Every task of every workflow finished exactly once, in order, after all faults.
        ends = [job["Task"] for job in jobs if job["State"] == "finished"]
        assert ends == tasks * admin.done[name]
        finished += ends.count("count")
        assert {job["ExitState"] for job in jobs if job["State"] == "finished"} <= {"complete", "reboot"}
    # A script that was killed after it had counted counts again: never less than once a workflow.
    assert harness.admin.params("storm")["storm/count"] >= finished == WORKFLOWS
