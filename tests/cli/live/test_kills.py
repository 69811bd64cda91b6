"""Kill `pulumi up` of ten machines at every point: the next one proves that all of them ran in this run, and cleans up.

The default is a few kills. `THOROUGH=1 make test ARGS=tests/cli/live/test_kills.py` places one after each request that
landed, before its answer, and thirty at random times. docs/recovery.md says what to do after a kill.
"""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drp_emulator import Emulator
from tests.support.admin import AdminClient
from tests.support.agent import make_workflow, start_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.processes import kill
from tests.support.stack import Stack, succeeded
from tests.support.thoroughness import THOROUGH

pytestmark = [pytest.mark.cli, pytest.mark.timeout(3600)]

MACHINES = [f"node-{number}" for number in range(1, 11)]
REQUESTS = 22
"""Writes of one `up`: the profile, ten assignments, ten clears and starts of a workflow that was there before, …"""
PLACED = range(1, REQUESTS + 1) if THOROUGH else (13,)
RANDOM = range(30) if THOROUGH else range(1)
LONGEST = 6.0
"""Seconds: a random kill comes at any time of an undisturbed `up`."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Emulator]:
    with Emulator(len(MACHINES)) as running:
        yield running


@pytest.fixture
def veterans(admin: AdminClient) -> None:
    """Give every machine the workflow, complete, before it belongs to the cluster."""
    if admin.exists("workflows/flow"):
        return
    make_workflow(admin, "flow", "task")


def start_and_finish(admin: AdminClient) -> None:
    for name in MACHINES:
        start_workflow(admin, name, "flow")
    deadline = time.monotonic() + 60
    while not all(is_done(admin, name) for name in MACHINES):
        assert time.monotonic() < deadline
        threading.Event().wait(0.1)


def is_done(admin: AdminClient, name: str) -> bool:
    return bool(admin.get(f"machines/Name:{name}")["WorkflowComplete"])


def jobs_of(admin: AdminClient) -> dict[str, int]:
    uuids = {admin.get(f"machines/Name:{name}")["Uuid"]: name for name in MACHINES}
    counts = dict.fromkeys(MACHINES, 0)
    for job in admin.get("jobs"):
        if job["Machine"] in uuids and job["State"] == "finished":
            counts[uuids[job["Machine"]]] += 1
    return counts


def mend_checkpoint(stack: Stack) -> None:
    """Remove Pulumi's file of attributes if the kill left it empty, as docs/recovery.md says."""
    backend = Path(stack.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    attributes = backend / ".pulumi/stacks/tests/dev.json.attrs"
    if attributes.is_file() and not attributes.read_text():
        attributes.unlink()


def recovered(stack: Stack, admin: AdminClient, before: dict[str, int]) -> None:
    """Follow the advice after a kill; every machine has run since, and a destroy leaves nothing."""
    mend_checkpoint(stack)
    stack.run("cancel", "--yes")
    succeeded(stack.up())
    after = jobs_of(admin)
    assert [name for name in MACHINES if after[name] <= before[name]] == []
    generation = admin.get("profiles/web")["Meta"]["pulumi-run"]
    found = [admin.get(f"machines/Name:{name}") for name in MACHINES]
    assert {machine["Meta"]["pulumi-run/web"].partition("/")[0] for machine in found} == {generation}
    assert [machine["Profiles"] for machine in found] == [["web"]] * len(MACHINES)
    succeeded(stack.up(None, "--expect-no-changes"))
    succeeded(stack.destroy())
    assert not admin.exists("profiles/web")
    left = [admin.get(f"machines/Name:{name}") for name in MACHINES]
    assert [(machine["Profiles"], machine["Workflow"]) for machine in left] == [([], "")] * len(MACHINES)
    assert not any(key.startswith("pulumi-") for machine in left for key in machine["Meta"])


@pytest.fixture
def program(stack: Stack, admin: AdminClient, veterans: None) -> dict[str, int]:
    """A cluster of ten machines that have all run its workflow before; gives the jobs they have finished."""
    start_and_finish(admin)
    stack.program(f'ClusterProfile("web", machines={MACHINES}, workflow="flow", timeout=60)')
    return jobs_of(admin)


@pytest.mark.parametrize("number", PLACED)
def test_a_kill_after_a_write_landed_loses_nothing(
    stack: Stack, proxy: FaultProxy, admin: AdminClient, program: dict[str, int], number: int
) -> None:
    landed, let_go = proxy.hold_reply_number(number)
    process = stack.start("up", "--yes", "--skip-preview")
    assert landed.wait(120)
    kill(process, stack.folder)
    let_go.set()
    recovered(stack, admin, program)


@pytest.mark.parametrize("seed", RANDOM)
def test_a_kill_at_any_time_loses_nothing(stack: Stack, admin: AdminClient, program: dict[str, int], seed: int) -> None:
    process = stack.start("up", "--yes", "--skip-preview")
    threading.Event().wait(random.Random(seed).uniform(0, LONGEST))
    kill(process, stack.folder)
    recovered(stack, admin, program)
