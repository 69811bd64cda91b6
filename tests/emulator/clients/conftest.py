"""An endpoint over TLS for clients that were not written here, and the real drpcli."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from tests.emulator.clients.drpcli import Drpcli
from tests.support.go_programs import built

_numbers = count(1)


@pytest.fixture(scope="module", params=["v4.8", "v3.13"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def endpoint(dialect: str) -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(store=None, machines=8, dialect=dialect, tls=True) as running:
        yield running


@pytest.fixture
def name() -> str:
    """A name that no other test of this process has used."""
    return f"client-{next(_numbers)}"


@pytest.fixture(scope="session")
def program() -> Path:
    """RackN's own drpcli, alone in its folder."""
    module = "gitlab.com/rackn/provision/v4"
    version = (f"{module}.RSMinorVersion=16", f"{module}.RSPatchVersion=9", f"{module}.RSExtra=")
    return built("drpcli", f"{module}/cmds/drpcli", *version)


@pytest.fixture
def drpcli(program: Path, endpoint: EmulatedEndpoint, tmp_path: Path) -> Drpcli:
    return Drpcli(program, tmp_path, {"RS_ENDPOINT": endpoint.url, "RS_KEY": "rocketskates:r0cketsk8ts"})
