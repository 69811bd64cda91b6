"""The emulator on a loopback port: one thread a connection."""

import errno
import resource
import ssl
import sys
import threading
from operator import itemgetter
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, Self

from drp_emulator.application.app import Application
from drp_emulator.server.connection import Connection
from drp_emulator.server.temporary import TemporaryFolder

_LOOPBACK = "127.0.0.1"
_STOP_SECONDS = 5.0
"""How long stopping waits for an answer that is being worked on."""
_FILES_OF_A_CONNECTION = 4
"""A request takes the socket and two of SQLite, a websocket the socket and one to wait on; the rest is in reserve."""


class EmulatedEndpoint:
    """A DRP endpoint on a loopback port; a context manager that starts and stops it.

    Args:
        store: The store's file; None for a temporary one, removed at the end.
        machines: How many machine records a fresh store has.
        dialect: `v4.8` or `v3.13`.
        tls: Speak https, with a certificate made at the start.
        port: Where to listen; 0 for any free port.

    Attributes:
        certificate: With TLS, the file that clients verify the endpoint with.
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
        self._folder: TemporaryFolder | None = None
        self._application: Application | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return the address, without the path of the API.

        Raises:
            RuntimeError: The endpoint is not running.
        """
        if self._server is None:
            raise RuntimeError("The emulator is not running: call start() first.")
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{_LOOPBACK}:{self._server.server_address[1]}"

    def start(self) -> Self:
        """Listen and answer in a thread of its own.

        Raises:
            OSError: The port is taken.
            RuntimeError: TLS needs a package that is not installed.
            ValueError: The dialect is unknown, or the store cannot be used.
        """
        if self._server is not None:
            return self
        try:
            self._folder = TemporaryFolder()
            store = self._folder.path / "store.db" if self._store is None else self._store
            self._application = Application(store, **self._options)
            context = self._tls_context(self._folder.path) if self._tls else None
            self._server = _listening(self._port, self._application, context)
        except BaseException:
            self.stop()
            raise
        self._thread = threading.Thread(target=self._serve, name="drp-emulator", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering, close every connection and remove the temporary files."""
        if self._server is not None:
            if self._thread is not None:
                self._server.shutdown()
                self._thread.join()
            self._server.server_close()
        if self._application is not None:
            self._application.close()
        if self._folder is not None:
            self._folder.remove()
        self._server = self._thread = self._application = self._folder = None
        self.certificate = None

    def wait(self) -> None:
        """Wait until another thread stops the endpoint, or a signal handler raises."""
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
        from drp_emulator.server.certificate import write_certificate

        self.certificate, key = write_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        return context


class _Server(ThreadingTCPServer):
    """One thread a connection; stopping it closes the connections that are still open."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], application: Application, tls: ssl.SSLContext | None) -> None:
        self._application = application
        self._tls = tls
        self._open: dict[threading.Thread, Connection] = {}
        self._limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // _FILES_OF_A_CONNECTION
        # A websocket makes no room for others, so that requests keep half of the connections.
        self._websockets = threading.Semaphore(self._limit // 2)
        super().__init__(address, BaseRequestHandler)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - the base's signature
        """Accept a connection; of too many, close the one that has waited longest for its client, or refuse the new."""
        if len(self._open) < self._limit:
            return True
        waiting = [(since, one) for one in list(self._open.values()) if (since := one.waiting_since) is not None]
        if not waiting:
            return False
        min(waiting, key=itemgetter(0))[1].close()
        return True

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection and register it, so that closing finds it."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        try:
            self._open[thread] = Connection(request, self._application, self._tls, self._websockets)
        except OSError:
            request.close()
            return
        thread.start()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base's signature
        """Answer the requests of one connection, in its thread, and forget it."""
        try:
            self._open[threading.current_thread()].run()
        finally:
            del self._open[threading.current_thread()]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that has gone away; print anything else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Close the listening socket and every connection."""
        super().server_close()
        for thread, connection in list(self._open.items()):
            connection.close()
            thread.join(_STOP_SECONDS)


def _listening(port: int, application: Application, context: ssl.SSLContext | None) -> _Server:
    try:
        return _Server((_LOOPBACK, port), application, context)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        text = f"Port {port} is in use already: stop what listens there, or choose another --port (0: any)."
        raise OSError(error.errno, text) from None
