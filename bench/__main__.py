"""`python -m bench`: measures, and prints what was measured with the commands that made it."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import requests

from bench import server
from bench.commands import DESTROY, REFRESH, UP, UP_WITH_PREVIEW
from bench.counting import count
from bench.endpoint import endpoint
from bench.programs import PROFILE
from bench.table import requests_table, targets_table, times_table
from bench.timing import steps, time

QUICK_MACHINES = 3
SECONDS, QUICK_SECONDS = 5.0, 0.5
COMMANDS = f"pulumi {' '.join(UP)}; {REFRESH[0]} and {DESTROY[0]} alike"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; a target that is missed is said and fails nothing."""
    options = _parser().parse_args(arguments)
    rounds = 1 if options.quick else options.rounds
    machines = QUICK_MACHINES if options.quick else options.machines
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="drp-bench-") as name, endpoint(max(machines, 1)) as (url, _):
        folder = Path(name)
        _say(f"endpoint at {url}, {machines} machines; counting requests")
        _prepare(url)
        counts = count(folder, url, machines)
        _say(f"measuring time, {rounds} rounds")
        series = time(folder, url, steps(machines, quick=options.quick), rounds, _say)
    words = " ".join(sys.argv[1:] if arguments is None else arguments)
    print(f"Command: {f'python -m bench {words}'.strip()}")
    print(f"Machine: {os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    print(f"Python {platform.python_version()}, pulumi {version('pulumi')}")
    print(f"Load average: {before:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end")
    print(f"\nRequests per operation ({COMMANDS})\n")
    print(requests_table(counts, machines))
    print(f"\nTime per operation: medians of {rounds} rounds, ours and the floor in turn, TCP on loopback")
    print(f"({COMMANDS}; with preview: pulumi {' '.join(UP_WITH_PREVIEW)})")
    print("Floor: as many dynamic resources with the same inputs, whose provider answers at once\n")
    print(times_table(series, machines))
    print("\nTargets\n")
    print(targets_table(series, machines))
    print("\nThe embedded endpoint: requests a second, clients on the same cores, TLS, token, 1000 machines\n")
    print(server.measure(SECONDS, _say) if not options.quick else server.measure(QUICK_SECONDS, _say, server.LOADS[:1]))
    return 0


def _prepare(url: str) -> None:
    """The profile that the assignment is made with."""
    answer = requests.post(
        f"{url}/api/v3/profiles", json={"Name": PROFILE}, auth=("rocketskates", "r0cketsk8ts"), timeout=30
    )
    answer.raise_for_status()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each operation is measured")
    parser.add_argument("--machines", type=int, default=100, help="of the cluster, at most 1000")
    parser.add_argument(
        "--quick", action="store_true", help="one round of few operations, three machines; the requests are all"
    )
    return parser


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
