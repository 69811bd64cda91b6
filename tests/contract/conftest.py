"""One suite for any endpoint: the embedded one in both dialects, or the one in `RS_ENDPOINT`."""

import os
from collections.abc import Iterator

import pytest

from drp_emulator import EmulatedEndpoint

from .client import Client

EXTERNAL = os.environ.get("RS_ENDPOINT", "")
_DIALECTS = ["external"] if EXTERNAL else ["v4.8", "v3.13"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let an endpoint with a self-signed certificate be tested, as most are."""
    for item in items if EXTERNAL else ():
        item.add_marker(pytest.mark.filterwarnings("ignore:Unverified HTTPS request"))


@pytest.fixture(scope="session", params=_DIALECTS)
def shared_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the endpoint that most tests share."""
    if EXTERNAL:
        yield EXTERNAL.rstrip("/")
        return
    with EmulatedEndpoint(dialect=request.param) as endpoint:
        yield endpoint.url


@pytest.fixture
def api(shared_url: str) -> Iterator[Client]:
    """A client with every right; what it creates is removed after the test."""
    with Client(shared_url, **_credentials()) as client:
        yield client


@pytest.fixture(params=_DIALECTS)
def endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    """An emulated endpoint of its own, for tests that stop it or look behind it."""
    if EXTERNAL:
        pytest.skip("only the emulator can do this")
    with EmulatedEndpoint(dialect=request.param) as fresh:
        yield fresh


def _credentials() -> dict[str, str]:
    token, key = os.environ.get("RS_TOKEN", ""), os.environ.get("RS_KEY", "")
    if EXTERNAL and token:
        return {"token": token}
    return {"key": key} if EXTERNAL and key else {}
