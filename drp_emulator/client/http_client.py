"""HTTP/1.1 on bare sockets, for programs that must start in a blink and stay small.

A script calls `drpcli` in a loop, and sixteen machines do so on two cores. `http.client` alone takes 45 ms to import
there, `socket` 8 ms; this module and what it needs take 3 ms. TLS brings in the rest if it is asked for.
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
_SERVER_NAME, _CA_FILE = "DRP_EMULATOR_SERVER_NAME", "DRP_EMULATOR_CA_FILE"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_PORT, _LAST_PORT = 5, 65535


class NoResponse(Exception):
    """No answer came: nothing listens there, the connection broke, or it took too long."""


class Untrusted(NoResponse):
    """The endpoint's certificate is not signed by an authority that is trusted, or is for another name."""


class Trust:
    """How an endpoint's certificate is verified.

    Attributes:
        server_name: The host name or address that the certificate must be for; the connection may be to another one,
            since a machine's network passes on to the endpoint.
        ca_file: The authorities that are trusted, as PEM; empty for those of the system, or of `SSL_CERT_FILE`.
    """

    __slots__ = ("ca_file", "server_name")

    def __init__(self, server_name: str, ca_file: str = "") -> None:
        self.server_name = server_name
        self.ca_file = ca_file


def trust_from(environment: Mapping[str, str]) -> Trust | None:
    """Return the trust that a machine's processes have; None accepts any certificate, as DRP's own programs do."""
    server_name = environment.get(_SERVER_NAME, "")
    return Trust(server_name, environment.get(_CA_FILE, "")) if server_name else None


def trust_to(trust: Trust | None) -> dict[str, str]:
    """Return the environment that gives a machine's processes this trust."""
    return {} if trust is None else {_SERVER_NAME: trust.server_name, _CA_FILE: trust.ca_file}


class Response:
    """What the endpoint said."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class HTTPConnection:
    """A connection to an endpoint, opened at the first request and kept for the next.

    Nothing is ever sent twice: who asks decides what a lost answer means.

    Args:
        endpoint: `http://host:port` or `https://host:port`.
        timeout: How many seconds an answer may take.
        trust: How the certificate is verified; None accepts any, as DRP's own programs do.

    Raises:
        ValueError: The endpoint is no such address.
    """

    def __init__(self, endpoint: str, timeout: float = 60.0, trust: Trust | None = None) -> None:
        self._trust = trust
        self.host, self.port, self.secure = split_endpoint(endpoint)
        self._timeout = timeout
        self._socket: _socket.socket | SSLSocket | None = None
        self._pending = b""

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        """Send a request and return its answer.

        Raises:
            NoResponse: There was none. The request may have arrived all the same.
        """
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        message = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + (body or b"")
        try:
            self.socket().sendall(message)
            return self._response(method)
        except (OSError, ValueError) as error:
            self.close()
            raise NoResponse(f"{method} {path}: {getattr(error, 'strerror', None) or error}") from None

    def socket(self) -> _socket.socket | SSLSocket:
        """Return the open socket; opens it when there is none."""
        if self._socket is None:
            self._socket = self._open()
        return self._socket

    def take_pending(self) -> bytes:
        """Return what has been read past the last answer; it is the caller's from now on."""
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
                return _secured(opened, self._timeout, self._trust) if self.secure else opened
            except OSError as error:
                opened.close()
                failure = error
        raise failure

    def _response(self, method: str) -> Response:
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
        return Response(status, headers, body)

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
    """Return host, port and whether it is TLS.

    Raises:
        ValueError: It is no `http://host:port`.
    """
    scheme, _, rest = endpoint.partition("://")
    authority = rest.partition("/")[0]
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = authority, str(_DEFAULT_PORTS.get(scheme, ""))
    if scheme not in _DEFAULT_PORTS or not _is_host(host) or not _is_port(port):
        # An address may hold a password, which must not be shown.
        shown = endpoint.replace(authority.rpartition("@")[0] + "@", "…@", 1) if "@" in authority else endpoint
        raise ValueError(f"The endpoint {shown!r} is no address: write http://host:port or https://host:port.")
    return host.strip("[]"), int(port), scheme == "https"


def _is_host(text: str) -> bool:
    """Return whether a text can be a host name or an address; one of IPv6 stands in brackets."""
    inside = text[1:-1] if text.startswith("[") and text.endswith("]") and ":" in text else text
    allowed = "" if inside is not text else ":"
    return bool(inside) and not any(character in "@[]?# \\\t\r\n" + allowed for character in inside)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_PORT and int(text) <= _LAST_PORT


def authorization(token: str, key: str) -> str:
    """Return the Authorization header of a token, or else of a `user:password`."""
    if token:
        return f"Bearer {token}"
    from binascii import b2a_base64

    return f"Basic {b2a_base64(key.encode(), newline=False).decode()}"


def escaped(text: str, safe: str) -> str:
    """Percent-encode all but letters, digits, `-_.~` and what is safe."""
    plain = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~" + safe.encode())
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in text.encode())


def _secured(opened: _socket.socket, timeout: float, trust: Trust | None) -> SSLSocket:
    import socket
    import ssl

    if trust is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = ssl.create_default_context(cafile=trust.ca_file or None)
    plain = socket.socket(fileno=opened.detach())
    plain.settimeout(timeout)
    try:
        return context.wrap_socket(plain, server_hostname=trust.server_name if trust else None)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise Untrusted(error.verify_message) from None
    except OSError:
        plain.close()
        raise
