"""One client's connection: HTTP/1.1 requests, kept open between them."""

import io
import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drp_provider.embedded.application.app import Application

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
        sent: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            sent.append((status, headers))

        application: Application = self.server.application  # type: ignore[attr-defined]
        environ = self._environ(body)
        if self.headers.get("Upgrade", "").casefold() == "websocket":
            # Whoever takes the connection over leaves nothing of it.
            environ["werkzeug.socket"] = self.connection
            self.close_connection = True
        chunks: Iterable[bytes] = application(environ, start)
        content = b"".join(chunks)
        if not sent:
            return
        status, headers = sent[0]
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.casefold() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

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

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = self.connection.getsockname()[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": str(self.client_address[0]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            variable = name.upper().replace("-", "_")
            if variable == "CONTENT_TYPE":
                environ[variable] = value
            elif variable not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
                environ[f"HTTP_{variable}"] = value
        return environ
