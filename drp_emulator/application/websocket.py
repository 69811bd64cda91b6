"""One websocket: receive filters, send events."""

import functools
import socket
import threading
from contextlib import suppress
from typing import Any

from drp_emulator.access.claims import Principal
from drp_emulator.application.notifier import Filter, Listener, Notifier
from drp_emulator.storage.clock import now
from drp_emulator.wire.documents import encode
from drp_emulator.wire.sending import send_all

_PING_SECONDS = 25
_SEND_SECONDS = 10.0
"""How long a client may accept nothing of an event before it counts as gone."""
_LONGEST_COMMAND = 64 * 1024
_PARTS = 3


class NoHandshake(Exception):
    """The request is no valid handshake of a websocket."""


def serve(environ: dict[str, Any], notifier: Notifier, principal: Principal) -> None:
    """Serve one client until either side ends the connection.

    Raises:
        NoHandshake: The handshake is not valid; nothing was sent.
    """
    from simple_websocket import ConnectionClosed, ConnectionError, Server  # noqa: A004 - its name
    from wsproto.utilities import ProtocolError

    is_handshake = environ["REQUEST_METHOD"] == "GET" and environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    if "werkzeug.socket" not in environ or not is_handshake:
        raise NoHandshake("The client is not using the websocket protocol")
    client = _Socket(environ["werkzeug.socket"])
    daemon = functools.partial(threading.Thread, daemon=True)
    try:
        connection = Server(
            {**environ, "werkzeug.socket": client},
            ping_interval=_PING_SECONDS,
            max_message_size=_LONGEST_COMMAND,
            thread_class=daemon,
        )
    except (ProtocolError, ConnectionError) as error:
        raise NoHandshake(str(error)) from None
    except UnicodeError:
        raise NoHandshake("The websocket's headers are not ASCII: correct Sec-WebSocket-Protocol.") from None
    listener = Listener(principal)
    sender = daemon(target=_send, args=(connection, listener), name="drp-websocket")
    sender.start()
    try:
        with suppress(ConnectionClosed):
            while True:
                _execute(connection.receive(), listener, notifier)
    finally:
        notifier.leave(listener)
        sender.join()
        client.close()


def _send(connection: Any, listener: Listener) -> None:
    from simple_websocket import ConnectionClosed
    from wsproto.utilities import LocalProtocolError

    with suppress(ConnectionClosed, LocalProtocolError, OSError):
        while (text := listener.outbox.get()) is not None:
            connection.send(text)
        if listener.lost:
            connection.close(1013, listener.lost)
    # Wakes the thread that reads.
    connection.sock.close()


def _execute(command: str | bytes | None, listener: Listener, notifier: Notifier) -> None:
    """Execute `register TYPE.ACTION.KEY` or `deregister TYPE.ACTION.KEY`; ignore anything else, as DRP does."""
    if not isinstance(command, str):
        return
    verb, _, words = command.strip().partition(" ")
    parts = words.split(".", _PARTS - 1)
    if len(parts) != _PARTS or verb not in ("register", "deregister"):
        return
    wanted: Filter = (parts[0], parts[1], parts[2])
    receipt = encode(
        {
            "Time": now(),
            "Type": "websocket",
            "Action": verb,
            "Key": words,
            "Principal": listener.principal.label,
            "Object": None,
            "Original": None,
        }
    )
    (notifier.register if verb == "register" else notifier.deregister)(listener, wanted, receipt)


class _Socket:
    """The socket as the websocket library uses it: whole messages, one thread at a time.

    The library does not send what `send` leaves over, and TLS does not allow two threads at once.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(_SEND_SECONDS)
        self._connection = connection
        self._busy = threading.Lock()

    def fileno(self) -> int:
        """Return the descriptor on which the library waits."""
        return self._connection.fileno()

    def recv(self, length: int) -> bytes:
        """Read; the library calls it only if there is something to read."""
        with self._busy:
            return self._connection.recv(length)

    def send(self, data: bytes) -> None:
        """Write the whole message."""
        with self._busy:
            send_all(self._connection, data)

    def close(self) -> None:
        """End the connection in both directions."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
