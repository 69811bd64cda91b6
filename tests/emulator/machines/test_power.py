"""Power goes off and on faster than processes end, and the last word counts."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from drp_emulator import Emulator
from drp_emulator.machines.supervisor_client import Report
from tests.emulator.machines.harness import is_alive
from tests.emulator.machines.test_agent import ONE
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy


@contextmanager
def at_once(emulator: Emulator) -> Iterator[None]:
    """All that is asked for in here reaches the supervisor in one piece, before it can see a process end."""
    os.kill(emulator.supervisor, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(emulator.supervisor, signal.SIGCONT)


def is_off_for_good(emulator: Emulator) -> bool:
    """Whether the machine is still off when the supervisor has had time to boot it."""
    faults = sum(report.what == "fault" for report in emulator.reports)
    emulator.fault("node-1:clock=0@+1.1")  # behind the second that a crashed agent is given
    emulator.wait_for("node-1", "fault", times=faults + 1)
    return emulator.process("node-1") is None


@ONE
def test_a_machine_powered_off_and_on_at_once_boots_again(drp_emulator: Emulator) -> None:
    for turn in range(3):
        drp_emulator.wait_for("node-1", "idle", times=turn + 1)
        with at_once(drp_emulator):
            drp_emulator.power_off("node-1")
            drp_emulator.power_on("node-1")
        drp_emulator.wait_for("node-1", "on", times=turn + 2)
    ups_and_downs = [report.what for report in drp_emulator.reports if report.what in ("on", "off")]
    assert ups_and_downs == ["on", "off", "on", "off", "on", "off", "on"]


@ONE
def test_a_dead_machine_whose_power_returns_boots_again(drp_emulator: Emulator) -> None:
    drp_emulator.wait_for("node-1", "idle")
    drp_emulator.fault("node-1:die,back=0")
    drp_emulator.wait_for("node-1", "idle", times=2)


@ONE
def test_a_machine_that_is_powered_off_last_stays_off(drp_emulator: Emulator) -> None:
    with at_once(drp_emulator):
        for _ in range(2):
            drp_emulator.power_off("node-1")
            drp_emulator.power_on("node-1")
        drp_emulator.power_off("node-1")
    drp_emulator.wait_for("node-1", "off", "lost its power")
    assert is_off_for_good(drp_emulator)


@ONE
def test_power_on_does_not_boot_a_killed_machine_that_was_on(drp_emulator: Emulator) -> None:
    process = drp_emulator.process("node-1")
    assert process is not None
    with at_once(drp_emulator):
        drp_emulator.power_on("node-1")
        os.kill(process, signal.SIGKILL)
    drp_emulator.wait_for("node-1", "off", "lost its power")
    assert is_off_for_good(drp_emulator)


def crash(emulator: Emulator, proxy: FaultProxy) -> None:
    """Let the agent end as by an error of its own: it is told of a machine that is none."""
    proxy.answer("GET", 200, b"{}", "application/json", times=99)  # which of its requests comes first is open
    emulator.wait_for("node-1", "off", "crashed with exit code 1")
    proxy.faults.clear()


def test_a_crashed_agent_restarts_unless_its_machine_is_off(proxy: FaultProxy, admin: AdminClient) -> None:
    assert admin.exists("machines/Name:node-1")
    with Emulator(endpoint=proxy.url, names=["node-1"]) as emulator:
        crash(emulator, proxy)
        emulator.wait_for("node-1", "on", times=2)
    with Emulator(endpoint=proxy.url, names=["node-1"]) as emulator:
        crash(emulator, proxy)
        emulator.power_off("node-1")
        assert is_off_for_good(emulator)
        emulator.power_on("node-1")
        emulator.wait_for("node-1", "on", times=2)


def test_a_machine_that_reboots_is_off_after_the_emulator() -> None:
    reports: list[Report] = []
    with Emulator(1, watch=reports.append) as emulator, at_once(emulator):
        emulator.power_off("node-1")
        emulator.power_on("node-1")
        os.kill(emulator.supervisor, signal.SIGTERM)
    assert not any(is_alive(int(report.detail)) for report in reports if report.what == "on")
