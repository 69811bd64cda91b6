"""One websocket: filters come in, events go out."""

import functools
import socket
import threading
from contextlib import suppress
from typing import Any

from drp_emulator.access.claims import Principal
from drp_emulator.application.notifier import Filter, Listener, Notifier
from drp_emulator.storage.clock import now
from drp_emulator.wire.documents import encode

_PING_SECONDS = 25
# A client that takes nothing for so long is gone.
_PATIENCE_SECONDS = 10.0
_LONGEST_COMMAND = 64 * 1024
_PARTS = 3


class NoHandshake(Exception):
    """The request does not ask for a websocket in a way that can be answered."""


def serve(environ: dict[str, Any], notifier: Notifier, principal: Principal) -> None:
    """Speak with one client until either side ends it.

    Raises:
        NoHandshake: Nothing was sent yet.
    """
    from simple_websocket import ConnectionClosed, ConnectionError, Server  # noqa: A004 - its name
    from wsproto.utilities import ProtocolError

    if "werkzeug.socket" not in environ:
        raise NoHandshake("The client is not using the websocket protocol")
    wire = _Wire(environ["werkzeug.socket"])
    daemon = functools.partial(threading.Thread, daemon=True)
    try:
        connection = Server(
            {**environ, "werkzeug.socket": wire},
            ping_interval=_PING_SECONDS,
            max_message_size=_LONGEST_COMMAND,
            thread_class=daemon,
        )
    except (ProtocolError, ConnectionError) as error:
        raise NoHandshake(str(error)) from None
    listener = Listener(principal)
    sender = daemon(target=_send, args=(connection, listener), name="drp-websocket")
    sender.start()
    try:
        with suppress(ConnectionClosed):
            while True:
                _obey(connection.receive(), listener, notifier)
    finally:
        notifier.leave(listener)
        sender.join()
        wire.close()


def _send(connection: Any, listener: Listener) -> None:
    from simple_websocket import ConnectionClosed
    from wsproto.utilities import LocalProtocolError

    with suppress(ConnectionClosed, LocalProtocolError, OSError):
        while (text := listener.outbox.get()) is not None:
            connection.send(text)
        if listener.lost:
            connection.close(1013, "Events were lost: connect and look again")
    # The reader notices that nothing more can come.
    connection.sock.close()


def _obey(command: str | bytes | None, listener: Listener, notifier: Notifier) -> None:
    """`register TYPE.ACTION.KEY` or `deregister TYPE.ACTION.KEY`; anything else is ignored, as DRP does."""
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


class _Wire:
    """The socket as the websocket library uses it: whole messages, one thread at a time.

    The library takes part of a message for all of it, and TLS does not bear two threads at once.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(_PATIENCE_SECONDS)
        self._connection = connection
        self._busy = threading.Lock()

    def fileno(self) -> int:
        """What the library waits on."""
        return self._connection.fileno()

    def recv(self, length: int) -> bytes:
        """Read what is there; only called when there is something."""
        with self._busy:
            return self._connection.recv(length)

    def send(self, data: bytes) -> None:
        """Write all of it."""
        with self._busy:
            self._connection.sendall(data)

    def close(self) -> None:
        """End the connection in both directions."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
