"""A drpcli of the emulator's, its requests written down, and the fixtures that users get."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint, Emulator
from drp_emulator.machines.path_setup import write_subset
from drp_emulator.pytest_plugin import drp_emulator, drp_endpoint, pytest_configure
from tests.emulator.machines.harness import Harness
from tests.emulator.machines.recorder import Recorder
from tests.support.admin import AdminClient

# What an installed wheel gives to tests.
__all__ = ["drp_endpoint", "drp_emulator", "pytest_configure"]

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("RS_", "DRP_"))}


@dataclass
class Drpcli:
    """The subset, run as a script runs it, through a recorder."""

    program: Path
    recorder: Recorder
    environment: dict[str, str]

    def run(self, *words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        self.recorder.seen.clear()
        whole = {**self.environment, **environment}
        return subprocess.run(
            [self.program, *words], env=whole, input=stdin, capture_output=True, text=True, check=False, timeout=60
        )

    def says(self, *words: str, stdin: str = "", **environment: str) -> str:
        """What a call prints that must succeed."""
        done = self.run(*words, stdin=stdin, **environment)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def fails(self, *words: str, stdin: str = "", **environment: str) -> str:
        """What a call complains of that must fail."""
        done = self.run(*words, stdin=stdin, **environment)
        assert (done.returncode, done.stdout) == (1, ""), done.stdout
        return done.stderr

    def sent(self) -> list[tuple[str, Any]]:
        """The last call's requests: line and body."""
        return [(seen.line, seen.body) for seen in self.recorder.seen]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_subset(tmp_path_factory.mktemp("bin"))


@pytest.fixture
def drpcli(program: Path, endpoint: EmulatedEndpoint, admin: AdminClient, tmp_path: Path) -> Iterator[Drpcli]:
    token = admin.get("users/rocketskates/token")["Token"]
    with Recorder(endpoint.url) as recorder:
        yield Drpcli(
            program, recorder, {**CLEAN, "RS_ENDPOINT": recorder.url, "RS_TOKEN": token, "HOME": str(tmp_path)}
        )


@pytest.fixture
def harness(drp_emulator: Emulator) -> Harness:
    """A running emulator with an admin beside it."""
    return Harness(drp_emulator, AdminClient(drp_emulator.url))
