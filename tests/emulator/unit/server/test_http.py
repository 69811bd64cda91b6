"""Only whole, well-formed requests are carried out, and a connection cannot be held for ever."""

import json
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
import requests

from drp_emulator import EmulatedEndpoint
from drp_emulator.server import connection

from .wire import AUTHORIZATION, HOST, JSON, LOGIN, PATIENCE, connect, has, post, rest, send

BODY = json.dumps({"Name": "attack"}).encode()
SIZE = f"{len(BODY):x}"


def keep(url: str) -> None:
    """Make sure that there is a profile which a request could delete."""
    made = requests.post(f"{url}/api/v3/profiles", json={"Name": "kept"}, auth=LOGIN, timeout=30)
    assert made.status_code in (201, 409)


def in_chunks(size: str = SIZE, end: bytes = b"0\r\n\r\n") -> bytes:
    return size.encode() + b"\r\n" + BODY + b"\r\n" + end


@pytest.mark.parametrize("kept", range(4))
def test_a_request_cut_in_its_headers_is_not_carried_out(url: str, kept: int) -> None:
    keep(url)
    head = ("DELETE /api/v3/profiles/kept HTTP/1.1", HOST, AUTHORIZATION, "Accept: application/json")
    status, _ = send(url, *head[: kept + 1], end="\r\n")
    assert (status, has(url, "profiles/kept")) == (400, True)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ([f"Content-Length: +{len(BODY)}"], BODY, 400),
        (["Content-Length: 1_8"], BODY, 400),
        (["Content-Length: -1"], BODY, 400),
        ([f"Content-Length: {len(BODY)}", "Content-Length: 5"], BODY, 400),
        ([f"Content-Length: {len(BODY) + 1}"], BODY, 400),
        ([f"Content-Length : {len(BODY)}"], BODY, 400),
        (["Content-Length: 99999999999"], BODY, 400),
        (["Transfer-Encoding: chunked"], in_chunks(f"0x{SIZE}"), 400),
        (["Transfer-Encoding: chunked"], in_chunks(f"+{SIZE}"), 400),
        (["Transfer-Encoding: chunked"], in_chunks(f"-{SIZE}"), 400),
        (["Transfer-Encoding: chunked"], in_chunks(end=b""), 400),
        (["Transfer-Encoding: xchunked"], in_chunks(), 501),
        (["Transfer-Encoding: chunked, gzip"], in_chunks(), 501),
        (["Transfer-Encoding: chunked", f"Content-Length: {len(BODY)}"], in_chunks(), 400),
    ],
)
def test_a_body_of_doubtful_length_is_refused(url: str, headers: list[str], body: bytes, status: int) -> None:
    got, answer = post(url, JSON, *headers, body=body)
    assert (got, has(url, "profiles/attack")) == (status, False)
    document = json.loads(answer.partition("\r\n\r\n")[2])
    assert (document["Code"], len(document["Messages"])) == (status, 1)
    assert "Connection: close" in answer


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("HEAD / HTTP/2.0", [HOST], 505),
        ("HEAD / HTTP/1.1", [HOST, "Content-Length: 2", "Transfer-Encoding: chunked"], 400),
        ("DELETE /api/v3/profiles/kept", [], 400),
        ("DELETE /api/v3/profiles/kept", [HOST, AUTHORIZATION], 400),
        ("DELETE /api/v3/profiles/kept HTTP/1.1", [AUTHORIZATION], 400),
        ("DELETE /api/v3/profiles/kept HTTP/1.1", [HOST, HOST, AUTHORIZATION], 400),
        ("DELETE /api/v3/profiles/kept HTTP/2.0", [HOST, AUTHORIZATION], 505),
        ("DELETE  /api/v3/profiles/kept HTTP/1.1", [HOST, AUTHORIZATION], 400),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [], 400),
    ],
)
def test_what_is_not_http_1_is_refused(url: str, line: str, headers: list[str], status: int) -> None:
    keep(url)
    assert (send(url, line, *headers)[0], has(url, "profiles/kept")) == (status, True)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (["Content-Length: 2", "Transfer-Encoding: chunked"], b"", 400),
        (["Transfer-Encoding: chunked"], b"zz\r\n", 400),
        (["Content-Length: 9"], b"{", 400),
        (["Content-Length: 17000000"], b" " * 17_000_000, 413),
    ],
)
def test_a_refused_head_request_gets_headers_alone(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
    headers: list[str], body: bytes, status: int,
) -> None:  # fmt: skip
    got, answer = send(url, "HEAD / HTTP/1.1", HOST, *headers, body=body)
    assert (got, answer.partition("\r\n\r\n")[2]) == (status, "")
    assert "Traceback" not in caplog.text + capfd.readouterr().err


def test_endless_headers_are_refused(url: str) -> None:
    assert send(url, "GET / HTTP/1.1", HOST, *(f"X-{number}: {'x' * 1000}" for number in range(300)))[0] == 431


@pytest.mark.parametrize(("length", "status"), [(65_000, 200), (65_600, 431), (70_000, 431), (100_000, 431)])
@pytest.mark.parametrize("first", ["", f"GET / HTTP/1.1\r\n{HOST}\r\n\r\n"])
def test_the_limit_of_headers_counts_each_byte(url: str, length: int, status: int, first: str) -> None:
    _, answer = send(url, f"{first}GET / HTTP/1.1", HOST, f"X-Long: {'x' * length}")
    assert f"HTTP/1.1 {status} " in answer


@pytest.mark.parametrize("ends", ["\n\n\n\n", "\r\n\n\r\n\r\n", "\r\n\r\n\n\r\n", "\r\n\r\n\r\n\n"])
def test_lines_that_end_without_a_return_are_refused(url: str, ends: str) -> None:
    keep(url)
    parts = ends.replace("\r\n", "c").replace("\n", "b")
    line, host, authorization, last = (end.replace("c", "\r\n").replace("b", "\n") for end in parts)
    head = f"DELETE /api/v3/profiles/kept HTTP/1.1{line}{HOST}{host}{AUTHORIZATION}{authorization}{last}"
    assert (send(url, head, end="")[0], has(url, "profiles/kept")) == (400, True)


def test_too_long_a_body_is_refused_with_the_limit(url: str) -> None:
    answer = requests.post(
        f"{url}/api/v3/profiles", data=b" " * (17 * 1024 * 1024), auth=LOGIN,
        headers={"Content-Type": "application/json"}, timeout=60,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["Code"]) == (413, 413)
    assert "longer than 16777216 bytes" in answer.json()["Messages"][0]


def test_a_client_that_asks_first_is_told_to_continue(url: str) -> None:
    with connect(url) as client:
        head = ["POST /api/v3/profiles HTTP/1.1", HOST, AUTHORIZATION, JSON, "Expect: 100-continue"]
        client.sendall("\r\n".join([*head, "Content-Length: 2", "Connection: close", "", ""]).encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(b"{}")
        assert rest(client).startswith(b"HTTP/1.1 400")


def test_requests_sent_in_a_row_are_answered_in_a_row(url: str) -> None:
    one = f"GET /api/v3/profiles/global HTTP/1.1\r\n{HOST}\r\n{AUTHORIZATION}\r\n"
    with connect(url) as client:
        client.sendall(f"{one}\r\n{one}\r\nHEAD / HTTP/1.1\r\n{HOST}\r\nConnection: close\r\n\r\n".encode())
        answers = rest(client)
    assert answers.count(b"HTTP/1.1 200") == 3
    assert answers.count(b'"Name":"global"') == 2


def test_an_old_client_gets_its_answer_and_the_end(url: str) -> None:
    status, answer = send(url, "GET /api/v3/profiles/global HTTP/1.0", HOST, AUTHORIZATION)
    assert status == 200
    assert "Connection: close" in answer


@pytest.mark.parametrize(
    "begun",
    ["", "GET / HTTP/1.1\r\nHost: 127", f"POST /api/v3/profiles HTTP/1.1\r\n{HOST}\r\nContent-Length: 9\r\n\r\n{{"],
)
def test_a_request_that_does_not_arrive_ends(monkeypatch: pytest.MonkeyPatch, url: str, begun: str) -> None:
    for name in ("_TIMEOUT_SECONDS", "_ARRIVAL_SECONDS"):
        monkeypatch.setattr(connection, name, 0.1)
    with connect(url) as client:
        client.sendall(begun.encode())
        answer = rest(client)
    assert answer.startswith(b"HTTP/1.1 408" if begun else b"")
    assert bool(answer) == bool(begun)


def test_a_request_that_drips_in_ends_all_the_same(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(connection, "_ARRIVAL_SECONDS", 0.3)
    with connect(url) as client:
        client.settimeout(0.02)
        client.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\nX-Long: ".encode())
        answer = b""
        while not answer:
            client.sendall(b"x")
            try:
                answer = client.recv(1000)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("tls", [False, True])
def test_a_slow_reader_gets_the_whole_answer(monkeypatch: pytest.MonkeyPatch, tls: bool) -> None:
    monkeypatch.setattr(connection, "_TIMEOUT_SECONDS", 1.0)
    pause = threading.Event()
    with EmulatedEndpoint(machines=1, tls=tls) as endpoint, ExitStack() as opened:
        client = opened.enter_context(connect(endpoint.url))
        if tls:
            client = opened.enter_context(untrusting().wrap_socket(client))
        content = json.dumps({"Name": "large", "Description": "x" * 15_000_000}).encode()
        head = f"POST /api/v3/profiles HTTP/1.1\r\n{HOST}\r\n{AUTHORIZATION}\r\n{JSON}\r\nConnection: close\r\n"
        client.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        received = 0
        while more := client.recv(64 * 1024):
            received += len(more)
            pause.wait(len(more) / 3_000_000)  # this is what a slow reader is
    assert received > 15_000_000


@contextmanager
def with_few_files(*options: str) -> Iterator[str]:
    """Run an endpoint that may open 64 files; gives its address."""
    program = (
        "import resource, sys; hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        " resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard));"
        " from drp_emulator.__main__ import main; main(['--records-only', '--port', '0', *sys.argv[1:]])"
    )
    command = [sys.executable, "-c", program, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[3]
        finally:
            process.terminate()


def untrusting() -> ssl.SSLContext:
    """Return what accepts any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def answered(url: str) -> bool:
    """Return whether a new connection gets an answer; with TLS, whatever the certificate."""
    request = urllib.request.Request(url, method="HEAD")
    with urllib.request.urlopen(request, timeout=PATIENCE, context=untrusting()) as answer:
        return bool(answer.status == 200)


@pytest.mark.parametrize("options", [(), ("--tls",)])
@pytest.mark.parametrize(
    "begun",
    [b"", b"G", b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"],
    ids=["idle", "line", "body"],
)
def test_a_waiting_connection_makes_room_for_a_new_one(begun: bytes, options: tuple[str, ...]) -> None:
    with with_few_files(*options) as url, ExitStack() as clients:
        waiting = [clients.enter_context(connect(url)) for _ in range(100)]
        for client in waiting:
            with suppress(OSError):  # the first ones are closed already
                client.sendall(begun)
        assert answered(url)
        waiting[0].settimeout(PATIENCE)
        with suppress(ConnectionError):
            assert rest(waiting[0]) == b""


def test_websockets_leave_room_for_requests() -> None:
    path = f"/api/v3/ws?token={':'.join(LOGIN)}"
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    head = (
        f"GET {path} HTTP/1.1\r\n{HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    )
    with with_few_files() as url, ExitStack() as clients:
        opened: list[tuple[socket.socket, bytes]] = []
        refused: list[tuple[socket.socket, bytes]] = []
        for _ in range(20):
            client = clients.enter_context(connect(url))
            client.sendall(f"{head}Sec-WebSocket-Key: {key}\r\n\r\n".encode())
            answer = client.recv(4096)
            (opened if answer.startswith(b"HTTP/1.1 101") else refused).append((client, answer))
        assert len(opened) == 8
        assert all(b" 503 " in answer and b"ulimit -n" in answer + rest(client) for client, answer in refused)
        for _ in range(30):
            assert answered(url)
