"""A real browser and the dashboard of a real endpoint."""

import shutil
from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from drp_emulator import EmulatedEndpoint
from tests.support.admin import AdminClient

from .page import Page

_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *(
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-proxy-server",
    ),
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Chromium without a window, with a new profile."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("chromium and chromedriver are not on PATH: on Debian, tools/ci-browser installs them as root")
    options = ChromeOptions()
    options.binary_location = program
    for argument in (*_QUIET, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = Chrome(options=options, service=Service(driver))
    try:
        yield running
    finally:
        running.quit()


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    """An endpoint with four machines; tests that want another one name its options."""
    with EmulatedEndpoint(**{"machines": 4, **getattr(request, "param", {})}) as running:
        yield running


@pytest.fixture
def page(browser: Chrome, endpoint: EmulatedEndpoint) -> Iterator[Page]:
    """The dashboard before the log-in; at the end its scripts must not have failed."""
    opened = Page(browser, endpoint.url)
    yield opened
    assert opened.close() == []


@pytest.fixture
def board(page: Page) -> Page:
    """The dashboard after the log-in, receiving events."""
    page.log_in()
    page.wait_until("live")
    return page


@pytest.fixture
def admin(endpoint: EmulatedEndpoint) -> AdminClient:
    """Another client, which changes objects."""
    return AdminClient(endpoint.url)
