"""RackN's own Go client against the endpoint; go/README.md says what it is built from."""

import re
import subprocess
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.go_programs import SOURCE, built

pytestmark = pytest.mark.go

CHECKS = sorted(re.findall(r'^\t"([^"]+)": +\w', (SOURCE / "checks.go").read_text(), re.MULTILINE))


@pytest.fixture(scope="session")
def client() -> Path:
    """The program that runs one check."""
    return built("client", ".")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    # The client reads RS_LOCAL_PROXY and proxies from its environment: it gets none.
    return subprocess.run(command, env={}, check=False, capture_output=True, text=True)


def test_every_check_of_the_program_is_run_here(client: Path) -> None:
    assert run(client).stdout.splitlines() == CHECKS


def test_a_check_that_does_not_hold_fails(client: Path, endpoint: EmulatedEndpoint) -> None:
    done = run(client, endpoint.url, "v9", "info tells version and features")
    assert done.returncode == 1
    assert done.stdout == "the version: got false, wanted true\n"


@pytest.mark.parametrize("check", CHECKS)
def test_it_finds_that(client: Path, endpoint: EmulatedEndpoint, dialect: str, check: str) -> None:
    done = run(client, endpoint.url, dialect, check)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
