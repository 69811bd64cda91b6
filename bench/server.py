"""How much the embedded endpoint can take, client included, and how much memory it needs."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.endpoint import endpoint
from bench.load import COUNTER, PROFILE, Caller
from bench.table import Row, table, verdict
from tests.support.stack import ROOT

KEY = "rocketskates:r0cketsk8ts"
GO_ONE_WRITER, GO_EIGHT_CLIENTS = 920, 1900
"""What DRP's own server reaches on two cores, client included, over TLS with a token: requests per second."""
SHARE = 1 / 3
MACHINES = 1000


@dataclass(frozen=True)
class Load:
    """One kind of request by so many clients at once."""

    kind: str
    clients: int
    must_reach: float | None = None


LOADS = (
    Load("compare-and-set alone", 1, GO_ONE_WRITER * SHARE),
    Load("get", 1),
    Load("get", 8, GO_EIGHT_CLIENTS * SHARE),
    Load("compare-and-set", 1),
    Load("compare-and-set", 8),
    Load("compare-and-set", 64),
    Load("list", 1),
)


@dataclass(frozen=True)
class Finding:
    """What a load came to."""

    load: Load
    per_second: float
    rejected: float
    megabytes: float

    def row(self) -> Row:
        """The figures as text."""
        must = f"{self.load.must_reach:.0f}" if self.load.must_reach else ""
        reached = verdict(reached=self.per_second >= self.load.must_reach) if self.load.must_reach else ""
        name = f"{self.load.kind}, {self.load.clients} at once"
        return (name, f"{self.per_second:.0f}", must, f"{self.rejected:.0%}", f"{self.megabytes:.0f}", reached)


def measure(seconds: float, say: Callable[[str], None], loads: Sequence[Load] = LOADS) -> str:
    """Loads, one after the other, on an endpoint with a thousand machines; the table."""
    rows = []
    for load in loads:
        with endpoint(MACHINES, tls=True) as (url, pid):
            finding = _run(url, pid, load, seconds)
        rows.append(finding.row())
        say(f"{load.kind} by {load.clients}: {finding.per_second:.0f} a second")
    return table(("load", "a second", "must reach", "rejected", "server MB", ""), rows)


def _run(url: str, pid: int, load: Load, seconds: float) -> Finding:
    token = _prepare(url)
    command = [sys.executable, "-m", "bench.load", url, token, load.kind, str(seconds)]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(load.clients)
        ]
        for client in clients:
            _line(client)
        for client in clients:
            assert client.stdin is not None
            client.stdin.write("go\n")
            client.stdin.flush()
        tallies = [json.loads(_line(client)) for client in clients]
        memory = _resident(pid)
    done, rejected = (sum(tally[place] for tally in tallies) for place in (0, 1))
    return Finding(load, done / seconds, rejected / max(done + rejected, 1), memory)


def _line(client: "subprocess.Popen[str]") -> str:
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        raise RuntimeError("a client ended before its time")
    return line


def _prepare(url: str) -> str:
    """Make the profile that is written to; a token for the clients."""
    caller = Caller(url, f"Basic {b64encode(KEY.encode()).decode()}")
    caller.call("POST", "profiles", {"Name": PROFILE, "Params": {COUNTER: 0}})
    _, body = caller.call("GET", f"users/{KEY.partition(':')[0]}/token")
    return str(json.loads(body)["Token"])


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
