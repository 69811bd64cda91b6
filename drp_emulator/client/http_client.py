"""HTTP/1.1 on bare sockets, for programs that must start in a blink and stay small.

A script calls `drpcli` in a loop, and sixteen machines do so on two cores. `http.client` alone takes 45 ms to import
there, `socket` 8 ms; this module and what it needs take 3 ms. TLS brings in the rest, where it is asked for.
"""

from __future__ import annotations

import _socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLSocket

SWITCHED = 101
_WITHOUT_BODY = (SWITCHED, 204, 304)
_CHUNK = 65536
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """No answer came: nobody listens, the connection broke, or it took too long."""


class Answer:
    """What the endpoint said."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Connection:
    """A connection to an endpoint, opened at the first request and kept for the next.

    Nothing is ever sent twice: who asks decides what a lost answer means.

    Args:
        endpoint: `http://host:port` or `https://host:port`. Like DRP's own programs it takes any certificate.
        timeout: How many seconds an answer may take.

    Raises:
        ValueError: The endpoint is no such address.
    """

    def __init__(self, endpoint: str, timeout: float = 60.0) -> None:
        self.host, self.port, self.secure = split_endpoint(endpoint)
        self._timeout = timeout
        self._socket: _socket.socket | SSLSocket | None = None
        self._pending = b""

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send a request and return its answer.

        Raises:
            Unreachable: There was none. The request may have arrived all the same.
        """
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        message = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + (body or b"")
        try:
            self.socket().sendall(message)
            return self._answer(method)
        except (OSError, ValueError) as error:
            self.close()
            raise Unreachable(f"{method} {path}: {error}") from None

    def socket(self) -> _socket.socket | SSLSocket:
        """The open socket; opens it when there is none."""
        if self._socket is None:
            self._socket = self._open()
        return self._socket

    def take_pending(self) -> bytes:
        """What has been read past the last answer; it is the caller's from now on."""
        pending, self._pending = self._pending, b""
        return pending

    def close(self) -> None:
        """Hang up; the next request opens a new connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._pending = None, b""

    def _open(self) -> _socket.socket | SSLSocket:
        failure: OSError = OSError("no address")
        host = self.host.encode()  # as text it would bring in the codec of international names: 20 ms
        for family, kind, protocol, _, address in _socket.getaddrinfo(host, self.port, 0, _socket.SOCK_STREAM):
            opened = _socket.socket(family, kind, protocol)
            try:
                opened.settimeout(self._timeout)
                opened.connect(address)
                opened.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
                return _secured(opened, self._timeout) if self.secure else opened
            except OSError as error:
                opened.close()
                failure = error
        raise failure

    def _answer(self, method: str) -> Answer:
        status, headers = self._head()
        while status // 100 == 1 and status != SWITCHED:
            status, headers = self._head()
        if method == "HEAD" or status in _WITHOUT_BODY:
            body = b""
        elif "chunked" in headers.get("transfer-encoding", ""):
            body = self._chunks()
        elif "content-length" in headers:
            body = self._exactly(int(headers["content-length"]))
        else:
            body = self._rest()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def _head(self) -> tuple[int, dict[str, str]]:
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        if not version.startswith("HTTP/1."):
            raise ValueError("the answer is not HTTP")
        pairs = (line.partition(":") for line in lines)
        return int(rest[:3]), {name.strip().lower(): value.strip() for name, _, value in pairs}

    def _chunks(self) -> bytes:
        whole = []
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            whole.append(self._exactly(size))
            self._exactly(2)
        while self._until(b"\r\n"):
            pass  # trailers
        return b"".join(whole)

    def _rest(self) -> bytes:
        whole = self.take_pending()
        while more := self.socket().recv(_CHUNK):
            whole += more
        self.close()
        return whole

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._pending:
            self._receive()
        found, _, self._pending = self._pending.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._pending) < size:
            self._receive()
        found, self._pending = self._pending[:size], self._pending[size:]
        return found

    def _receive(self) -> None:
        more = self.socket().recv(_CHUNK)
        if not more:
            raise OSError("the connection was closed")
        self._pending += more


def split_endpoint(endpoint: str) -> tuple[str, int, bool]:
    """Host, port and whether it is TLS.

    Raises:
        ValueError: It is no `http://host:port`.
    """
    scheme, _, rest = endpoint.partition("://")
    authority = rest.partition("/")[0]
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = authority, str(_DEFAULT_PORTS.get(scheme, ""))
    if scheme not in _DEFAULT_PORTS or not host or not port.isdigit():
        raise ValueError(f"The endpoint {endpoint!r} is no address: write http://host:port or https://host:port.")
    return host.strip("[]"), int(port), scheme == "https"


def authorization(token: str, key: str) -> str:
    """The Authorization header of a token, or else of a `user:password`."""
    if token:
        return f"Bearer {token}"
    from binascii import b2a_base64

    return f"Basic {b2a_base64(key.encode(), newline=False).decode()}"


def escaped(text: str, safe: str) -> str:
    """Percent-encode all but letters, digits, `-_.~` and what is safe."""
    plain = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~" + safe.encode())
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in text.encode())


def _secured(opened: _socket.socket, timeout: float) -> SSLSocket:
    import socket
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.socket(fileno=opened.detach())
    plain.settimeout(timeout)
    return context.wrap_socket(plain)
