"""Machines that are alive, and a door that only the provider goes through: the machines have their own way."""

from collections.abc import Iterator

import pytest

from drp_emulator import Emulator
from tests.support.door import Door
from tests.support.operator import Operator


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Four machines; a test names its dialect by an indirect parameter."""
    with Emulator(4, dialect=getattr(request, "param", "v4.8")) as running:
        yield running


@pytest.fixture
def operator(simulator: Emulator) -> Operator:
    return Operator(simulator.url)


@pytest.fixture
def door(simulator: Emulator) -> Iterator[Door]:
    with Door(simulator.url) as opened:
        yield opened
