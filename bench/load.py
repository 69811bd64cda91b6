"""Load clients: each is a process that sends requests for a time, over TLS with a token."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from bench.caller import Caller

PROFILE = "bench-load"
COUNTER = "bench/counter"


@dataclass
class Tally:
    """The counts of one client."""

    done: int = 0
    rejected: int = 0
    requests: int = 0


def get(caller: Caller, tally: Tally) -> None:
    """Read one profile."""
    _read(caller, tally, f"profiles/{PROFILE}")
    tally.done += 1


def list_all(caller: Caller, tally: Tally) -> None:
    """Read every machine."""
    _read(caller, tally, "machines")
    tally.done += 1


def compare_and_set(caller: Caller, tally: Tally) -> None:
    """Read a counter and increment it by compare-and-set, as competing machines do."""
    value = json.loads(_read(caller, tally, f"profiles/{PROFILE}"))["Params"][COUNTER]
    if _increment(caller, tally, value):
        tally.done += 1
    else:
        tally.rejected += 1


def patch_own(caller: Caller, tally: Tally) -> None:
    """Increment the counter without a read, because this client is its only writer."""
    if not _increment(caller, tally, tally.done):
        raise RuntimeError("Another client writes the counter too.")
    tally.done += 1


def _read(caller: Caller, tally: Tally, path: str) -> bytes:
    status, body = caller.call("GET", path)
    tally.requests += 1
    if status != HTTPStatus.OK:
        raise RuntimeError(f"GET {path}: {status}")
    return body


def _increment(caller: Caller, tally: Tally, value: int) -> bool:
    path = f"/Params/{COUNTER.replace('/', '~1')}"
    lines = [{"op": "test", "path": path, "value": value}, {"op": "replace", "path": path, "value": value + 1}]
    status, _ = caller.call("PATCH", f"profiles/{PROFILE}", lines)
    tally.requests += 1
    if status not in (HTTPStatus.OK, HTTPStatus.CONFLICT):
        raise RuntimeError(f"PATCH profiles/{PROFILE}: {status}")
    return status == HTTPStatus.OK


KINDS: dict[str, Callable[[Caller, Tally], None]] = {
    "get": get,
    "list": list_all,
    "compare-and-set": compare_and_set,
    "compare-and-set alone": patch_own,
}


def main() -> None:
    """Run `python -m bench.load URL TOKEN KIND SECONDS`: print `ready`, wait for a line of input, print the tally."""
    url, token, kind, seconds = sys.argv[1:5]
    caller, tally, act = Caller.with_token(url, token), Tally(), KINDS[kind]
    caller.call("GET", "info")
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        act(caller, tally)
    print(json.dumps([tally.done, tally.rejected, tally.requests]), flush=True)


if __name__ == "__main__":
    main()
