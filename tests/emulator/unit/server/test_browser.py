"""Requests that a foreign web page makes a browser send are refused, with the right password too."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from drp_emulator.server.adapter import URL, EmulatorAdapter

from .wire import AUTHORIZATION, HOST, JSON, LOGIN, has, post, send

FOREIGN_HOSTS = (
    *("evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example:{port}"),
    *("192.168.1.2", "0.0.0.0", "embedded.drp", "127.0.0.1@evil.example", "[::1].evil.example", "127.0.0.1:80:90"),
)
SIMPLE_TYPES = (
    *("text/plain;x=application/json", "text/plain", "multipart/form-data; boundary=application/json"),
    *("application/x-www-form-urlencoded", "application/jsonp", "text/application/json", ""),
)
FOREIGN_ORIGINS = ("http://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1", "http://[", "file://")
READS = ("users/rocketskates/token", "info", "machines")
UPGRADE = (
    *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def port(url: str) -> int:
    return urlsplit(url).port or 0


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused(url: str, host: str) -> None:
    status, answer = post(url, f"Host: {host.format(port=port(url))}", JSON)
    assert (status, has(url, "profiles/attack")) == (403, False)
    document = json.loads(answer.partition("\r\n\r\n")[2])
    assert document["Messages"] == ["The Host of the request is no loopback name: use 127.0.0.1, localhost or [::1]."]
    assert "evil" not in answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8092", "LOCALHOST", "[::1]:80", "[::1]"])
def test_a_loopback_host_is_answered(url: str, host: str) -> None:
    assert send(url, "GET /api/v3/info HTTP/1.1", f"Host: {host}", AUTHORIZATION)[0] == 200


def test_the_name_that_rackns_agent_uses_needs_a_token(url: str) -> None:
    answer = requests.get(f"{url}/api/v3/users/rocketskates/token", auth=LOGIN, timeout=30)
    bearer = f"Authorization: Bearer {answer.json()['Token']}"
    request = ("GET /api/v3/info HTTP/1.1", "Host: unix")
    assert send(url, *request, bearer)[0] == 200
    assert send(url, *request, AUTHORIZATION)[0] == 403
    assert send(url, *request, bearer, "Origin: http://unix")[0] == 403
    assert send(url, f"GET /api/v3/info?token={':'.join(LOGIN)} HTTP/1.1", "Host: unix")[0] == 403


def test_the_dashboard_has_no_foreign_host_either(url: str) -> None:
    assert send(url, "GET / HTTP/1.1", "Host: evil.example")[0] == 403
    assert send(url, "GET / HTTP/1.1", HOST)[0] == 200


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused_for_writes(url: str, origin: str) -> None:
    status, answer = post(url, f"Host: 127.0.0.1:{port(url)}", f"Origin: {origin}", JSON)
    assert (status, has(url, "profiles/attack")) == (403, False)
    assert "The Origin of the request is another web page" in answer


@pytest.mark.parametrize("path", READS)
def test_a_foreign_origin_is_refused_for_tokens(url: str, path: str) -> None:
    request = (f"GET /api/v3/{path} HTTP/1.1", HOST, AUTHORIZATION)
    assert send(url, *request, "Origin: http://evil.example")[0] == 403
    assert send(url, *request, "Origin: http://127.0.0.1")[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Origin: http://evil.example"], 403),
        (["Origin: http://127.0.0.1", "Origin: http://evil.example"], 403),
        (["Sec-Fetch-Site: cross-site"], 403),
        (["Origin: http://127.0.0.1", "Sec-Fetch-Site: same-origin"], 101),
        ([], 101),
    ],
)
def test_a_socket_opens_for_no_foreign_origin(url: str, headers: list[str], status: int) -> None:
    path = f"/api/v3/ws?token={':'.join(LOGIN)}"
    assert send(url, f"GET {path} HTTP/1.1", HOST, *UPGRADE, *headers)[0] == status


@pytest.mark.parametrize(
    ("method", "version", "more"),
    [
        ("GET", "1.1", ["Sec-WebSocket-Protocol: \xff"]),
        ("GET", "1.1", ["Sec-WebSocket-Extensions: \xff"]),
        ("GET", "1.0", []),
        ("POST", "1.1", []),
        ("HEAD", "1.1", []),
    ],
)
def test_a_malformed_handshake_opens_no_socket(url: str, method: str, version: str, more: list[str]) -> None:
    path = f"/api/v3/ws?token={':'.join(LOGIN)}"
    assert send(url, f"{method} {path} HTTP/{version}", HOST, *UPGRADE, *more)[0] == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_cannot_hide_its_origin(url: str, site: str) -> None:
    status, answer = send(url, "GET /api/v3/info HTTP/1.1", HOST, AUTHORIZATION, f"Sec-Fetch-Site: {site}")
    assert status == 403
    assert "Another web page caused the request" in answer


@pytest.mark.parametrize("path", ["//api", "///api", "/%2Fapi", "/%2f/api", "api", "%2Fapi", ".//api"])
@pytest.mark.parametrize("more", [[], ["Sec-Fetch-Site: cross-site"]])
def test_a_path_that_is_routed_otherwise_is_refused(url: str, path: str, more: list[str]) -> None:
    request = f"GET {path}/v3/info?token={':'.join(LOGIN)} HTTP/1.1"
    assert send(url, request, HOST, *more)[0] == 400


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("http://127.0.0.1/api/v3/info", [], 200),
        ("HTTP://localhost:80/api/v3/info", [], 200),
        ("http://127.0.0.1?x", [], 200),
        ("http://127.0.0.1/api/v3/info", ["Sec-Fetch-Site: cross-site"], 403),
        ("http://127.0.0.1/api/v3/info", ["Origin: http://evil.example"], 403),
        ("http://evil.example/api/v3/info", [], 403),
        ("http://127.0.0.1@evil.example/api/v3/info", [], 403),
        ("http://127.0.0.1//api/v3/info", [], 400),
        ("http:///api/v3/info", [], 400),
    ],
)
def test_a_whole_address_is_checked_as_a_path_is(url: str, target: str, headers: list[str], status: int) -> None:
    assert send(url, f"GET {target} HTTP/1.1", HOST, AUTHORIZATION, *headers)[0] == status


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/dashboard/nowhere", 404), ("/nowhere", 403)])
def test_another_page_may_link_to_the_dashboard_alone(url: str, path: str, status: int) -> None:
    assert send(url, f"GET {path} HTTP/1.1", HOST, "Sec-Fetch-Site: cross-site")[0] == status


@pytest.mark.parametrize("content_type", SIMPLE_TYPES)
def test_a_type_that_a_page_may_send_is_no_json(url: str, content_type: str) -> None:
    status, _ = post(url, f"Content-Type: {content_type}")
    assert (status, has(url, "profiles/attack")) == (400, False)


def test_a_second_or_disguised_type_does_not_count(url: str) -> None:
    for headers in (
        ["Content-Type: text/plain", JSON],
        [JSON, "Content-Type: text/plain"],
        ["Content-Type: text/plain", "Content_Type: application/json"],
    ):
        status, _ = post(url, *headers)
        assert (status, has(url, "profiles/attack")) == (400, False), headers


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/json-patch+json"],
)
def test_json_may_have_parameters_and_the_name_of_a_patch(url: str, content_type: str) -> None:
    with requests.Session() as session:
        session.auth, session.headers["Content-Type"] = LOGIN, content_type
        session.trust_env = False
        patch = json.dumps([{"op": "test", "path": "/Name", "value": "global"}])
        assert session.patch(f"{url}/api/v3/profiles/global", data=patch, timeout=30).status_code == 200


def test_the_way_without_a_socket_needs_no_loopback_name(tmp_path: Path) -> None:
    with requests.Session() as session:
        session.auth = LOGIN
        session.mount(URL, EmulatorAdapter(tmp_path / "store.db"))
        assert session.post(f"{URL}api/v3/profiles", json={"Name": "mine"}).status_code == 201
