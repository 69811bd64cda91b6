"""The bench runs, and counts what the README promises. What it measures in seconds is nobody's promise."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.support.stack import ROOT
from tests.support.thoroughness import THOROUGH

pytestmark = [pytest.mark.cli, pytest.mark.timeout(600)]


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", "--quick", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=570,
    )


def rows(text: str) -> dict[str, list[str]]:
    """The cells of every line of every table, by the first of them."""
    lines = (re.split(r" *\| *", line.strip("| ")) for line in text.splitlines() if line.startswith("| "))
    return {cells[0]: cells[1:] for cells in lines}


def test_the_bench_counts_the_promised_requests(bare_environment: pytest.MonkeyPatch) -> None:
    ran = bench("--only", "requests")
    assert ran.returncode == 0, ran.stderr
    found = {name: cells for name, cells in rows(ran.stdout).items() if name != "operation"}
    assert {cells[-1] for cells in found.values()} == {"reached"}
    assert {cells[2] for cells in found.values()} <= {"0", "1"}
    assert {name: int(cells[0]) for name, cells in found.items()} == {
        "create": 1,
        "change one": 1,
        "change all": 1,
        "new key": 2,
        "refresh": 1,
        "no-op": 0,
        "delete": 2,
        "assignment": 1,
        "unassignment": 2,
        "cluster of 3": 4,
        "cluster of 3 gone": 8,
    }


@pytest.mark.skipif(not THOROUGH, reason="measures time by fifty seconds of CPU time: THOROUGH=1")
def test_the_bench_measures_time_and_memory_beside_the_floor(bare_environment: pytest.MonkeyPatch) -> None:
    ran = bench("--only", "time")
    assert ran.returncode == 0, ran.stderr
    assert {"create", "delete", "cluster of 3", "cluster of 3 gone"} <= rows(ran.stdout).keys()
    assert "provider process, most memory" in ran.stdout


def test_the_bench_runs_workflows_on_simulated_machines(bare_environment: pytest.MonkeyPatch) -> None:
    ran = bench("--only", "machines")
    assert ran.returncode == 0, ran.stderr
    assert "3 live machines, 12 records" in ran.stdout
    found = rows(ran.stdout)
    assert found["power on until all are idle"][1] == "3 of 3"
    for run in ("5 tasks that only print", "5 tasks with two drpcli calls each"):
        seconds, finished, jobs, *rates = found[run]
        assert (finished, jobs) == ("3 of 3", "15")
        assert all(float(figure) > 0 for figure in (seconds, *rates))
    agents = [name for name in found if name.startswith("agent of a machine")]
    assert [found[name][0] for name in (*agents, "supervisor", "server")] == ["3", "3", "1", "1"]
    if sys.platform == "linux":
        assert all(float(figure) > 0 for name in (*agents, "supervisor", "server") for figure in found[name][1:])


@pytest.mark.skipif(shutil.which("curl") is None, reason="the shell loop needs curl")
def test_the_bench_races_an_up_against_a_shell_loop(
    bare_environment: pytest.MonkeyPatch,
) -> None:
    ran = bench("--only", "cluster")
    assert ran.returncode == 0, ran.stderr
    ours, by_hand, *_, finished = rows(ran.stdout)["3"]
    assert float(ours) > 0
    assert float(by_hand) > 0
    assert finished == "3 of 3"


def test_the_bench_counts_compare_and_sets(bare_environment: pytest.MonkeyPatch) -> None:
    ran = bench("--only", "server")
    assert ran.returncode == 0, ran.stderr
    found = rows(ran.stdout)
    done, attempts, rejected, requests, *_ = found["compare-and-set, 8 at once"]
    assert 0 < int(done) <= int(attempts) <= int(requests)
    assert rejected != "0%"
    assert found["compare-and-set alone, 1 at once"][2] == "0%"


def test_an_unknown_section_of_the_bench_is_refused() -> None:
    ran = bench("--only", "machines,speed")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "there is no section 'speed': take some of requests, time, server, machines, cluster" in ran.stderr
