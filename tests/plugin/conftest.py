"""A provider process for many tests: it starts in a second, so each module has one."""

from collections.abc import Iterator
from itertools import count

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.door import Door
from tests.support.operator import KEY, Operator
from tests.support.plugin import Plugin

_numbers = count(1)


@pytest.fixture(scope="module")
def shared_endpoint() -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=8) as running:
        yield running


@pytest.fixture(scope="module")
def shared_door(shared_endpoint: EmulatedEndpoint) -> Iterator[Door]:
    with Door(shared_endpoint.url) as opened:
        yield opened


@pytest.fixture
def door(shared_door: Door) -> Door:
    shared_door.forget()
    shared_door.faults.clear()
    return shared_door


@pytest.fixture
def operator(shared_endpoint: EmulatedEndpoint) -> Operator:
    return Operator(shared_endpoint.url)


@pytest.fixture(scope="module")
def plugin(shared_door: Door) -> Iterator[Plugin]:
    with Plugin({"RS_ENDPOINT": shared_door.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


@pytest.fixture
def name() -> str:
    """A name that no other test of this process uses."""
    return f"test-{next(_numbers)}"
