"""What adapter and server share: an HTTP request as WSGI (PEP 3333) has it, and the application's answer to it."""

import io
import re
import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from drp_emulator.wire.documents import encode
from drp_emulator.wire.error_replies import ErrorReply

if TYPE_CHECKING:
    from drp_emulator.application.app import Application

_SOFTWARE = "drp-emulator"
_WITHOUT_LENGTH = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_ABSOLUTE = re.compile(r"https?://([^/?]+)", re.IGNORECASE)
_NOT_HANDED_ON = frozenset({"CONTENT_LENGTH", "TRANSFER_ENCODING"})


class Answer(NamedTuple):
    """A whole answer."""

    code: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


def environ(
    method: str, target: str, server: tuple[str, int], headers: Iterable[tuple[str, str]], body: bytes
) -> dict[str, Any]:
    """Return the request's environment.

    Args:
        method: The HTTP method.
        target: The path and query as they stand in the request line.
        server: Host and port of the endpoint.
        headers: Names and values; a name may occur more than once.
        body: The whole body.
    """
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
        if "_" in name:
            continue  # in WSGI it could not be told from the same name with a hyphen
        variable = name.upper().replace("-", "_")
        if variable in _NOT_HANDED_ON:
            continue
        if variable != "CONTENT_TYPE":
            variable = f"HTTP_{variable}"
        made[variable] = f"{made[variable]},{value}" if variable in made else value
    return made


def origin_form(target: str) -> tuple[str, str]:
    """Return the authority, if the target names it, and the path with the query (RFC 9112, 3.2).

    Raises:
        ValueError: The path does not start with exactly one slash. Werkzeug would remove further ones, so that the path
            that is checked would not be the path that is routed.
    """
    absolute = _ABSOLUTE.match(target)
    authority, rest = (absolute[1], target[absolute.end() :]) if absolute else ("", target)
    if absolute and not rest.startswith("/"):
        rest = f"/{rest}"
    path = unquote_to_bytes(rest.partition("?")[0])
    if not rest.startswith("/") or path.startswith(b"//"):
        raise ValueError("not one slash")
    return authority, rest


def call(application: "Application", environment: dict[str, Any]) -> Answer | None:
    """Return the application's answer; None if it has taken the connection over."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        started.append((status, headers))

    body = b"".join(application(environment, start))
    if not started:
        return None
    status, headers = started[0]
    code, _, reason = status.partition(" ")
    return Answer(int(code), reason, headers, body)


def framed(answer: Answer, *, has_body: bool) -> list[tuple[str, str]]:
    """Return the headers with which a server sends the answer; without a body its length is the application's."""
    headers = [("Server", _SOFTWARE), ("Date", _date(int(time.time())))]
    headers += [header for header in answer.headers if not (has_body and header[0].casefold() == "content-length")]
    if has_body and answer.code not in _WITHOUT_LENGTH:
        headers.append(("Content-Length", str(len(answer.body))))
    return headers


def refusal(error: ErrorReply) -> Answer:
    """Return the answer to a request that does not reach the application."""
    headers = [("Content-Type", "application/json; charset=utf-8"), *error.headers.items()]
    return Answer(error.code, HTTPStatus(error.code).phrase, headers, encode(error.document()).encode())


@lru_cache(maxsize=1)
def _date(moment: int) -> str:
    return formatdate(moment, usegmt=True)
