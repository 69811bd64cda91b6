"""The emulator without a socket: a requests adapter that calls the application in this process."""

import io
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter
from requests.models import PreparedRequest, Response
from requests.structures import CaseInsensitiveDict

from drp_emulator.access.operator import PASSWORD, USER
from drp_emulator.server import wsgi

if TYPE_CHECKING:
    from drp_emulator.application.app import Application

# Where to mount the adapter; a private scheme would make requests drop the query.
URL = "http://embedded.drp/"


class EmulatorAdapter(BaseAdapter):
    """Answer requests from a store; many threads may use one adapter.

    Args:
        store: The store's file; made and filled if it is missing.
        machines: How many simulated machines a fresh store has.
        dialect: `v4.8` or `v3.13`.

    Raises:
        ValueError: On `open` or the first request: the dialect is unknown, or the file cannot be a store.
    """

    def __init__(self, store: str | Path, *, machines: int = 8, dialect: str = "v4.8") -> None:
        super().__init__()
        self._store = store
        self._machines = machines
        self._dialect = dialect
        self._application: Application | None = None
        self._starting = threading.Lock()

    @property
    def key(self) -> str:
        """Return the operator's `user:password`."""
        return f"{USER}:{PASSWORD}"

    def send(  # noqa: PLR0917 - requests' signature
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - requests' signature
        timeout: Any = None,  # noqa: ARG002 - no network is involved
        verify: Any = True,  # noqa: ARG002, FBT002 - there is no certificate
        cert: Any = None,  # noqa: ARG002 - nor a client's
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - nor a proxy
    ) -> Response:
        """Answer one prepared request."""
        response = Response()
        response.request = request
        response.url = request.url or ""
        response.encoding = "utf-8"

        answer = wsgi.call(self._app(), _environ(request))
        if answer is None:
            raise AssertionError("without a socket there is no connection to take over")
        response.status_code, response.reason = answer.code, answer.reason
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = io.BytesIO(answer.body)
        return response

    def open(self) -> None:
        """Open the store now, so that an unusable file is no error of a request."""
        self._app()

    def close(self) -> None:
        """Close the store; a later request opens it again."""
        with self._starting:
            if self._application is not None:
                self._application.close()
                self._application = None

    def _app(self) -> "Application":
        application = self._application
        if application is not None:
            return application
        # Werkzeug takes longer to import than a small run takes, so that it is imported at the first request.
        from drp_emulator.application.app import Application

        with self._starting:
            if self._application is None:
                self._application = Application(self._store, machines=self._machines, dialect=self._dialect)
            return self._application


def _environ(request: PreparedRequest) -> dict[str, Any]:
    address = urlsplit(request.url or "")
    server = (address.hostname or "embedded.drp", address.port or 80)
    headers = ((name, _text(value)) for name, value in request.headers.items())
    return wsgi.environ(request.method or "", f"{address.path}?{address.query}", server, headers, _bytes(request.body))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    parts: Iterable[str | bytes] = body
    return b"".join(part.encode() if isinstance(part, str) else part for part in parts)
