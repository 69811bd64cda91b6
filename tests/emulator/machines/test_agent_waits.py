"""An agent that was told that there is nothing to do hears of work, and asks no more often than it must."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drp_emulator import EmulatedEndpoint, Emulator
from tests.emulator.machines.harness import Harness, eventually
from tests.emulator.machines.recorder import Recorder
from tests.support.admin import AdminClient

ASKS, LOOKS = "POST /jobs", "GET /machines/"


@pytest.fixture
def recorder(endpoint: EmulatedEndpoint) -> Iterator[Recorder]:
    with Recorder(endpoint.url) as opened:
        yield opened


@pytest.fixture
def harness(recorder: Recorder, admin: AdminClient) -> Iterator[Harness]:
    """A machine that has nothing to do yet, whose every request is seen."""
    with Emulator(endpoint=recorder.url, names=["node-1"]) as emulator:
        emulator.wait_for("node-1", "idle")
        yield Harness(emulator, admin)


def set_anew(harness: Harness, recorder: Recorder, times: int) -> list[object]:
    """Set the workflow again around so many requests for a job; gives the workflows that those met."""
    met: list[object] = []

    @contextmanager
    def around(line: str) -> Iterator[None]:
        hit = line == ASKS and len(met) < times
        if hit:
            harness.set("node-1", "Workflow", "")
        yield
        if hit:
            met.append(harness.machine("node-1")["Workflow"])
            harness.set("node-1", "Workflow", "work")

    recorder.around = around
    return met


def test_a_workflow_set_while_the_machine_asks_is_run(harness: Harness, recorder: Recorder) -> None:
    harness.workflow("work", harness.task("task1", "true\n"))
    met = set_anew(harness, recorder, times=1)
    harness.set("node-1", "Workflow", "work")
    harness.wait_until_complete("node-1")
    assert met == [""]
    assert harness.outcomes("node-1") == [("task1", "finished", "complete")]


def test_a_machine_without_a_job_asks_at_slow_looks_only(harness: Harness, recorder: Recorder) -> None:
    harness.workflow("work", harness.task("task1", "true\n"))
    met = set_anew(harness, recorder, times=3)
    recorder.seen.clear()
    harness.set("node-1", "Workflow", "work")

    def has_asked_while_others_write() -> bool:
        harness.set("node-1", "Description", f"after {len(recorder.seen)} requests")
        return len(met) == 3

    eventually(has_asked_while_others_write)
    lines = recorder.lines()
    looks = sum(line.startswith(LOOKS) for line in lines)
    assert looks > 4 * lines.count(ASKS), "it asked whenever it heard of a change that means nothing to it"
    harness.wait_until_complete("node-1")


def test_a_machine_whose_workflow_is_over_asks_for_nothing(harness: Harness, recorder: Recorder) -> None:
    harness.workflow("work", harness.task("task1", "true\n"))
    harness.set("node-1", "Workflow", "work")
    harness.wait_until_complete("node-1")
    # So many that two are slow looks at least; behind the first of these it would ask.
    eventually(lambda: all(line.startswith(LOOKS) for line in recorder.lines()[-6:]))
