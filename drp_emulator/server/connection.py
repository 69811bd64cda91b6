"""One client's connection: HTTP/1.1 requests, kept open between them."""

import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from drp_emulator.server import wsgi

if TYPE_CHECKING:
    from drp_emulator.application.app import Application

_MAX_BODY_BYTES = 16 * 1024 * 1024
_LOG = logging.getLogger(__name__)


class Connection(BaseHTTPRequestHandler):
    """Turns requests into WSGI calls.

    Werkzeug's own handler closes the connection after every request, which costs clients far
    more time than the answer does.
    """

    protocol_version = "HTTP/1.1"
    # Without it small answers wait for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_one_request(self) -> None:
        """Read and answer one request."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if not self.parse_request():
            self.wfile.flush()
            return
        try:
            body = self._body()
        except ValueError:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST, "Unreadable body")
        else:
            self._answer(body)
        self.wfile.flush()

    def finish(self) -> None:
        """Close both directions, also where the client has gone before everything was written."""
        try:
            super().finish()
        except OSError:
            self.rfile.close()

    def version_string(self) -> str:
        """The Server header: no versions of what is underneath."""
        return "drp-embedded"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's signature
        """Log at debug level only; the terminal belongs to whoever started the endpoint."""
        _LOG.debug(format, *args)

    def _answer(self, body: bytes) -> None:
        headers: list[tuple[str, str]] = list(self.headers.items())
        environment = wsgi.environ(self.command, self.path, self.connection.getsockname()[:2], headers, body)
        environment["SERVER_PROTOCOL"] = self.request_version
        environment["REMOTE_ADDR"] = str(self.client_address[0])
        if self.headers.get("Upgrade", "").casefold() == "websocket":
            # Whoever takes the connection over leaves nothing of it.
            environment["werkzeug.socket"] = self.connection
            self.close_connection = True
        application: Application = self.server.application  # type: ignore[attr-defined]
        answer = wsgi.call(application, environment)
        if answer is not None:
            self._send(answer)

    def _send(self, answer: wsgi.Answer) -> None:
        self.send_response(answer.code, answer.reason)
        for name, value in answer.headers:
            if name.casefold() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _body(self) -> bytes:
        """The whole body, so that the next request starts where this one ends.

        Raises:
            ValueError: Its length cannot be told.
        """
        if "chunked" in self.headers.get("Transfer-Encoding", "").casefold():
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _MAX_BODY_BYTES:
            raise ValueError(length)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ValueError(length)
        return body

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(1024).split(b";")[0].strip(), 16):
            if size < 0 or len(body) + size > _MAX_BODY_BYTES:
                raise ValueError(size)
            body += self.rfile.read(size)
            self.rfile.readline(1024)
        while self.rfile.readline(65537).strip():
            pass  # trailers
        return body
