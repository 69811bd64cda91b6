"""`python -m drp_provider.simulator`: a small data centre in a terminal."""

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import Any

from drp_provider.embedded.wire.dialects import DIALECTS
from drp_provider.simulator.simulator import KEY, Simulator
from drp_provider.simulator.station import Report

_DEFAULT_PORT = 8092
_QUIET = ("said", "task", "idle")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; returns the exit code."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with _simulator(options) as simulator:
            _tell(_welcome(simulator, options))
            simulator.wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, RuntimeError, ValueError) as error:
        sys.stderr.write(f"{(error.strerror if isinstance(error, OSError) else None) or error}\n")
        return 1
    return 0


def _simulator(options: argparse.Namespace) -> Simulator:
    return Simulator(
        options.machines,
        endpoint=options.endpoint,
        token=options.token,
        key=options.key,
        names=options.machine,
        dialect=options.dialect,
        tls=options.tls,
        port=options.port,
        store=options.store,
        faults=options.fault,
        watch=_told if options.verbose else _told_in_short,
    )


def _welcome(simulator: Simulator, options: argparse.Namespace) -> str:
    count = len(simulator.machines)
    machines = f"{count} simulated machine{'s' * (count != 1)}"
    if options.endpoint:
        return f"{machines} on DRP at {simulator.url}. Ctrl-C stops them."
    store = options.store or "a temporary store"
    return (
        f"DRP {options.dialect} at {simulator.url} as {KEY}, keeping its objects in {store}, with {machines}."
        " Ctrl-C stops all of it."
    )


def _told_in_short(report: Report) -> None:
    if report.what not in _QUIET:
        _told(report)


def _told(report: Report) -> None:
    sentences = {
        "on": f"is on, process {report.detail}",
        "off": report.detail,
        "idle": "waits for work",
        "task": f"begins task {report.detail}",
        "fault": f"meets the fault {report.detail}",
        "said": report.detail,
    }
    _tell(f"{report.machine} {sentences.get(report.what, report.what)}")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m drp_provider.simulator",
        description="A Digital Rebar Provision endpoint on loopback, and machines on it that are real processes.",
        epilog="Scripts of tasks run on this computer, with your rights: run only content that you trust.",
    )
    parser.add_argument("--machines", type=_count, default=8, help="node-1, node-2, …; default: 8")
    parser.add_argument("--port", type=int, default=_DEFAULT_PORT, help="0 for any free port")
    parser.add_argument("--store", help="the file that keeps the objects; default: temporary")
    parser.add_argument("--dialect", choices=list(DIALECTS), default="v4.8")
    parser.add_argument("--tls", action="store_true", help="https, as the real drpcli wants it")
    parser.add_argument("--endpoint", help="stand in for machines on this DRP test system, in place of an own endpoint")
    parser.add_argument("--token", default="", help="the operator's token there")
    parser.add_argument("--key", default=KEY, help="or user:password")
    parser.add_argument(
        "--machine", action="append", default=[], metavar="NAME", help="stand in for just this one; may be repeated"
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="SPEC", help="such as node-3:die@task2; may be repeated"
    )
    parser.add_argument("--verbose", action="store_true", help="also say what each agent does")
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is no number of machines")
    return int(text)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
