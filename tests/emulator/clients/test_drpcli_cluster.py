"""The cluster pattern with nothing of ours on the machines: RackN's drpcli in the scripts, and RackN's agent too."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint, Emulator
from drp_provider.patch.progress_record import ProgressRecord, progress_key
from tests.content.cluster import PROFILE, SEEDS
from tests.content.pack import CONTENT
from tests.emulator.clients.drpcli import Drpcli
from tests.emulator.machines.harness import Harness, eventually
from tests.support.admin import AdminClient

MACHINES = 4
BEFORE = {"color": "black", "icon": "server"}
"""What machines of the emulator show at first."""
pytestmark = [
    pytest.mark.go,
    pytest.mark.timeout(1200),  # the first test on a machine waits for the build
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]


def prepare(drpcli: Drpcli, machines: list[str]) -> None:
    """Upload the pack and give the machines a cluster profile, all with drpcli."""
    pack = drpcli.folder / "pack.json"
    drpcli.says("contents", "bundle", str(pack), "--src-dir", str(CONTENT))
    drpcli.says("contents", "upload", str(pack))
    drpcli.says("profiles", "create", PROFILE)
    own = {"cluster-profile": PROFILE, "cluster-pattern/size": len(machines), "cluster-pattern/timeout": 120}
    drpcli.says("profiles", "params", PROFILE, "-", stdin=str({**own, **SEEDS}))
    for machine in machines:
        drpcli.says("machines", "addprofile", f"Name:{machine}", PROFILE)


def finished(drpcli: Drpcli) -> bool:
    machines = drpcli.tells("machines", "list")
    return all(found["Tasks"] and found["CurrentTask"] >= len(found["Tasks"]) for found in machines)


def assert_one_leader_and_everybody_done(drpcli: Drpcli, machines: dict[str, str]) -> None:
    params = drpcli.tells("profiles", "params", PROFILE)
    leader = params["cluster-pattern/leader"]
    assert leader in machines.values()
    assert [entry["Uuid"] for entry in params["cluster-pattern/leaders"]] == [leader]
    assert params["cluster-pattern/data"]["Uuid"] == leader
    reports = params["cluster-pattern/reports"]
    assert {report["Uuid"] for report in reports} == set(machines.values())
    assert [report["Value"] for report in reports] == [{"Leader": leader}] * len(machines)
    shown = {found["Uuid"]: found["Meta"] for found in drpcli.tells("machines", "list")}
    for uuid, notes in shown.items():
        assert (notes["color"], notes["icon"]) == ("green", "anchor" if uuid == leader else "ship")
        record = ProgressRecord(BEFORE, {"color": "green", "icon": notes["icon"]})
        assert notes[progress_key(PROFILE)] == record.to_text()


@pytest.mark.parametrize("dialect", ["v4.8", "v3.13"])
def test_simulated_machines_run_it_with_the_real_drpcli(
    program: Path, dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with Emulator(MACHINES, dialect=dialect, tls=True) as emulator:
        drpcli = Drpcli(program, tmp_path, {"RS_ENDPOINT": emulator.url, "RS_KEY": emulator.key})
        prepare(drpcli, list(emulator.machines))
        harness = Harness(emulator, AdminClient(emulator.url, verify=False))
        harness.start("cluster-pattern")
        harness.wait_until_complete()
        assert_one_leader_and_everybody_done(drpcli, emulator.machines)
        jobs = [job for machine in emulator.machines for job in harness.jobs(machine)]
        assert len(jobs) == MACHINES * 5
        assert {job["State"] for job in jobs} == {"finished"}
        assert [job["Task"] for job in jobs if f"drpcli is {program}\n" not in harness.log(job)] == []


@contextmanager
def agents(program: Path, url: str, tokens: dict[str, str]) -> Iterator[None]:
    """RackN's agent for each machine, as `drpcli machines processjobs` runs it."""
    with ExitStack() as stack:
        for uuid, token in tokens.items():
            # The path of the agent's socket has room for a short name only.
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drp-")))
            environment = {"RS_ENDPOINT": url, "RS_TOKEN": token, "RS_UUID": uuid}
            environment |= {"HOME": str(home), "TMPDIR": str(home)}
            environment |= {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
            with (home / "log").open("w") as log:
                process = subprocess.Popen(
                    [program, "machines", "processjobs", uuid, "--skip-power"],
                    cwd=home,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            stack.callback(process.wait, 60)
            stack.callback(process.kill)
        yield


def test_rackns_own_agents_run_it_to_the_end(program: Path, tmp_path: Path) -> None:
    # An endpoint of v3.13 has no Context on machines, and this agent waits for one.
    with EmulatedEndpoint(machines=MACHINES, tls=True) as endpoint:
        drpcli = Drpcli(program, tmp_path, {"RS_ENDPOINT": endpoint.url, "RS_KEY": "rocketskates:r0cketsk8ts"})
        machines = {found["Name"]: found["Uuid"] for found in drpcli.tells("machines", "list")}
        prepare(drpcli, list(machines))
        for uuid in machines.values():
            drpcli.says("machines", "workflow", uuid, "cluster-pattern")
        tokens = {uuid: drpcli.tells("machines", "token", uuid)["Token"] for uuid in machines.values()}
        with agents(program, endpoint.url, tokens):
            eventually(lambda: finished(drpcli))
        assert_one_leader_and_everybody_done(drpcli, machines)
        jobs = drpcli.tells("jobs", "list")
        assert {job["State"] for job in jobs} == {"finished"}
        (log, *_) = (drpcli.says("jobs", "log", job["Uuid"]) for job in jobs if job["Task"] == "cluster-pattern-elect")
        assert "Task cluster-pattern-elect finished" in log
