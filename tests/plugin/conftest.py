"""A provider process per test module, because it takes a second to start."""

from collections.abc import Iterator
from itertools import count

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin

_numbers = count(1)


@pytest.fixture(scope="module")
def shared_endpoint() -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=8) as running:
        yield running


@pytest.fixture(scope="module")
def shared_door(shared_endpoint: EmulatedEndpoint) -> Iterator[FaultProxy]:
    with FaultProxy(shared_endpoint.url) as opened:
        yield opened


@pytest.fixture
def proxy(shared_door: FaultProxy) -> FaultProxy:
    shared_door.forget()
    shared_door.faults.clear()
    return shared_door


@pytest.fixture
def admin(shared_endpoint: EmulatedEndpoint) -> AdminClient:
    return AdminClient(shared_endpoint.url)


@pytest.fixture(scope="module")
def plugin(shared_door: FaultProxy) -> Iterator[Plugin]:
    with Plugin({"RS_ENDPOINT": shared_door.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


@pytest.fixture
def name() -> str:
    """Return a name that no other test of this process uses."""
    return f"test-{next(_numbers)}"
