"""Every way in which something between the provider and the endpoint can spoil one request.

A fault is chosen by name and hits a request by its number. *Before* means that the endpoint never sees the request;
*after* means that it has carried it out, and only the answer is lost or replaced.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from weakref import WeakKeyDictionary

import requests

from tests.support.fault_proxy import NO_CONTENT, FaultProxy, Passage

FOR_GOOD = 10**6
"""Times that a fault hits which does not pass by itself."""
PAGE = b"<html><body><h1>The gateway says no.</h1></body></html>"
HTML, JSON = "text/html", "application/json"
PAGES = (400, 403, 404, 408, 413, 500, 502, 503, 504)
"""The statuses of which each is answered with a page of HTML."""
ELSEWHERE = {"Location": "http://127.0.0.1:9/login"}
_KEYS = ("Name", "Uuid", "ID", "meta")


@dataclass(frozen=True)
class Fault:
    """One way to spoil a request."""

    name: str
    answer: Callable[["MatrixProxy", Passage, bytes], None]
    """Answers the client; the bytes are the body that the endpoint gave, or would have given."""
    lands: bool = False
    """Whether the endpoint carries the request out first."""
    late: str = ""
    """When the endpoint carries it out at last: `before` or `after` the next write, or empty."""
    whole: bool = False
    """Whether it concerns the second request of each connection, whatever the request's number is."""
    writes_only: bool = False


class MatrixProxy(FaultProxy):
    """A proxy that spoils chosen requests, counted from the moment in which it is armed."""

    on_fault: Callable[[Passage, bool], None] | None = None
    """Called at the moment of the fault, with whether the request has landed: what others do just then."""
    on_landing: Callable[[Passage], None] | None = None
    """Called after each write that the endpoint has carried out."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self._lock = threading.RLock()
        self._fault: Fault | None = None
        self._numbers = range(0)
        self._late: list[Callable[[], object]] = []
        self._served: WeakKeyDictionary[BaseHTTPRequestHandler, int] = WeakKeyDictionary()
        self._count = 0
        self.hits = 0

    def arm(self, fault: Fault | None = None, number: int = 1, times: int = 1) -> None:
        """Count requests from here on; spoil `times` of them from this number on."""
        self.forget()
        self._count, self.hits, self._late = 0, 0, []
        self._numbers = range(number, number + times)
        self._fault = fault

    def disarm(self) -> list[str]:
        """Spoil nothing any more, let late requests arrive, and return the requests since `arm`."""
        self._fault = None
        self._deliver()
        return self.calls()

    def treat(self, passage: Passage) -> None:
        if passage.request.is_login:
            passage.pass_on()
            return
        with self._lock:
            fault = self._due(passage)
            if fault is None:
                self._serve(passage)
            else:
                self.hits += 1
                self._spoil(fault, passage)

    def land(self, passage: Passage) -> requests.Response:
        """Let the endpoint carry the request out."""
        response = passage.forward()
        if passage.request.is_write and response.ok and self.on_landing is not None:
            self.on_landing(passage)
        return response

    def another(self, passage: Passage) -> Any:
        """Return what the endpoint says of another object of the same type, or a list of one for a list."""
        prefix, _, key = passage.request.path.removeprefix("/api/v3/").partition("?")[0].partition("/")
        is_list = not key and not passage.request.is_write
        body = passage.request.body
        own = {key.removeprefix("Name:"), body.get("Name") if isinstance(body, dict) else None}
        listed = self._ask(passage, f"/api/v3/{prefix}")
        others = [found for found in listed if not own & set(_names_of(found))]
        if prefix == "contents" and not is_list and others:
            pack = self._ask(passage, f"/api/v3/contents/{others[0]['meta']['Name']}")
            return {**pack, "Counts": {}, "Warnings": []}
        return others[:1] if is_list else next(iter(others), {})

    def would_be(self, passage: Passage) -> bytes:
        """Return an answer for a request that is not passed on: the object as it is, or as it was sent."""
        if not passage.request.is_write:
            return passage.forward().content
        found = self._ask(passage, passage.request.path)
        return json.dumps(found if isinstance(found, dict) and "Code" not in found else passage.request.body).encode()

    def _ask(self, passage: Passage, path: str) -> Any:
        headers = {"Authorization": passage.handler.headers["Authorization"]}
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"{self.target}{path}", headers=headers, timeout=30).json()

    def _due(self, passage: Passage) -> Fault | None:
        self._count += 1
        served = self._served.get(passage.handler, 0) + 1
        self._served[passage.handler] = served  # a handler lives as long as its connection
        fault = self._fault
        if fault is None:
            return None
        if fault.whole:
            return fault if served > 1 else None
        if self._count not in self._numbers:
            return None
        # Whatever has spoilt a write spoils the looks after it too.
        return fault if passage.request.is_write or not fault.writes_only or self._count > self._numbers[0] else None

    def _serve(self, passage: Passage) -> None:
        late = self._late and passage.request.is_write and self._fault is not None and self._fault.late
        if late == "before":
            self._deliver()
        response = self.land(passage)
        if late == "after":
            self._deliver()
        passage.answer(response.status_code, response.content, response.headers.get("Content-Type", ""))

    def _spoil(self, fault: Fault, passage: Passage) -> None:
        if fault.lands:
            body = self.land(passage).content
        elif fault.whole or fault.late:
            body = b""
        else:
            body = self.would_be(passage)
        if self.on_fault is not None:
            self.on_fault(passage, fault.lands)
        if fault.late and passage.request.is_write:
            self._late.append(lambda: self.land(passage))
        fault.answer(self, passage, body)

    def _deliver(self) -> None:
        late, self._late = self._late, []
        for forward in late:
            forward()


def catalogue() -> list[Fault]:
    """Return every fault, in a stable order, each under a name of its own."""
    return [*_connections(), *_late(), *(fault for name, answer in _answers() for fault in _both(name, answer))]


Answering = Callable[[MatrixProxy, Passage, bytes], None]


def _both(name: str, answer: Answering) -> list[Fault]:
    return [Fault(f"{name}, before", answer), Fault(f"{name}, after", answer, lands=True, writes_only=True)]


def _connections() -> Iterator[Fault]:
    yield from _both("closed", lambda _, passage, __: passage.hang_up())
    yield from _both("half a status line", _half_a_line)
    yield from _both("headers only", lambda _, p, body: p.answer(200, body or b"{}", JSON, sent=0))
    yield from _both("half a body", lambda _, p, body: p.answer(200, body or b"{}", JSON, sent=len(body) // 2))
    yield Fault("second request of a connection, before", _hang_up, whole=True)
    yield Fault("second request of a connection, after", _hang_up, whole=True, lands=True)


def _late() -> Iterator[Fault]:
    for when in ("before", "after"):
        yield Fault(f"504, late {when} the next write", _fixed(504, PAGE), late=when, writes_only=True)


def _answers() -> Iterator[tuple[str, Answering]]:
    for status in (301, 302):
        yield f"{status} redirect", _fixed(status, PAGE, headers=ELSEWHERE)
    for status in PAGES:
        yield f"{status} page", _fixed(status, PAGE)
    yield "401 without a body", _fixed(401, b"")
    yield "401 page", _fixed(401, PAGE)
    yield "429 with Retry-After", _fixed(429, PAGE, headers={"Retry-After": "1"})
    yield "200 empty", _fixed(200, b"", JSON)
    yield f"{NO_CONTENT}", _fixed(NO_CONTENT, b"")
    yield "200 page", _fixed(200, PAGE)
    for text in ("[]", "[{}]", '"x"', "null", "{}"):
        yield f"200 {text}", _fixed(200, text.encode(), JSON)
    yield "200 half a JSON", lambda _, p, body: p.answer(200, body[: len(body) // 2] or b'{"Na', JSON)
    yield "200 without a key", lambda _, p, body: p.answer(200, _without_key(body), JSON)
    yield "200 another object", lambda proxy, p, _: p.answer(200, json.dumps(proxy.another(p)).encode(), JSON)


def _fixed(status: int, body: bytes, kind: str = HTML, headers: dict[str, str] | None = None) -> Answering:
    return lambda _, passage, __: passage.answer(status, body, kind, headers=headers)


def _hang_up(_: MatrixProxy, passage: Passage, __: bytes) -> None:
    passage.hang_up()


def _half_a_line(_: MatrixProxy, passage: Passage, __: bytes) -> None:
    passage.handler.wfile.write(b"HTTP/1.1 2")
    passage.handler.wfile.flush()
    passage.hang_up()


def _without_key(body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return b"{}"
    keyless = [_stripped(member) for member in document] if isinstance(document, list) else _stripped(document)
    return json.dumps(keyless).encode()


def _stripped(document: Any) -> Any:
    return {k: v for k, v in document.items() if k not in _KEYS} if isinstance(document, dict) else document


def _names_of(document: Any) -> list[Any]:
    head = document.get("meta", document)
    return [value for value in (head.get("Name"), head.get("Uuid"), head.get("ID")) if value]
