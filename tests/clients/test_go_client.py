"""RackN's own Go client against the endpoint; go/README.md says what it is built from."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from drp_provider.embedded import EmbeddedEndpoint

SOURCE = Path(__file__).parent / "go"
CHECKS = sorted(re.findall(r'^\t"([^"]+)": +\w', (SOURCE / "checks.go").read_text(), re.MULTILINE))


@pytest.fixture(scope="session")
def client() -> Path:
    """The program that runs one check, built once per machine and state of its source."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed, and RackN's Go client has to be built")
    files = sorted(path for path in SOURCE.rglob("*") if path.suffix in {".go", ".mod", ".sum"})
    state = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi-drp"
    program = home / f"go-client-{state}"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "go-client.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other test processes wait instead of building too
        if not program.exists():
            _build(go, program)
    return program


def _build(go: str, program: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="go-client-building-", dir=program.parent) as folder:
        made = Path(folder) / "client"
        done = subprocess.run(
            [go, "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", made, "."],
            cwd=SOURCE,
            env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        made.rename(program)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    # The client reads RS_LOCAL_PROXY and proxies from its environment: it gets none.
    return subprocess.run(command, env={}, check=False, capture_output=True, text=True)


def test_every_check_of_the_program_is_run_here(client: Path) -> None:
    assert run(client).stdout.splitlines() == CHECKS


def test_a_check_that_does_not_hold_fails(client: Path, endpoint: EmbeddedEndpoint) -> None:
    done = run(client, endpoint.url, "v9", "info tells version and features")
    assert done.returncode == 1
    assert done.stdout == "the version: got false, wanted true\n"


@pytest.mark.parametrize("check", CHECKS)
def test_it_finds_that(client: Path, endpoint: EmbeddedEndpoint, dialect: str, check: str) -> None:
    done = run(client, endpoint.url, dialect, check)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
