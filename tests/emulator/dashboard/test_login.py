"""The log-in: without credentials the dashboard shows no data."""

import re
from urllib.parse import urljoin

import pytest
import requests

from drp_emulator import EmulatedEndpoint
from drp_emulator.server.adapter import URL, EmulatorAdapter
from tests.support.admin import AdminClient

from .page import Page

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize("endpoint", [{"dialect": "v4.8"}, {"dialect": "v3.13"}], indirect=True, ids=str)
_DATA = ("machines", "profiles", "jobs?Current=true", "info", "users/rocketskates/token", "ws", "contents", "prefs")
_PART = re.compile(r"""(?:from |src=|href=|SPRITE = )"((?:\./|dashboard/)[\w./]+)""")


@BOTH
def test_the_right_password_shows_the_machines(page: Page) -> None:
    page.log_in()
    page.shows("#machines", "node-1", "node-4")
    assert page.text("#sentence").split() == ["4", "machines", "4", "idle"]
    assert page.one("[name=password]").get_attribute("value") == ""


def test_a_wrong_password_is_said_to_be_wrong_and_shows_nothing(page: Page) -> None:
    page.log_in(password="r0cketsk8t")
    page.shows("#login-error", "does not know this user and password")
    assert page.all("#machines > *") == []
    assert page.run("return sessionStorage.length") == 0
    page.log_in()
    page.shows("#machines", "node-1")


def test_a_log_in_lasts_over_a_reload_and_ends_with_the_log_out(page: Page) -> None:
    page.log_in()
    page.shows("#machines", "node-1")
    page.browser.refresh()
    page.shows("#machines", "node-1")

    page.one("#logout").click()

    assert page.one("#login").is_displayed()
    assert page.run("return [sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    assert "node-" not in page.run("return document.documentElement.outerHTML")
    page.browser.refresh()
    page.until(lambda: page.one("#login").is_displayed())


def test_an_invalid_token_leads_back_to_the_log_in(page: Page, admin: AdminClient) -> None:
    admin.post("users", {"Name": "visitor", "Roles": ["superuser"]})
    assert admin.send("PUT", "users/visitor/password", {"Password": "let me in"}).status_code == 200
    page.log_in("visitor", "let me in")
    page.shows("#machines", "node-1")
    assert admin.send("PUT", "users/visitor/password", {"Password": "no more"}).status_code == 200

    # A tab that becomes visible again polls at once.
    page.run("document.dispatchEvent(new Event('visibilitychange'))")

    page.shows("#login-error", "has ended")
    assert page.run("return sessionStorage.length") == 0
    assert "node-" not in page.run("return document.documentElement.outerHTML")


@BOTH
def test_no_data_leave_the_endpoint_without_credentials(endpoint: EmulatedEndpoint) -> None:
    for path in _DATA:
        answer = requests.get(f"{endpoint.url}/api/v3/{path}", timeout=30)
        # DRP refuses an upgrade with 403, and a request with 401.
        assert answer.status_code == (403 if path == "ws" else 401), path
        assert "node-" not in answer.text


def test_the_files_of_the_dashboard_hold_no_data(endpoint: EmulatedEndpoint, admin: AdminClient) -> None:
    secret = admin.get("machines/Name:node-1")["Secret"]
    for address, answer in parts(endpoint.url).items():
        assert answer.status_code == 200, address
        for data in ("node-1", "rocketskates", "r0cketsk8ts", secret):
            assert data not in answer.text, address
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
        assert "unsafe" not in policy


def test_every_file_comes_from_the_endpoint(board: Page, endpoint: EmulatedEndpoint) -> None:
    loaded = board.run("return performance.getEntriesByType('resource').map(({ name }) => name)")
    assert len(loaded) > 10
    assert [address for address in loaded if not address.startswith(f"{endpoint.url}/")] == []


def test_a_file_is_sent_once_and_no_other_file_is_served(endpoint: EmulatedEndpoint) -> None:
    first = requests.get(f"{endpoint.url}/dashboard/main.js", timeout=30)
    again = requests.get(
        f"{endpoint.url}/dashboard/main.js", headers={"If-None-Match": first.headers["ETag"]}, timeout=30
    )
    assert (again.status_code, again.content) == (304, b"")
    for path in (
        "/dashboard/",
        "/dashboard/index.html",
        "/dashboard/..%2f__init__.py",
        "/dashboard/__init__.py",
        "/nowhere",
    ):
        assert requests.get(endpoint.url + path, timeout=30).status_code == 404, path
    assert requests.post(endpoint.url, timeout=30).status_code == 404


def test_the_adapter_without_a_socket_has_the_dashboard(tmp_path: object) -> None:
    with requests.Session() as session:
        session.mount(URL, EmulatorAdapter(f"{tmp_path}/store.db"))
        assert "<title>Digital Rebar Provision</title>" in session.get(URL).text


def parts(url: str) -> dict[str, requests.Response]:
    """Return every file that the dashboard loads, by its address."""
    found: dict[str, requests.Response] = {}
    ahead = [f"{url}/"]
    while ahead:
        address = ahead.pop()
        if address not in found:
            found[address] = requests.get(address, timeout=30)
            # Modules name each other relative to themselves, everything else relative to `/`.
            for name in _PART.findall(found[address].text):
                ahead.append(urljoin(address if name.startswith("./") else f"{url}/", name))
    assert len(found) > 18
    return found
