"""What the doors share: an HTTP request as WSGI (PEP 3333) has it, and the application's answer to it."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from drp_emulator.application.app import Application


class Answer(NamedTuple):
    """A whole answer."""

    code: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


def environ(
    method: str, target: str, server: tuple[str, int], headers: Iterable[tuple[str, str]], body: bytes
) -> dict[str, Any]:
    """The request's environment; `target` as it stands in the request line, `server` by host and port."""
    path, _, query = target.partition("?")
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        # WSGI hands bytes over as Latin-1 text.
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        variable = name.upper().replace("-", "_")
        if variable == "CONTENT_TYPE":
            made[variable] = value
        elif variable not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            made[f"HTTP_{variable}"] = value
    return made


def call(application: "Application", environment: dict[str, Any]) -> Answer | None:
    """The application's answer; None where it has taken the connection over."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        started.append((status, headers))

    body = b"".join(application(environment, start))
    if not started:
        return None
    status, headers = started[0]
    code, _, reason = status.partition(" ")
    return Answer(int(code), reason, headers, body)
