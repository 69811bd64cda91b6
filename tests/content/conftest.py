"""An endpoint with the content pack, and a cluster on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from drp_emulator.machines.path_setup import write_subset
from tests.content.cluster import Cluster
from tests.content.pack import bundled
from tests.support.admin import AdminClient


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `drpcli`."""
    return write_subset(tmp_path_factory.mktemp("bin")).parent


@pytest.fixture
def cluster(endpoint: EmulatedEndpoint, admin: AdminClient, tmp_path: Path, commands: Path) -> Cluster:
    """A cluster whose profile is not there yet."""
    admin.post("contents", bundled())
    return Cluster(endpoint, admin, tmp_path, commands)


@pytest.fixture
def older_cluster(tmp_path: Path, commands: Path) -> Iterator[Cluster]:
    """The same on an endpoint that speaks v3.13."""
    with EmulatedEndpoint(dialect="v3.13") as endpoint:
        admin = AdminClient(endpoint.url)
        admin.post("contents", bundled())
        yield Cluster(endpoint, admin, tmp_path, commands)
