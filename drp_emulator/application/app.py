"""The WSGI application: each request is one transaction."""

import logging
import threading
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from drp_emulator import dashboard
from drp_emulator.access.auth import authenticate
from drp_emulator.access.operator import OWN_PASSWORD
from drp_emulator.application.notifier import Notifier
from drp_emulator.application.routes import ROOT, WRITERS, Handler, routes
from drp_emulator.application.seed import seeder, set_password
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.storage.store import Store
from drp_emulator.storage.store_error import StoreError, damaged
from drp_emulator.wire.dialects import dialect_named
from drp_emulator.wire.error_replies import ErrorReply, access_denied, no_route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SOCKET = f"{ROOT}/ws"
_READS = frozenset({"GET", "HEAD"})
_MAX_BODY_BYTES = 16 * 1024 * 1024
_LOG = logging.getLogger(__name__)


class Application:
    """The endpoint over one store.

    Args:
        store: The file; made and filled if it is missing.
        machines: How many machine records a fresh store has.
        dialect: `v4.8` or `v3.13`.

    Raises:
        ValueError: The dialect is unknown, or the store cannot be used.
    """

    def __init__(self, store: str | Path, *, machines: int = 8, dialect: str = "v4.8") -> None:
        self._dialect = dialect_named(dialect)
        self._routes = routes(self._dialect)
        self._store = Store(store, seeder(self._dialect, machines))
        self._notifier = Notifier(self._store)
        # Each call of SQLite releases the interpreter's lock. Requests side by side would hand it over at each of them,
        # which takes twice the processor time with 8 clients: docs/performance.md.
        self._turn = threading.Lock()
        try:
            self._check(dialect)
        except ValueError:
            self._store.close()
            raise

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one WSGI request."""
        request = Request(environ)
        if request.path == SOCKET:
            return self._listen(request, environ, start_response)
        request.max_content_length = _MAX_BODY_BYTES
        return self.answer(request)(environ, start_response)

    def close(self) -> None:
        """Disconnect every listener and close the store."""
        self._notifier.close()
        self._store.close()

    def answer(self, request: Request) -> Response:
        """Answer one request; errors become DRP's error documents."""
        if not request.path.startswith(ROOT) and (file := dashboard.file_for(request)) is not None:
            return file
        try:
            return self._routed(request)
        except Exception as error:  # noqa: BLE001 - whatever happens, the client gets an answer
            fault = _fault(request, error)
        body = "" if fault.code == HTTPStatus.UNAUTHORIZED else fault.document()
        return _response(request.method, Reply(body, fault.code, fault.headers))

    def _check(self, dialect: str) -> None:
        with self._store.transaction(write=False) as transaction:
            made_for = transaction.fact("dialect")
        if not made_for:
            raise damaged(self._store.path)
        if made_for != dialect:
            raise ValueError(
                f"The store {self._store.path} was made for dialect {made_for}, not {dialect}:"
                " use that dialect, or another store."
            )
        if OWN_PASSWORD:
            with self._store.transaction(write=True) as transaction:
                set_password(transaction, OWN_PASSWORD)

    def _routed(self, request: Request) -> Response:
        found = self._routes.find(request.method, request.path)
        if found is None:
            return self._elsewhere(request, request.path)
        return _response(request.method, self._handle(request, *found))

    def _handle(self, request: Request, handler: Handler, arguments: "Mapping[str, str]") -> Reply:
        request.get_data()  # read before the lock is taken: a slow sender must not hold it
        header = request.headers.get("Authorization", "")
        token = request.args.get("token", "")
        write = request.method not in _READS or handler in WRITERS
        with self._store.transaction(write=write, turn=self._turn) as transaction:
            principal = authenticate(header, token, transaction)
            reply = handler(RequestContext(request, transaction, principal, self._dialect, arguments))
        if write:
            self._notifier.wake()
        return reply

    def _listen(self, request: Request, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve a websocket; it takes the connection, so that no answer follows."""
        from drp_emulator.application.websocket import NoHandshake, serve

        try:
            header, token = request.headers.get("Authorization", ""), request.args.get("token", "")
            with self._store.transaction(write=False) as transaction:
                principal = authenticate(header, token, transaction)
            serve(environ, self._notifier, principal)
        except NoHandshake as error:
            fault = ErrorReply(400, request.method, str(error))
        except Exception as error:  # noqa: BLE001 - whatever happens, the client gets an answer
            fault = _fault(request, error)
            if fault.code == HTTPStatus.UNAUTHORIZED:
                fault = access_denied()
        else:
            return []
        return _response(request.method, Reply(fault.document(), fault.code, fault.headers))(environ, start_response)

    def _elsewhere(self, request: Request, path: str) -> Response:
        other = path[:-1] if path.endswith("/") else f"{path}/"
        if self._routes.find(request.method, other) is None:
            raise no_route(request.method, path)
        location = quote(other)
        if request.query_string:
            location += "?" + request.query_string.decode("latin-1")
        code = 301 if request.method == "GET" else 307
        return Response(status=code, headers={"Location": location})


def _fault(request: Request, error: Exception) -> ErrorReply:
    """Return the error document for whatever a request has raised."""
    if isinstance(error, ErrorReply):
        return error
    if isinstance(error, RecursionError):
        return ErrorReply(400, request.method, "exceeded max depth")
    if isinstance(error, HTTPException):
        return ErrorReply(error.code or 400, request.method, error.name)
    if isinstance(error, StoreError):
        _LOG.error("%s %s failed: %s", request.method, request.path, error)
        return ErrorReply(500, request.method, f"The emulator's store {error.cause}.")
    _LOG.error("%s %s failed; this is a fault of the emulator", request.method, request.path, exc_info=error)
    return ErrorReply(500, request.method, "The emulator failed: its log says where.")


def _response(method: str, reply: Reply) -> Response:
    body = reply.content
    # HEAD and empty answers carry their length too: clients keep the connection open.
    response = Response(b"" if method == "HEAD" else body, reply.status, content_type=reply.content_type)
    for name, value in reply.headers.items():
        response.headers[name] = value
    return response
