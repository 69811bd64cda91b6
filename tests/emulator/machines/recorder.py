"""A way into an endpoint that writes down what comes through, unchanged, and lets others act around it."""

import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass
class Seen:
    """One request as it was sent."""

    line: str
    body: Any
    headers: dict[str, str]


@dataclass
class Recorder:
    """Listens on loopback, with TLS if given, and passes on to `target`, which has none.

    What happens `around` a request is over before its answer goes back.
    """

    target: str
    seen: list[Seen] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    around: Callable[[str], AbstractContextManager[object]] = nullcontext

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.server_port}"

    def lines(self) -> list[str]:
        """The requests so far, as `PATCH /profiles/example`."""
        return [seen.line for seen in self.seen]


REGISTRATION = re.compile(rb"register [\w.:-]+")


def _pump(source: socket.socket, target: socket.socket, recorder: Recorder) -> None:
    """Pass bytes on until one end is closed; the mask of our client's frames is nought, so they can be read."""
    try:
        while content := source.recv(65536):
            recorder.seen += [Seen(found.decode(), None, {}) for found in REGISTRATION.findall(content)]
            target.sendall(content)
    except OSError:
        pass
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _body(raw: bytes) -> Any:
    """JSON as what it says; a job's log as its text."""
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")


def _handler_for(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            line = f"{self.command} {self.path.removeprefix('/api/v3')}"
            recorder.seen.append(Seen(line, _body(raw), dict(self.headers)))
            if "Upgrade" in self.headers:
                self._upgrade()
                return
            upstream = HTTPConnection(urlsplit(recorder.target).netloc, timeout=30)
            try:
                with recorder.around(line):
                    upstream.request(self.command, self.path, body=raw or None, headers=dict(self.headers))
                    answer = upstream.getresponse()
                    content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("server", "date", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            finally:
                upstream.close()

        def _upgrade(self) -> None:
            self.close_connection = True
            address = urlsplit(recorder.target)
            with socket.create_connection((address.hostname, address.port)) as upstream:
                head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
                upstream.sendall(f"{self.requestline}\r\n{head}\r\n".encode())
                back = threading.Thread(target=_pump, args=(upstream, self.connection, Recorder("")))
                back.start()
                _pump(self.connection, upstream, recorder)
                back.join()

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
