"""A web page that the developer visits, in a real browser, cannot use the endpoint on the same computer."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome

from drp_emulator import EmulatedEndpoint
from tests.support.admin import AdminClient

pytestmark = pytest.mark.browser

IMAGE = """
const [address, done] = arguments;
const image = document.createElement("img");
image.onload = image.onerror = () => done("answered");
image.src = address;
document.body.append(image);
"""
ATTACK = (Path(__file__).parent / "attack.js").read_text(encoding="utf-8")


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A page</title><body>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def foreign_page() -> Iterator[int]:
    """Serve a page of another origin; gives its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def attacked(browser: Chrome, page: str, api: str) -> dict[str, Any]:
    """Open a page and let its script attack the API; return what the script saw."""
    browser.get(page)
    browser.set_script_timeout(60)
    outcomes: dict[str, Any] = browser.execute_async_script(ATTACK, api)
    return outcomes


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "evil.example"])
def test_a_page_of_another_origin_changes_and_reads_nothing(
    browser: Chrome, endpoint: EmulatedEndpoint, admin: AdminClient, name: str
) -> None:
    with foreign_page() as port:
        seen = attacked(browser, f"http://{name}:{port}/", f"{endpoint.url}/api/v3")
    assert seen["socket"] == "refused"
    assert {seen[way] for way in ("json", "read", "token")} == {"TypeError"}
    assert admin.send("GET", "profiles/attack").status_code == 404


@pytest.mark.parametrize("path", ["/api", "//api", "/%2Fapi", "///api"])
def test_an_image_of_another_page_makes_no_key(browser: Chrome, tmp_path: Path, path: str) -> None:
    store = tmp_path / "store.db"
    with EmulatedEndpoint(store, machines=1) as endpoint, foreign_page() as port:
        key = AdminClient(endpoint.url).send("GET", "machines").json()[0]["Uuid"]
        browser.get(f"http://evil.example:{port}/")
        browser.set_script_timeout(60)
        query = "token=rocketskates:r0cketsk8ts"
        browser.execute_async_script(IMAGE, f"{endpoint.url}{path}/v3/machines/{key}/pubkey?{query}")
    with closing(sqlite3.connect(store)) as opened:
        assert opened.execute("SELECT count(*) FROM private_keys").fetchone() == (0,)


def test_a_page_whose_name_becomes_loopback_reaches_nothing(
    browser: Chrome, endpoint: EmulatedEndpoint, admin: AdminClient
) -> None:
    own = f"http://evil.example:{urlsplit(endpoint.url).port}"
    seen = attacked(browser, f"{own}/", f"{own}/api/v3")
    # For the browser all of this has one origin, so that the script may see each answer.
    assert {seen[way] for way in ("plain", "json", "read", "token", "blind")} <= {"basic 403", "opaque 0"}
    assert seen["socket"] == "refused"
    assert admin.send("GET", "profiles/attack").status_code == 404


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_dashboard_itself_is_answered_under_each_name(
    browser: Chrome, endpoint: EmulatedEndpoint, admin: AdminClient, name: str
) -> None:
    own = endpoint.url.replace("127.0.0.1", name)
    seen = attacked(browser, f"{own}/api/v3/nowhere", f"{own}/api/v3")
    assert (seen["json"], seen["read"], seen["socket"]) == ("basic 201", "basic 200", "open")
    assert admin.send("GET", "profiles/attack").status_code == 200
