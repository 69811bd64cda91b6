"""However an emulator ends, no process of its machines is left."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drp_emulator import Emulator
from tests.emulator.machines.conftest import CLEAN
from tests.emulator.machines.harness import Harness, eventually, is_alive
from tests.support.admin import AdminClient
from tests.support.stack import ROOT

URL = re.compile(r"https?://127\.0\.0\.1:\d+")
ON = re.compile(r"is on, process (\d+)")


class Program:
    """`python -m drp_emulator` in a process group of its own, with a script running on each machine."""

    def __init__(self, tmp_path: Path) -> None:
        self.pids = tmp_path / "pids"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "drp_emulator", "--port", "0", "--machines", "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**CLEAN, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        self.agents: list[int] = []
        self.url = ""
        assert self.process.stdout is not None
        while not self.url or len(self.agents) < 2:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()
            self.agents += [int(pid) for pid in ON.findall(line)]
            self.url = next(iter(URL.findall(line)), self.url)

    def occupy(self) -> None:
        """Let every machine run a script with children, one of which leaves its process group."""
        admin = AdminClient(self.url)
        script = f"#!/bin/bash\nsleep 1000 &\nsetsid sleep 1000 &\necho $$ $(jobs -p) >> {self.pids}\nwait\n"
        admin.post("tasks", {"Name": "task1", "Templates": [{"Name": "script", "Contents": script}]})
        admin.post("stages", {"Name": "stage1", "Tasks": ["task1"]})
        admin.post("workflows", {"Name": "work", "Stages": ["stage1"]})
        for name in ("node-1", "node-2"):
            admin.patch(f"machines/Name:{name}", {"op": "replace", "path": "/Workflow", "value": "work"})
        eventually(lambda: self.pids.exists() and len(self.pids.read_text().split()) == 6)

    def left(self) -> list[int]:
        processes = [*self.agents, *(int(pid) for pid in self.pids.read_text().split())]
        return [process for process in processes if is_alive(process)]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    started = Program(tmp_path)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_emulator_that_is_told_to_stop_leaves_no_process(program: Program, number: signal.Signals) -> None:
    program.occupy()
    assert len(program.left()) == 8
    program.process.send_signal(number)
    _, complaints = program.process.communicate(timeout=60)
    assert (program.process.returncode, complaints) == (0, "")
    assert program.left() == []


def test_an_emulator_that_is_killed_leaves_no_process(program: Program) -> None:
    program.occupy()
    program.process.kill()
    eventually(lambda: program.left() == [])


def test_a_killed_supervisor_ends_its_machines(program: Program) -> None:
    program.occupy()
    supervisor = int(Path(f"/proc/{program.agents[0]}/stat").read_text().rpartition(")")[2].split()[1])
    scripts = [int(pid) for pid in program.pids.read_text().split()]
    subprocess.run(["kill", "-KILL", str(supervisor)], check=True)
    _, complaints = program.process.communicate(timeout=60)
    assert program.process.returncode == 1
    assert complaints == "The supervisor of the simulated machines has died: start the emulator again.\n"
    eventually(lambda: not any(is_alive(agent) for agent in program.agents))
    for process in (
        one for one in scripts if is_alive(one)
    ):  # those that left their group: a killed supervisor sweeps not
        subprocess.run(["kill", "-KILL", str(process)], check=False)


def test_stopping_removes_the_scratch_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Emulator(2) as emulator:
        harness = Harness(emulator, AdminClient(emulator.url))
        harness.workflow("work", harness.task("task1", 'touch "$HOME/file"; mkdir -p "$TMPDIR/a/b"\n'))
        harness.start("work")
        harness.wait_until_complete()
        assert list(tmp_path.rglob("file"))
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_emulator_can_be_started_again() -> None:
    emulator = Emulator(1)
    for _ in range(2):
        with emulator:
            emulator.wait_for("node-1", "idle")
    with pytest.raises(RuntimeError, match="not running"):
        emulator.fault("node-1:die")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "0", "--fault", "x"], "The fault 'x' cannot be read"),
        (["--port", "0", "--fault", "node-99:die"], "The emulator has no machine node-99"),
        (["--endpoint", "http://127.0.0.1:1"], "The endpoint http://127.0.0.1:1 cannot be reached"),
        (["--endpoint", "nonsense"], "The endpoint 'nonsense' is no address"),
        (["--endpoint", "https://[::1"], "The endpoint 'https://[::1' is no address"),
        (["--endpoint", "http://::1"], "The endpoint 'http://::1' is no address"),
        (["--endpoint", "http://h:99999"], "The endpoint 'http://h:99999' is no address"),
        (["--endpoint", f"http://h:{'9' * 5000}"], "The endpoint 'http://h:999"),
        (["--endpoint", "http://user:pw@localhost:1"], "The endpoint 'http://…@localhost:1' is no address"),
        (["--endpoint", "http://[::1]:1"], "The endpoint http://[::1]:1 cannot be reached"),
    ],
)
def test_what_cannot_be_started_is_one_sentence(arguments: list[str], complaint: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "drp_emulator", *arguments],
        env={**CLEAN, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(complaint)
    assert done.stderr.count("\n") == 1


def test_a_second_emulator_asks_for_another_port(drp_emulator: Emulator) -> None:
    port = drp_emulator.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "drp_emulator", "--port", port],
        env={**CLEAN, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    text = f"Port {port} is in use already: stop what listens there, or choose another --port (0: any).\n"
    assert (done.returncode, done.stderr) == (1, text)


@pytest.fixture
def on(endpoint: object) -> Callable[..., Emulator]:
    """An emulator on another endpoint."""
    url = endpoint.url.replace("127.0.0.1", "localhost")  # type: ignore[attr-defined]
    return lambda machines, **options: Emulator(machines, endpoint=url, **options)


def test_machines_stand_in_on_another_endpoint(on: Callable[..., Emulator], admin: AdminClient) -> None:
    for machine in ("node-1", "node-2"):
        admin.delete(f"machines/Name:{machine}")
    with on(2) as emulator:
        harness = Harness(emulator, admin)
        assert harness.machine("node-1")["Meta"]["simulated"] == "true"
        harness.workflow("work", harness.task("task1", "true\n"))
        harness.start("work")
        harness.wait_until_complete()
    with on(2) as emulator:
        emulator.wait_for("node-2", "idle")


def test_a_machine_of_somebody_elses_is_taken_only_by_name(on: Callable[..., Emulator]) -> None:
    with pytest.raises(RuntimeError, match=r"node-1 .* is not a simulated one: name it with `--machine node-1`"):
        on(1).start()
    with on(1, names=["node-1"]) as emulator:
        emulator.wait_for("node-1", "idle")


def test_wrong_credentials_are_one_sentence(on: Callable[..., Emulator]) -> None:
    with pytest.raises(RuntimeError, match="refuses GET machine node-1: Access Denied"):
        on(1, key="rocketskates:wrong").start()
