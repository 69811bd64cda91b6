"""Machines that are alive, and a proxy that only the provider goes through: the machines have their own way."""

from collections.abc import Iterator

import pytest

from drp_emulator import Emulator
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Four machines; a test names its dialect by an indirect parameter."""
    with Emulator(4, dialect=getattr(request, "param", "v4.8")) as running:
        yield running


@pytest.fixture
def admin(simulator: Emulator) -> AdminClient:
    return AdminClient(simulator.url)


@pytest.fixture
def proxy(simulator: Emulator) -> Iterator[FaultProxy]:
    with FaultProxy(simulator.url) as opened:
        yield opened
