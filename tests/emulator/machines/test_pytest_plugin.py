"""The pytest plugin that the wheel brings along."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint, Emulator
from tests.emulator.machines.conftest import CLEAN
from tests.support.admin import AdminClient
from tests.support.stack import ROOT

PLUGIN = "drp_emulator.pytest_plugin"
USERS_TESTS = """
import pytest
from drp_emulator import Emulator

@pytest.mark.drp(machines=2, dialect="v3.13", faults=["node-2:die"])
def test_mine(drp_emulator: Emulator) -> None:
    drp_emulator.wait_for("node-2", "off")
    assert drp_emulator.process("node-1") is not None

def test_endpoint(drp_endpoint) -> None:
    assert drp_endpoint.url.startswith("http://127.0.0.1:")

@pytest.mark.drp(faults=["node-1:die"])
def test_misused(drp_endpoint) -> None:
    pass
"""


def pytest_run(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "--strict-markers", *words]
    done = subprocess.run(
        command, cwd=folder, env={**CLEAN, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_users_get_the_fixtures_and_the_marker(tmp_path: Path) -> None:
    (tmp_path / "test_users.py").write_text(USERS_TESTS)
    said = pytest_run(tmp_path, "-q")
    assert "2 passed, 1 error" in said, said
    assert "The marker drp(faults=...) needs the fixture drp_emulator" in said


def test_the_fixtures_are_listed_with_what_they_are(tmp_path: Path) -> None:
    said = pytest_run(tmp_path, "--fixtures")
    assert "drp_endpoint" in said
    assert "Start an endpoint of the test's own with machines that run workflows." in said
    assert "@pytest.mark.drp(machines=8, dialect='v4.8', tls=False, faults=())" in pytest_run(tmp_path, "--markers")


def test_a_test_run_that_does_not_use_it_imports_nothing_of_it(tmp_path: Path) -> None:
    code = f"import sys, {PLUGIN}; print(*sorted(n for n in sys.modules if n.startswith(('drp_', 'pulumi'))))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=CLEAN, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["drp_emulator", PLUGIN]


def test_the_wheel_announces_the_plugin() -> None:
    project = tomllib.loads((ROOT / "drp_emulator" / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"drp_emulator": PLUGIN}


def test_an_endpoint_of_ones_own(drp_endpoint: EmulatedEndpoint) -> None:
    assert AdminClient(drp_endpoint.url).exists("machines/Name:node-8")


def test_an_emulator_of_ones_own(drp_emulator: Emulator) -> None:
    assert list(drp_emulator.machines) == [f"node-{number}" for number in range(1, 9)]
    drp_emulator.wait_for("node-8", "idle")


def test_a_missing_report_is_told_from_an_unknown_one(drp_emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="There is no report 'idel' of a machine: wait for one of on, off, idle"):
        drp_emulator.wait_for("node-1", "idel")
    with pytest.raises(TimeoutError, match=r"node-1 has not reported 'task x' 2 times within 0 s; its last .*: on \d+"):
        drp_emulator.wait_for("node-1", "task", "x", seconds=0, times=2)
