"""An endpoint over TLS for clients that were not written here."""

from collections.abc import Iterator
from itertools import count

import pytest

from drp_provider.embedded import EmbeddedEndpoint

_numbers = count(1)


@pytest.fixture(scope="module", params=["v4.8", "v3.13"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def endpoint(dialect: str) -> Iterator[EmbeddedEndpoint]:
    with EmbeddedEndpoint(store=None, machines=8, dialect=dialect, tls=True) as running:
        yield running


@pytest.fixture
def name() -> str:
    """A name that no other test of this process has used."""
    return f"client-{next(_numbers)}"
