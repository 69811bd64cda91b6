"""A machine's network: its connections to the endpoint, passed on byte by byte, and what can go wrong there."""

from __future__ import annotations

import _socket
from contextlib import suppress

from drp_emulator.machines.supervisor.loop import READ, WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from drp_emulator.machines.supervisor.loop import Loop

_CHUNK = 65536
_BACKLOG = 64
# So that closing resets the connection, as a broken network does, in place of a regular end.
_ABRUPT = b"\1\0\0\0\0\0\0\0"
_EVENTS_REQUEST = b"GET /api/v3/ws"


class Network:
    """Listens on loopback for one machine and passes on to the endpoint.

    Args:
        loop: The supervisor's loop.
        upstream: Host and port of the endpoint.

    Attributes:
        delay: Seconds that each request takes longer.
    """

    def __init__(self, loop: Loop, upstream: tuple[str, int]) -> None:
        self.loop = loop
        self.upstream = upstream
        self.delay = 0.0
        self._dropped_method: str | None = None
        self._connections: set[_ProxiedConnection] = set()
        self._listener: _socket.socket | None = None
        self.port = 0
        self.restore()

    def restore(self) -> None:
        """Listen, on the same port as before."""
        if self._listener is not None:
            return
        listener = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        listener.settimeout(0)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(_BACKLOG)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self.loop.watch(listener, READ, lambda _: self._accept(listener))

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._listener is not None:
            self.loop.watch(self._listener, 0, _nothing)
            self._listener.close()
            self._listener = None
        for connection in list(self._connections):
            connection.close()

    def drop_next_reply(self, method: str) -> None:
        """Break the connection of the next request with this method when its answer comes; empty: any method."""
        self._dropped_method = method

    def drops_reply_to(self, request: bytes) -> bool:
        """Return whether this request is the one whose answer gets lost."""
        if self._dropped_method is None or request.startswith(_EVENTS_REQUEST):
            return False
        method, blank, _ = request.partition(b" ")
        if not blank or not method.isalpha() or self._dropped_method not in ("", method.decode()):
            return False
        self._dropped_method = None
        return True

    def forget(self, connection: _ProxiedConnection) -> None:
        """Forget a connection that has ended."""
        self._connections.discard(connection)

    def _accept(self, listener: _socket.socket) -> None:
        try:
            descriptor, _ = listener._accept()  # type: ignore[attr-defined]  # what `socket.accept` calls
        except OSError:
            return
        machine = _socket.socket(fileno=descriptor)
        endpoint = _socket.socket(_family(self.upstream[0]), _socket.SOCK_STREAM)
        for end in (machine, endpoint):
            end.settimeout(0)
            end.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        endpoint.connect_ex(self.upstream)
        self._connections.add(_ProxiedConnection(self, machine, endpoint))


class _ProxiedConnection:
    """One connection: what comes in at one end goes out at the other."""

    def __init__(self, network: Network, machine: _socket.socket, endpoint: _socket.socket) -> None:
        self._network = network
        self._ends = (machine, endpoint)
        # What has not gone out yet, for each end.
        self._waiting = {machine: b"", endpoint: b""}
        self._held = False
        self._drops_reply = False
        self._watch()

    def close(self) -> None:
        """Reset the machine's connection, and end the endpoint's."""
        for end in self._ends:
            self._network.loop.watch(end, 0, _nothing)
        with suppress(OSError):
            self._ends[0].setsockopt(_socket.SOL_SOCKET, _socket.SO_LINGER, _ABRUPT)
        for end in self._ends:
            end.close()
        self._network.forget(self)
        self._held = True

    def _watch(self) -> None:
        machine, endpoint = self._ends
        for end, other in ((machine, endpoint), (endpoint, machine)):
            # No more is read at one end than the other takes.
            reads = not self._waiting[other] and not (end is machine and self._held)
            events = (READ if reads else 0) | (WRITE if self._waiting[end] and not self._held else 0)
            self._network.loop.watch(end, events, self._acting(end, other))

    def _acting(self, end: _socket.socket, other: _socket.socket):  # type: ignore[no-untyped-def]  # noqa: ANN202
        def act(events: int) -> None:
            try:
                if events & WRITE:
                    self._send(end)
                if events & READ:
                    self._receive(end, other)
            except BlockingIOError:
                return
            except OSError:
                self.close()

        return act

    def _receive(self, end: _socket.socket, other: _socket.socket) -> None:
        content = end.recv(_CHUNK)
        from_machine = end is self._ends[0]
        if not content or (self._drops_reply and not from_machine):
            self.close()
            return
        self._waiting[other] = content
        if from_machine:
            self._drops_reply = self._drops_reply or self._network.drops_reply_to(content)
        if from_machine and self._network.delay:
            self._held = True
            self._network.loop.later(self._network.delay, self._release)
            self._watch()
        else:
            self._send(other)

    def _release(self) -> None:
        if self._ends[0].fileno() >= 0:
            self._held = False
            self._watch()

    def _send(self, end: _socket.socket) -> None:
        with suppress(BlockingIOError):
            sent = end.send(self._waiting[end])
            self._waiting[end] = self._waiting[end][sent:]
        self._watch()


def _family(host: str) -> int:
    return _socket.AF_INET6 if ":" in host else _socket.AF_INET


def _nothing(_: int) -> None:
    """For a file that is watched no more."""
