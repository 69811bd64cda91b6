"""Measure the throughput of the embedded endpoint, including the clients, and its memory."""

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass

from bench import caller, process
from bench.caller import Caller
from bench.endpoint import endpoint
from bench.load import COUNTER, PROFILE
from bench.scope import Scope
from bench.table import Row, table, verdict
from tests.support.stack import ROOT

GO_ONE_WRITER, GO_EIGHT_CLIENTS = 920, 1900
"""Requests per second of DRP itself on two cores, including the clients, over TLS with a token."""
SHARE = 1 / 3
MACHINES = 1000
SECONDS, QUICK_SECONDS = 5.0, 0.5


@dataclass(frozen=True)
class Load:
    """One kind of request, by a number of concurrent clients."""

    kind: str
    clients: int
    must_reach: float | None = None

    @property
    def name(self) -> str:
        """Return the name in the table."""
        return f"{self.kind}, {self.clients} at once"


LOADS = (
    Load("compare-and-set alone", 1, GO_ONE_WRITER * SHARE),
    Load("get", 1),
    Load("get", 8, GO_EIGHT_CLIENTS * SHARE),
    Load("compare-and-set", 1),
    Load("compare-and-set", 8, GO_EIGHT_CLIENTS * SHARE),
    Load("compare-and-set", 64),
    Load("list", 1),
)
QUICK_LOADS = (LOADS[0], LOADS[4])


@dataclass(frozen=True)
class Finding:
    """The result of a load.

    Attributes:
        load: The load.
        done: Successful operations per second.
        rejected: Rejected operations per second.
        requests: Requests per second; `compare-and-set` needs two, because it reads first.
        cpu: The endpoint's processor seconds per request.
        megabytes: The endpoint's memory at the end.
    """

    load: Load
    done: float
    rejected: float
    requests: float
    cpu: float
    megabytes: float

    def row(self) -> Row:
        """Return the figures as text."""
        attempts, least = self.done + self.rejected, self.load.must_reach
        counts = (f"{self.done:.0f}", f"{attempts:.0f}", f"{self.rejected / max(attempts, 1e-9):.0%}")
        requests = (f"{self.requests:.0f}", f"{least:.0f}" if least else "")
        costs = (f"{self.cpu * 1000:.2f}", f"{self.megabytes:.0f}")
        return (self.load.name, *counts, *requests, *costs, verdict(reached=self.requests >= least) if least else "")


def section(scope: Scope) -> str:
    """Measure the loads one after the other, each on a new endpoint with a thousand machines."""
    seconds, loads = (QUICK_SECONDS, QUICK_LOADS) if scope.quick else (SECONDS, LOADS)
    rows = []
    for load in loads:
        scope.say(f"{load.name}, for {seconds:g} s")
        with endpoint(MACHINES, tls=True) as (url, pid):
            rows.append(_run(url, pid, load, seconds).row())
    head = ("load", "a second", "attempts", "rejected", "requests", "must reach", "server ms", "server MB", "")
    return (
        f"The embedded endpoint, {seconds:g} s each: clients on the same cores, TLS, a token, {MACHINES} machines\n"
        "(requests and attempts a second; server ms: its processor time a request)\n\n" + table(head, rows)
    )


def _run(url: str, pid: int, load: Load, seconds: float) -> Finding:
    command = [sys.executable, "-m", "bench.load", url, _prepare(url), load.kind, str(seconds)]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(load.clients)
        ]
        for client in clients:
            _line(client)
        before = process.cpu(pid)
        for client in clients:
            assert client.stdin is not None
            client.stdin.write("go\n")
            client.stdin.flush()
        tallies = [json.loads(_line(client)) for client in clients]
        cpu, memory = process.cpu(pid) - before, process.memory(pid)
    done, rejected, requests = (sum(tally[index] for tally in tallies) for index in range(3))
    return Finding(load, done / seconds, rejected / seconds, requests / seconds, cpu / max(requests, 1), memory.rss)


def _line(client: "subprocess.Popen[str]") -> str:
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        raise RuntimeError("A load client ended early: run `python -m bench.load` to see its error.")
    return line


def _prepare(url: str) -> str:
    """Create the profile for the writes; return a token for the clients."""
    token = caller.token(url)
    admin = Caller.with_token(url, token)
    admin.demand("POST", "profiles", {"Name": PROFILE, "Params": {COUNTER: 0}})
    admin.hang_up()
    return token
