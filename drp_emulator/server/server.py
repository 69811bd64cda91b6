"""Door with a socket: a threaded server on the loopback interface."""

import errno
import socket
import ssl
import sys
import tempfile
import threading
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from drp_emulator.application.app import Application
from drp_emulator.server.connection import Connection

_LOOPBACK = "127.0.0.1"
# How long stopping waits for an answer that is being worked on.
_FAREWELL_SECONDS = 5.0


class EmulatedEndpoint:
    """An endpoint on a loopback port; a context manager that starts and stops it.

    Args:
        store: The store's file; None for a temporary one, removed at the end.
        machines: How many simulated machines a fresh store has.
        dialect: `v4.8` or `v3.13`.
        tls: Speak https with a certificate made on the spot.
        port: Where to listen; 0 for any free port.

    Attributes:
        certificate: With TLS, the file to verify the endpoint against.
    """

    def __init__(
        self,
        store: str | Path | None = None,
        *,
        machines: int = 8,
        dialect: str = "v4.8",
        tls: bool = False,
        port: int = 0,
    ) -> None:
        self.certificate: Path | None = None
        self._store = store
        self._options: dict[str, Any] = {"machines": machines, "dialect": dialect}
        self._tls = tls
        self._port = port
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._application: Application | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address, without the path of the API.

        Raises:
            RuntimeError: It is not running.
        """
        if self._server is None:
            raise RuntimeError("The embedded endpoint is not running: call start() first.")
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{_LOOPBACK}:{self._server.server_address[1]}"

    def start(self) -> Self:
        """Listen and answer, in a thread of its own.

        Raises:
            OSError: The port is taken.
            RuntimeError: TLS is asked for and the package for it is missing.
            ValueError: Unknown dialect, or the store is something else.
        """
        if self._server is not None:
            return self
        self._folder = tempfile.TemporaryDirectory(prefix="drp-embedded-")
        folder = Path(self._folder.name)
        try:
            store = folder / "store.db" if self._store is None else self._store
            self._application = Application(store, **self._options)
            context = self._tls_context(folder) if self._tls else None
            self._server = _listening(self._port, self._application, context)
        except BaseException:
            self.stop()
            raise
        self._thread = threading.Thread(target=self._serve, name="drp-embedded", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering, close every connection and remove what was temporary."""
        if self._server is not None:
            if self._thread is not None:
                self._server.shutdown()
                self._thread.join()
            self._server.server_close()
        if self._application is not None:
            self._application.close()
        if self._folder is not None:
            self._folder.cleanup()
        self._server = self._thread = self._application = self._folder = None
        self.certificate = None

    def wait(self) -> None:
        """Wait until it is stopped from another thread or by a signal handler's exception."""
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self) -> None:
        if self._server is not None:
            self._server.serve_forever(poll_interval=0.05)

    def _tls_context(self, folder: Path) -> ssl.SSLContext:
        from drp_emulator.server.certificate import write_self_signed

        self.certificate, key = write_self_signed(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        return context


class _Server(ThreadingHTTPServer):
    """One thread a connection; stopping it closes the connections that are still open."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], application: Application, tls: ssl.SSLContext | None) -> None:
        self.application = application
        self._tls = tls
        self._open: dict[threading.Thread, socket.socket] = {}
        super().__init__(address, Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection a thread; known here, so that closing finds every one."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._open[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one connection; the TLS handshake happens here, not in the accepting loop."""
        try:
            secured = request if self._tls is None else self._secured(request, self._tls)
            if secured is not None:
                super().process_request_thread(secured, client_address)
        finally:
            self._open.pop(threading.current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no event; anything else is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Close the listening socket and every connection."""
        super().server_close()
        for thread, connection in list(self._open.items()):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(_FAREWELL_SECONDS)

    def _secured(self, request: socket.socket, tls: ssl.SSLContext) -> socket.socket | None:
        try:
            secured = tls.wrap_socket(request, server_side=True)
        except OSError:
            request.close()
            return None
        self._open[threading.current_thread()] = secured
        return secured


def _listening(port: int, application: Application, context: ssl.SSLContext | None) -> _Server:
    try:
        return _Server((_LOOPBACK, port), application, context)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        text = f"Port {port} is in use already: stop what listens there, or choose another --port (0: any)."
        raise OSError(error.errno, text) from None
