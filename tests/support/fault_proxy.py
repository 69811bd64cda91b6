"""A way into the endpoint that can misbehave: real faults on a real connection, nothing of ours replaced."""

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import requests

WRITES = "POST PUT PATCH DELETE"
FORWARDED = ("Authorization", "Content-Type", "Accept")
NO_CONTENT = 204


@dataclass
class Request:
    """One request as it came through the proxy."""

    method: str
    path: str
    body: Any

    @property
    def is_login(self) -> bool:
        return self.path.partition("?")[0].endswith("/token")

    @property
    def is_write(self) -> bool:
        return self.method not in {"GET", "HEAD"}


@dataclass
class Fault:
    """What happens to the first request that matches, once."""

    method: str
    what: Callable[["Passage"], None]
    times: int = 1


@dataclass
class Passage:
    """A request on its way, and what can be done to it."""

    handler: BaseHTTPRequestHandler
    request: Request
    forward: Callable[[], requests.Response]

    def answer(
        self,
        status: int,
        body: bytes,
        content_type: str,
        *,
        headers: Mapping[str, str] | None = None,
        sent: int | None = None,
    ) -> None:
        """Answer; `sent` is the number of bytes of the body after which the connection ends, None for all of it."""
        self.handler.send_response(status)
        for name, value in {"Content-Type": content_type, **(headers or {})}.items():
            self.handler.send_header(name, value)
        if status != NO_CONTENT:
            self.handler.send_header("Content-Length", str(len(body)))
        self.handler.end_headers()
        if self.request.method != "HEAD":
            self.handler.wfile.write(body[:sent])
        self.handler.wfile.flush()
        if sent is not None:
            self.hang_up()

    def pass_on(self) -> None:
        response = self.forward()
        self.answer(response.status_code, response.content, response.headers.get("Content-Type", ""))

    def hang_up(self) -> None:
        self.handler.close_connection = True
        self.handler.connection.shutdown(socket.SHUT_RDWR)


@dataclass
class FaultProxy:
    """Listens on loopback and passes on to `target`."""

    target: str
    requests: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_shut: bool = False

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def shut(self) -> None:
        """Nobody listens any more: new connections are refused, and open ones hang up at the next request."""
        self.is_shut = True
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def calls(self) -> list[str]:
        """The requests so far, log-in apart, as `PATCH profiles/example`."""
        paths = [(r.method, r.path.removeprefix("/api/v3/").partition("?")[0]) for r in self.requests]
        return [f"{method} {path}" for method, path in paths if not path.endswith("/token")]

    def forget(self) -> None:
        self.requests.clear()

    def lose_reply(self, method: str, times: int = 1) -> None:
        """The request arrives and lands; the answer is lost."""

        def lose(passage: Passage) -> None:
            passage.forward()
            passage.hang_up()

        self.faults.append(Fault(method, lose, times))

    def lose_request(self, method: str, times: int = 1) -> None:
        """The connection breaks before the endpoint has seen anything."""
        self.faults.append(Fault(method, lambda p: p.hang_up(), times))

    def answer(self, method: str, status: int, body: bytes, content_type: str, times: int = 1) -> None:
        """Somebody who is not DRP answers."""
        self.faults.append(Fault(method, lambda p: p.answer(status, body, content_type), times))

    def spoil_reply(self, method: str, status: int, body: bytes, content_type: str, times: int = 1) -> None:
        """The request lands, and somebody who is not DRP answers."""

        def spoil(passage: Passage) -> None:
            passage.forward()
            passage.answer(status, body, content_type)

        self.faults.append(Fault(method, spoil, times))

    def before(self, method: str, act: Callable[[], object], times: int = 1) -> None:
        """Another writer gets in first."""

        def race(passage: Passage) -> None:
            act()
            passage.pass_on()

        self.faults.append(Fault(method, race, times))

    def hold_reply(self, method: str) -> tuple[threading.Event, threading.Event]:
        """The request lands and its answer waits: events for "landed" and "let go" (which then hangs up)."""
        landed, let_go = threading.Event(), threading.Event()

        def hold(passage: Passage) -> None:
            passage.forward()
            landed.set()
            let_go.wait(120)
            passage.hang_up()

        self.faults.append(Fault(method, hold))
        return landed, let_go

    def hold_reply_number(self, number: int) -> tuple[threading.Event, threading.Event]:
        """As `hold_reply`, for the write of that number from now on, whatever its method."""
        landed, let_go = threading.Event(), threading.Event()
        turns = iter(range(1, number + 1))

        def hold(passage: Passage) -> None:
            if next(turns, None) != number:
                passage.pass_on()
                return
            passage.forward()
            landed.set()
            let_go.wait(120)
            passage.hang_up()

        self.faults.append(Fault(WRITES, hold, times=number))
        return landed, let_go

    def treat(self, passage: Passage) -> None:
        """Do to the request what the first fault that matches says, or pass it on."""
        fault = None if passage.request.is_login else self.take_fault(passage.request.method)
        (fault.what if fault else Passage.pass_on)(passage)

    def take_fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            is_meant = fault.method == method or (fault.method == WRITES and method in WRITES.split())
            if is_meant and fault.times > 0:
                fault.times -= 1
                return fault
        return None


def _handler_for(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body leave together

        def setup(self) -> None:
            super().setup()
            self._way = requests.Session()
            self._way.trust_env = False

        def finish(self) -> None:
            self._way.close()
            super().finish()

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, self.path, json.loads(raw) if raw else None)
            proxy.requests.append(request)
            headers = {name: self.headers[name] for name in FORWARDED if name in self.headers}
            passage = Passage(self, request, lambda: self._forward(request, raw, headers))
            if proxy.is_shut:
                passage.hang_up()
                return
            proxy.treat(passage)

        def _forward(self, request: Request, raw: bytes, headers: dict[str, str]) -> requests.Response:
            url = f"{proxy.target}{request.path}"
            return self._way.request(request.method, url, data=raw, headers=headers, allow_redirects=False, timeout=30)

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
