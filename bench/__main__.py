"""`python -m bench`: measure, and print the figures with the command that produced them."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from bench import cluster, emulated_machines, operations, server
from bench.scope import Scope

QUICK_MACHINES = 3
SECTIONS: dict[str, Callable[[Scope], str]] = {
    "requests": operations.requests_section,
    "time": operations.time_section,
    "server": server.section,
    "machines": emulated_machines.section,
    "cluster": cluster.section,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; report a missed target without failing."""
    options = _parser().parse_args(arguments)
    rounds, machines = (1, QUICK_MACHINES) if options.quick else (options.rounds, options.machines)
    scope = Scope(quick=options.quick, rounds=rounds, machines=machines, say=_say)
    words = " ".join(sys.argv[1:] if arguments is None else arguments)
    print(f"Command: {f'python -m bench {words}'.strip()}")
    print(f"Machine: {os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    print(f"Python {platform.python_version()}, pulumi {version('pulumi')}")
    for name in options.only:
        before = os.getloadavg()[0]
        text = SECTIONS[name](scope)
        # The second figure includes the bench's own work.
        print(f"\n{text}\n\nLoad average: {before:.1f} before, {os.getloadavg()[0]:.1f} after", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each operation is measured")
    parser.add_argument("--machines", type=int, default=100, help="of the cluster, at most 1000")
    parser.add_argument(
        "--only",
        type=_sections,
        default=list(SECTIONS),
        metavar="SECTION,...",
        help=f"some of {', '.join(SECTIONS)}; default: all",
    )
    parser.add_argument(
        "--quick", action="store_true", help="one round of few operations, three machines; the requests are all"
    )
    return parser


def _sections(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in SECTIONS:
            raise argparse.ArgumentTypeError(f"there is no section {name!r}: take some of {', '.join(SECTIONS)}")
    return names


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
