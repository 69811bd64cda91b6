"""Fixtures for tests of clusters: `drp_endpoint` and `drp_emulator`. Installing the wheel is enough to have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from drp_emulator.emulator import Emulator
    from drp_emulator.server.server import EmulatedEndpoint

_MARKER = "drp"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(machines=8, dialect='v4.8', tls=False, faults=()): what drp_endpoint and drp_emulator start with",
    )


@pytest.fixture
def drp_endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    """Start a DRP endpoint of the test's own on loopback: `drp_endpoint.url`, as `rocketskates:r0cketsk8ts`.

    Its machines are records only: nothing runs on them. `@pytest.mark.drp(machines=16)` sets what it starts with.
    """
    from drp_emulator.server.server import EmulatedEndpoint

    options = _options(request)
    if "faults" in options:
        raise pytest.UsageError("The marker drp(faults=...) needs the fixture drp_emulator: drp_endpoint runs nothing.")
    with EmulatedEndpoint(**options) as endpoint:
        yield endpoint


@pytest.fixture
def drp_emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Start an endpoint of the test's own with machines that run workflows.

    It has `url`, `fault(...)`, `power_on(...)`, `wait_for(...)` and more.
    `@pytest.mark.drp(machines=16, faults=["node-3:die@join"])` sets what it starts with.
    """
    from drp_emulator.emulator import Emulator

    with Emulator(**_options(request)) as emulator:
        yield emulator


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker(_MARKER)
    return dict(marker.kwargs) if marker else {}
