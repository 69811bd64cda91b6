"""Faults happen for real, at the moment asked for, and what follows is what DRP's agent makes of it."""

import os
import time
from pathlib import Path

import pytest
import requests

from drp_emulator import Emulator, Fault
from drp_emulator.machines import faults
from tests.emulator.machines.harness import Harness, eventually, is_alive
from tests.emulator.machines.test_agent import ONE, script_that_waits


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("node-3:die@task2", Fault(machine="node-3", kind="die", task="task2")),
        ("node-3:die@+1.5,back=2", Fault(machine="node-3", kind="die", after=1.5, back=2)),
        ("a.b c:lost@my task+0.5,back=3", Fault(machine="a.b c", kind="lost", task="my task", after=0.5, back=3)),
        ("*:slow=0.2", Fault(machine="*", kind="slow", value="0.2")),
        (
            "node-1:reply-dropped=PATCH@task2",
            Fault(machine="node-1", kind="reply-dropped", value="PATCH", task="task2"),
        ),
        ("node-1:clock=+3600", Fault(machine="node-1", kind="clock", value="+3600")),
        ("node-1:clock=-5", Fault(machine="node-1", kind="clock", value="-5")),
    ],
)
def test_a_fault_has_a_short_form(spec: str, fault: Fault) -> None:
    assert faults.parse(spec) == fault


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("node-1", "write MACHINE:KIND[=VALUE][@TASK][+SECONDS][,back=SECONDS]"),
        ("node-1:die@task,back=soon", "'soon' is no number of seconds"),
        ("node-1:die@+later", "'later' is no number of seconds"),
        ("node-1:melt", "melt is no kind of fault, use one of die, hang, lost, slow, reply-dropped, clock"),
        ("node-1:slow", "slow needs seconds, as in slow=0.5"),
        ("node-1:slow=-1", "slow needs seconds"),
        ("node-1:clock=nan", "clock needs seconds"),
        ("node-1:die=3", "die takes no value"),
        ("node-1:die@+-1", "seconds are not negative"),
        ("node-1:clock=1,back=2", "nothing comes back after clock"),
        ("node-1:reply-dropped=FETCH", "FETCH is no method"),
    ],
)
def test_a_fault_that_cannot_be_is_one_sentence(spec: str, reason: str) -> None:
    with pytest.raises(ValueError, match="The fault") as caught:
        faults.parse(spec)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@ONE
def test_a_fault_for_a_machine_that_is_not_here_is_refused(drp_emulator: Emulator) -> None:
    with pytest.raises(ValueError, match=r"no machine node-9: use one of these: node-1\.$"):
        drp_emulator.fault("node-9:die")


@pytest.mark.drp(machines=1, tls=True)
def test_a_dropped_reply_over_tls_is_refused(drp_emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="reply-dropped cannot read requests inside TLS: leave TLS out"):
        drp_emulator.fault("node-1:reply-dropped")


@pytest.mark.drp(machines=1, faults=["node-1:die@task2"])
def test_a_dead_machine_leaves_its_job_and_no_process(harness: Harness) -> None:
    before = harness.emulator.process("node-1")
    harness.workflow("work", *(harness.task(name, "true\n") for name in ("task1", "task2", "task3")))
    harness.start("work")
    harness.emulator.wait_for("node-1", "off", "lost its power")
    assert before is not None
    assert not is_alive(before)
    assert [(job["Task"], job["State"]) for job in harness.jobs("node-1")] == [
        ("task1", "finished"),
        ("task2", "running"),
    ]
    assert harness.machine("node-1")["Runnable"]


@pytest.mark.parametrize(
    "dialect",
    [
        pytest.param(name, marks=pytest.mark.drp(machines=1, dialect=name, faults=["node-1:die@task2"]))
        for name in ("v4.8", "v3.13")
    ],
)
def test_after_power_on_the_task_runs_in_a_new_job(harness: Harness, dialect: str) -> None:
    harness.workflow("work", *(harness.task(name, "true\n") for name in ("task1", "task2", "task3")))
    harness.start("work")
    harness.emulator.wait_for("node-1", "off", "lost its power")
    harness.emulator.power_on("node-1")
    if dialect == "v4.8":  # where a failed job stops the machine
        harness.wait_until_stopped("node-1")
        harness.set("node-1", "Runnable", True)
    harness.wait_until_complete("node-1")
    assert [(job["Task"], job["State"]) for job in harness.jobs("node-1")] == [
        ("task1", "finished"),
        ("task2", "failed"),
        ("task2", "finished"),
        ("task3", "finished"),
    ]


@ONE
def test_death_ends_every_process_of_a_script(harness: Harness, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 1000 &\nsetsid sleep 1000 &\necho $$ $(jobs -p) >> {pids}\nwait\n"
    harness.workflow("work", harness.task("task1", script))
    harness.start("work")
    eventually(lambda: pids.exists() and len(pids.read_text().split()) == 3)
    processes = [int(pid) for pid in pids.read_text().split()]
    assert all(is_alive(process) for process in processes)
    harness.emulator.fault("node-1:die,back=0.2")
    eventually(lambda: not any(is_alive(process) for process in processes))
    harness.emulator.wait_for("node-1", "on", times=2)


@pytest.mark.drp(machines=1, faults=["node-1:lost@task1,back=0.5"])
def test_a_machine_whose_network_comes_back_goes_on(harness: Harness) -> None:
    harness.workflow(
        "work", harness.task("task1", "drpcli machines set $RS_UUID param my/x to 1\n"), harness.task("task2", "true\n")
    )
    harness.start("work")
    harness.wait_until_complete("node-1")
    assert [outcome[1] for outcome in harness.outcomes("node-1")] == ["finished", "finished"]
    assert harness.machine("node-1")["Params"]["my/x"] == 1


@ONE
def test_a_lost_network_breaks_what_is_open_and_refuses_the_rest(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", 'echo "line $RS_ENDPOINT"\n'))
    harness.start("work")
    harness.wait_until_complete("node-1")
    log = harness.log(harness.jobs("node-1")[0])
    url = next(line.removeprefix("line ") for line in log.splitlines() if line.startswith("line ")) + "/api/v3/info"
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(url, timeout=10).status_code == 401
        harness.emulator.fault("node-1:lost,back=1")
        harness.emulator.wait_for("node-1", "fault", "lost")
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=10)

        def is_back() -> bool:
            try:
                return session.get(url, timeout=10).status_code == 401
            except requests.ConnectionError:
                return False

        eventually(is_back)


@pytest.mark.drp(machines=1, faults=["node-1:reply-dropped=PATCH@task1"])
def test_a_lost_reply_to_the_end_of_a_job_is_repeated(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", "true\n"), harness.task("task2", "true\n"))
    harness.start("work")
    harness.wait_until_complete("node-1")
    assert [outcome[1] for outcome in harness.outcomes("node-1")] == ["finished", "finished"]
    assert "Failed to update the job to its final state finished" in harness.log(harness.jobs("node-1")[0])


@ONE
def test_a_lost_reply_to_the_request_for_a_job_costs_that_job(harness: Harness) -> None:
    harness.emulator.wait_for("node-1", "idle")
    harness.workflow("work", harness.task("task1", "true\n"))
    harness.emulator.fault(Fault(machine="node-1", kind="reply-dropped", value="POST"))
    harness.emulator.wait_for("node-1", "fault")
    harness.start("work")
    harness.wait_until_stopped("node-1")
    harness.set("node-1", "Runnable", True)
    harness.wait_until_complete("node-1")
    assert [outcome[1] for outcome in harness.outcomes("node-1")] == ["failed", "finished"]


@pytest.mark.drp(machines=1, faults=["node-1:reply-dropped=PATCH@task1"])
def test_a_compare_and_set_without_a_reply_has_lost(harness: Harness) -> None:
    """As with the real drpcli: it asks again, and by then the value is its own."""
    script = "drpcli -r 1 machines set $RS_UUID param my/x to 2 && echo won || echo lost\n"
    harness.admin.post("machines/Name:node-1/params/my/x", 1)
    harness.workflow("work", harness.task("task1", script))
    harness.start("work")
    harness.wait_until_complete("node-1")
    assert harness.machine("node-1")["Params"]["my/x"] == 2
    assert "\nlost\n" in harness.log(harness.jobs("node-1")[0])


@ONE
def test_a_machine_that_hangs_stands_still_until_it_goes_on(harness: Harness, tmp_path: Path) -> None:
    harness.workflow("work", harness.task("task1", script_that_waits(tmp_path / "proxy")))
    harness.start("work")
    eventually((tmp_path / "proxy").exists)
    harness.emulator.fault("node-1:hang,back=1")
    process = harness.emulator.process("node-1")
    eventually(lambda: Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    (tmp_path / "proxy").write_text("knock\n")
    harness.wait_until_complete("node-1")


@pytest.mark.drp(machines=1, faults=["node-1:slow=0.3@task1"])
def test_a_slow_line_delays_each_request(harness: Harness) -> None:
    script = (
        'before=${EPOCHREALTIME/./}; drpcli machines exists $RS_UUID; echo "took $((${EPOCHREALTIME/./} - before))"\n'
    )
    harness.workflow("work", harness.task("task1", script))
    harness.start("work")
    harness.wait_until_complete("node-1")
    (took,) = (line for line in harness.log(harness.jobs("node-1")[0]).splitlines() if line.startswith("took "))
    assert int(took.split()[1]) >= 300_000


@pytest.mark.drp(machines=2, faults=["node-2:clock=-86400"])
def test_each_machine_has_a_clock_of_its_own(harness: Harness) -> None:
    harness.workflow("work", harness.task("task1", "date +%s; date -u +%Y; date -d @0 +%s\n"))
    harness.start("work")
    harness.wait_until_complete()
    seconds = {}
    for machine in ("node-1", "node-2"):
        log = harness.log(harness.jobs(machine)[0]).partition("Command running\n")[2]
        seconds[machine] = int(log.splitlines()[0])
        assert log.splitlines()[2] == "0"
    assert abs(time.time() - seconds["node-1"]) < 3600
    assert abs(time.time() - 86400 - seconds["node-2"]) < 3600


@ONE
def test_a_killed_agent_is_off_and_its_scripts_ended(harness: Harness, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    harness.workflow("work", harness.task("task1", f"echo $$ >> {pids}\nsleep 1000\n"))
    harness.start("work")
    eventually(lambda: pids.exists() and pids.read_text().strip())
    process = harness.emulator.process("node-1")
    assert process is not None
    os.kill(process, 9)
    harness.emulator.wait_for("node-1", "off", "lost its power")
    eventually(lambda: not is_alive(int(pids.read_text().split()[0])))
