"""Events of an endpoint over `/ws`: the client's half of RFC 6455, as far as DRP uses it.

Frames go out one by one and masked; what comes in is text, and the pings in between are answered.
"""

from __future__ import annotations

import select
import time

from drp_emulator.client import http_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_PATH = "/api/v3/ws"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_FINAL, _MASKED = 0x80, 0x80
# Any key and any mask will do: nothing between here and the endpoint caches.
_KEY, _MASK = "ZHJwIHNpbXVsYXRvciAgIA==", b"\0\0\0\0"
_SHORT, _MIDDLE, _LONG = 125, 126, 127
_MOST_MIDDLE = 0xFFFF


class Events:
    """An open stream of events.

    Args:
        connection: Speaks websocket already.
        timeout: How many seconds the endpoint may take to acknowledge.
    """

    def __init__(self, connection: http_client.HTTPConnection, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._pending = connection.take_pending()
        self._parts = b""
        self._unread: list[str] = []

    def __enter__(self) -> Events:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """For `select`; ask `happened(0)` first, since an event may have been read already."""
        return self._connection.socket().fileno()

    def register(self, what: str) -> None:
        """Ask for events `TYPE.ACTION.KEY`, and wait until the endpoint has taken note.

        Raises:
            NoResponse: It did not, or the connection is gone.
        """
        self._send(_TEXT, f"register {what}".encode())
        deadline = time.monotonic() + self._timeout
        aside: list[str] = []
        while True:
            text = self.next(deadline - time.monotonic())
            if text is None:
                raise http_client.NoResponse(f"events of {what}: the endpoint does not acknowledge the registration")
            if '"websocket"' in text and what in text:
                self._unread = aside + self._unread
                return
            aside.append(text)

    def happened(self, seconds: float) -> bool:
        """Return whether any event came within this time; those that came are taken.

        Raises:
            NoResponse: The connection is gone.
        """
        if self.next(seconds) is None:
            return False
        while self.next(0) is not None:
            pass
        return True

    def next(self, seconds: float) -> str | None:
        """Return the next event's text; None when none comes within this time.

        Raises:
            NoResponse: The connection is gone.
        """
        deadline = time.monotonic() + seconds
        while not self._unread:
            if self._take_frame():
                continue
            if not self._readable(deadline - time.monotonic()):
                return None
            self._receive()
        return self._unread.pop(0)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _readable(self, seconds: float) -> bool:
        buffered: Callable[[], int] | None = getattr(self._connection.socket(), "pending", None)
        if buffered is not None and buffered():
            return True
        return bool(select.select([self], [], [], max(seconds, 0))[0])

    def _receive(self) -> None:
        try:
            more = self._connection.socket().recv(65536)
        except OSError as error:
            raise http_client.NoResponse(f"events: {error}") from None
        if not more:
            raise http_client.NoResponse("events: the connection was closed")
        self._pending += more

    def _take_frame(self) -> bool:
        head, pending = 2, self._pending
        if len(pending) < head:
            return False
        size = pending[1] & ~_MASKED
        if size > _SHORT:
            head += 2 if size == _MIDDLE else 8
            if len(pending) < head:
                return False
            size = int.from_bytes(pending[2:head], "big")
        if len(pending) < head + size:
            return False
        content, self._pending = pending[head : head + size], pending[head + size :]
        self._take(pending[0] & 0x0F, content, final=bool(pending[0] & _FINAL))
        return True

    def _take(self, kind: int, content: bytes, *, final: bool) -> None:
        if kind == _PING:
            self._send(_PONG, content)
        elif kind == _CLOSE:
            raise http_client.NoResponse("events: the endpoint closed the stream")
        elif kind != _PONG:
            self._parts += content
            if final:
                self._unread.append(self._parts.decode("utf-8", "replace"))
                self._parts = b""

    def _send(self, kind: int, content: bytes) -> None:
        size = len(content)
        if size <= _SHORT:
            length = bytes([_MASKED | size])
        elif size <= _MOST_MIDDLE:
            length = bytes([_MASKED | _MIDDLE]) + size.to_bytes(2, "big")
        else:
            length = bytes([_MASKED | _LONG]) + size.to_bytes(8, "big")
        try:
            self._connection.socket().sendall(bytes([_FINAL | kind]) + length + _MASK + content)
        except OSError as error:
            raise http_client.NoResponse(f"events: {error}") from None


def opened(endpoint: str, authorization: str, timeout: float = 30.0, trust: http_client.Trust | None = None) -> Events:
    """Open the stream of an endpoint.

    Raises:
        NoResponse: Nothing listens there, or the credentials do not allow it.
    """
    connection = http_client.HTTPConnection(endpoint, timeout, trust)
    headers = {
        "Authorization": authorization,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": _KEY,
    }
    answer = connection.request("GET", _PATH, headers)
    if answer.status != http_client.SWITCHED:
        connection.close()
        raise http_client.NoResponse(f"events: the endpoint answered {answer.status}")
    return Events(connection, timeout)
