"""Clients that keep an endpoint busy: one process each, for a time, over TLS with a token."""

import http.client
import json
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

PROFILE = "bench-load"
COUNTER = "bench/counter"


@dataclass
class Tally:
    """What one client did in its time."""

    done: int = 0
    rejected: int = 0


class Caller:
    """One kept-alive connection."""

    def __init__(self, url: str, authorization: str) -> None:
        parts = urlsplit(url)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=60)
        self._headers = {"Authorization": authorization, "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Status and body of one request."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v3/{path}", body=text, headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def get(caller: Caller, tally: Tally) -> None:
    """Read one profile."""
    caller.call("GET", f"profiles/{PROFILE}")
    tally.done += 1


def list_all(caller: Caller, tally: Tally) -> None:
    """Read every machine."""
    caller.call("GET", "machines")
    tally.done += 1


def compare_and_set(caller: Caller, tally: Tally) -> None:
    """Read a counter and count one further, as machines do that race."""
    _, body = caller.call("GET", f"profiles/{PROFILE}")
    value, path = json.loads(body)["Params"][COUNTER], f"/Params/{COUNTER.replace('/', '~1')}"
    lines = [{"op": "test", "path": path, "value": value}, {"op": "replace", "path": path, "value": value + 1}]
    status, _ = caller.call("PATCH", f"profiles/{PROFILE}", lines)
    if status == http.HTTPStatus.OK:
        tally.done += 1
    else:
        tally.rejected += 1


def patch_own(caller: Caller, tally: Tally) -> None:
    """Compare and set alone, without the read: the value is known as long as nobody else writes."""
    path = f"/Params/{COUNTER.replace('/', '~1')}"
    value = tally.done
    lines = [{"op": "test", "path": path, "value": value}, {"op": "replace", "path": path, "value": value + 1}]
    status, body = caller.call("PATCH", f"profiles/{PROFILE}", lines)
    if status != http.HTTPStatus.OK:
        raise RuntimeError(f"somebody else writes, too: {status} {body[:80]!r}")
    tally.done += 1


KINDS: dict[str, Callable[[Caller, Tally], None]] = {
    "get": get,
    "list": list_all,
    "compare-and-set": compare_and_set,
    "compare-and-set alone": patch_own,
}


def main() -> None:
    """`python -m bench.load URL TOKEN KIND SECONDS`: says `ready`, begins at a line of input, prints its tally."""
    url, token, kind, seconds = sys.argv[1:5]
    caller, tally, act = Caller(url, f"Bearer {token}"), Tally(), KINDS[kind]
    caller.call("GET", "info")
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        act(caller, tally)
    print(json.dumps([tally.done, tally.rejected]), flush=True)


if __name__ == "__main__":
    main()
