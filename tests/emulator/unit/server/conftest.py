"""One endpoint for all tests of a module: most of what they send is refused."""

from collections.abc import Iterator

import pytest

from drp_emulator import EmulatedEndpoint


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of an endpoint on loopback."""
    with EmulatedEndpoint(machines=1) as endpoint:
        yield endpoint.url
