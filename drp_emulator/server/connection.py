"""One client's connection: HTTP/1.1 requests, one after the other, read and written by h11."""

import logging
import socket
import ssl
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import h11

from drp_emulator.server import browser, wsgi
from drp_emulator.wire.error_replies import ErrorReply
from drp_emulator.wire.sending import send_all

if TYPE_CHECKING:
    from drp_emulator.application.app import Application

_VERSIONS = (b"1.0", b"1.1")
_MAX_HEAD_BYTES = 64 * 1024
_MAX_BODY_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_TIMEOUT_SECONDS = 10.0
"""How long one operation of the socket may take."""
_ARRIVAL_SECONDS = 20.0
"""How long a request may take to arrive, from the opening of the connection or its own first byte."""
_IDLE_SECONDS = 3600.0
"""How long a connection may stay open between requests. A `drpcli wait` sends none while no event comes."""
_LINGER_SECONDS = 1.0
_LOG = logging.getLogger(__name__)
# The first sentence of the reply; h11's own reasons quote the request.
_REASONS = {
    HTTPStatus.REQUEST_TIMEOUT: f"The request did not arrive within {_ARRIVAL_SECONDS:g} s: send it again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"The body is longer than {_MAX_BODY_BYTES} bytes: send less at once.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"The headers are longer than {_MAX_HEAD_BYTES} bytes: send fewer.",
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED: "The version of HTTP is unknown: use HTTP/1.1.",
    HTTPStatus.NOT_IMPLEMENTED: "The transfer coding is unknown: send the body with Content-Length or in chunks.",
}
_MALFORMED = "The request is not well-formed HTTP/1.1: correct its first line, headers or body."

_TOO_MANY_WEBSOCKETS = "Too many websockets are open: close some, or start the emulator with more files (ulimit -n)."


class Connection:
    """The requests of one client, turned into WSGI calls.

    Args:
        client: The socket, before any TLS handshake.
        application: What answers.
        tls: With it the client has to shake hands first.
        websockets: How many more may be open.

    Attributes:
        waiting_since: When the connection began to wait for its client; None while the application answers.
    """

    def __init__(
        self,
        client: socket.socket,
        application: "Application",
        tls: ssl.SSLContext | None,
        websockets: threading.Semaphore,
    ) -> None:
        self.waiting_since: float | None = time.monotonic()
        self._client = client
        self._application = application
        self._tls = tls
        self._websockets = websockets
        self._server: tuple[str, int] = client.getsockname()[:2]
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._is_idle = True
        self._is_head = False
        self._deadline = self.waiting_since + _ARRIVAL_SECONDS

    def run(self) -> None:
        """Answer requests until either side closes the connection.

        Raises:
            OSError: The client has closed the connection early, or was too slow.
        """
        self._client.settimeout(_TIMEOUT_SECONDS)
        # Without it small answers wait for the client's delayed acknowledgement.
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            # In two steps, since a connection that still shakes hands can be closed, too.
            self._client = self._tls.wrap_socket(self._client, server_side=True, do_handshake_on_connect=False)
        try:
            if isinstance(self._client, ssl.SSLSocket):
                self._client.do_handshake()
            while self._serve_one():
                self._is_idle = True
                self.waiting_since = time.monotonic()
                self._deadline = self.waiting_since + _IDLE_SECONDS
        except h11.RemoteProtocolError as error:
            self._refuse(HTTPStatus(error.error_status_hint))
        except TimeoutError:
            if self._http.their_state is not h11.IDLE or self._http.trailing_data[0]:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        finally:
            self.close()
            self._client.close()

    def close(self) -> None:
        """End the connection in both directions; another thread that waits for it notices."""
        self.waiting_since = None
        with suppress(OSError):
            # The method of a TLS socket would also take its state from the thread that uses it.
            socket.socket.shutdown(self._client, socket.SHUT_RDWR)

    def _serve_one(self) -> bool:
        """Answer one request; return whether another can follow."""
        self._is_head = False
        request = self._head()
        if not isinstance(request, h11.Request):
            return False
        if request.http_version not in _VERSIONS:
            raise h11.RemoteProtocolError("version", error_status_hint=HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        names = {name for name, _ in request.headers}
        if {b"content-length", b"transfer-encoding"} <= names:
            raise h11.RemoteProtocolError("two lengths")  # where the body ends depends on who reads it
        body = self._body()
        self.waiting_since = None
        is_upgrade = dict(request.headers).get(b"upgrade", b"").lower() == b"websocket"
        answer = self._answer(request, body, is_upgrade=is_upgrade)
        if answer is None:
            return False
        self._send(answer)
        if is_upgrade or self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def _head(self) -> Any:
        """Read a request up to its body; return h11's event, of another kind at the end of the connection."""
        while True:
            before = self._http.trailing_data[0]
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                break
            self._http.receive_data(self._receive())
        if isinstance(event, h11.Request):
            self._is_head = event.method == b"HEAD"
            _check_head(before[: len(before) - len(self._http.trailing_data[0])])
        return event

    def _answer(self, request: h11.Request, body: bytes, *, is_upgrade: bool) -> wsgi.Answer | None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
        try:
            authority, target = wsgi.origin_form(request.target.decode("latin-1"))
        except ValueError:
            raise h11.RemoteProtocolError("target") from None
        environment = wsgi.environ(request.method.decode("latin-1"), target, self._server, headers, body)
        if authority:
            environment["HTTP_HOST"] = authority  # it counts in place of the header
        environment["SERVER_PROTOCOL"] = f"HTTP/{request.http_version.decode('latin-1')}"
        environment["wsgi.url_scheme"] = "http" if self._tls is None else "https"
        try:
            browser.check(environment)
        except ErrorReply as error:
            return wsgi.refusal(error)
        return self._upgraded(environment) if is_upgrade else wsgi.call(self._application, environment)

    def _upgraded(self, environment: dict[str, Any]) -> wsgi.Answer | None:
        """Let a websocket take the connection over; no further request can follow."""
        if not self._websockets.acquire(blocking=False):
            return wsgi.refusal(ErrorReply(503, "", _TOO_MANY_WEBSOCKETS))
        try:
            environment["werkzeug.socket"] = self._client
            return wsgi.call(self._application, environment)
        finally:
            self._websockets.release()

    def _body(self) -> bytes:
        """Read the whole body, so that the next request starts behind it."""
        parts = []
        length = 0
        if self._http.they_are_waiting_for_100_continue:
            self._client.sendall(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
        while isinstance(event := self._next_event(), h11.Data):
            parts.append(bytes(event.data))
            length += len(event.data)
            if length > _MAX_BODY_BYTES:
                raise h11.RemoteProtocolError("too long", error_status_hint=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return b"".join(parts)

    def _next_event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(self._receive())
        return event

    def _receive(self) -> bytes:
        """Return what the client has sent; empty at its end.

        Raises:
            TimeoutError: A request does not arrive in time.
        """
        while True:
            with suppress(TimeoutError):
                data = self._client.recv(_CHUNK_BYTES)
                break
            self._check_deadline()
        if self._is_idle:
            self._is_idle = False
            self._deadline = time.monotonic() + _ARRIVAL_SECONDS
        else:
            self._check_deadline()
        return data

    def _check_deadline(self) -> None:
        if time.monotonic() > self._deadline:
            raise TimeoutError

    def _send(self, answer: wsgi.Answer) -> None:
        has_body = not self._is_head
        headers = wsgi.framed(answer, has_body=has_body)
        response = h11.Response(status_code=answer.code, headers=headers, reason=answer.reason)
        data = self._http.send(response) or b""
        if has_body:
            data += self._http.send(h11.Data(data=answer.body)) or b""
        data += self._http.send(h11.EndOfMessage()) or b""
        # A client that reads too slowly may have to make room as one that sends too slowly.
        self.waiting_since = time.monotonic()
        send_all(self._client, data)

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why, and read on for a moment: a socket that is closed with bytes unread takes the answer with it."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        _LOG.debug("Refused a request: %d", status)
        answer = wsgi.refusal(ErrorReply(status, "", _REASONS.get(status, _MALFORMED), headers={"Connection": "close"}))
        self._send(answer)
        self._client.shutdown(socket.SHUT_WR)
        self._client.settimeout(_LINGER_SECONDS)
        self._deadline = time.monotonic() + _LINGER_SECONDS
        while self._client.recv(_CHUNK_BYTES):
            self._check_deadline()


def _check_head(head: bytes) -> None:
    """Refuse what h11 lets pass: a head that came at once, however long, and line ends without a carriage return."""
    if len(head) > _MAX_HEAD_BYTES:
        raise h11.RemoteProtocolError("long", error_status_hint=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    if head.count(b"\n") != head.count(b"\r\n"):
        raise h11.RemoteProtocolError("bare line feed")  # another reader may see other lines
