"""`drp-emulator`, also `python -m drp_emulator`: an endpoint with live machines in a terminal."""

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import Any

from drp_emulator.access.operator import PASSWORD, USER
from drp_emulator.emulator import KEY, Emulator
from drp_emulator.machines.supervisor_client import Report
from drp_emulator.server.server import EmulatedEndpoint
from drp_emulator.wire.dialects import DIALECTS

_DEFAULT_PORT = 8092
_QUIET = ("said", "task", "idle")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    options = _options(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        if options.records_only:
            _run_endpoint(options)
        else:
            _run_emulator(options)
    except KeyboardInterrupt:
        return 0
    except (OSError, RuntimeError, ValueError) as error:
        sys.stderr.write(f"{(error.strerror if isinstance(error, OSError) else None) or error}\n")
        return 1
    return 0


def _run_endpoint(options: argparse.Namespace) -> None:
    endpoint = EmulatedEndpoint(
        options.store, machines=options.machines, dialect=options.dialect, tls=options.tls, port=options.port
    )
    with endpoint:
        _tell(f"{_served(options, endpoint.url, f'{USER}:{PASSWORD}')}. Ctrl-C stops it.")
        endpoint.wait()


def _run_emulator(options: argparse.Namespace) -> None:
    with _emulator(options) as emulator:
        _tell(_welcome(emulator, options))
        emulator.wait()


def _emulator(options: argparse.Namespace) -> Emulator:
    return Emulator(
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


def _welcome(emulator: Emulator, options: argparse.Namespace) -> str:
    count = len(emulator.machines)
    machines = f"{count} simulated machine{'s' * (count != 1)}"
    if options.endpoint:
        return f"{machines} on DRP at {emulator.url}. Ctrl-C stops them."
    return f"{_served(options, emulator.url, KEY)}, with {machines}. Ctrl-C stops all of it."


def _served(options: argparse.Namespace, url: str, key: str) -> str:
    store = options.store or "a temporary store"
    return f"DRP {options.dialect} at {url} as {key}, keeping its objects in {store}"


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


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    needs_machines = {"--endpoint": options.endpoint, "--machine": options.machine, "--fault": options.fault}
    given = [name for name, value in needs_machines.items() if value]
    if options.records_only and given:
        parser.error(f"{given[0]} is about live machines: leave --records-only out")
    if not options.records_only and not options.machines:
        parser.error("0 is no number of live machines: add --records-only for an endpoint without any")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="drp-emulator",
        description="A Digital Rebar Provision endpoint on loopback, and machines on it that are real processes.",
        epilog="Scripts of tasks run on this computer, with your rights: run only content that you trust.",
    )
    parser.add_argument("--records-only", action="store_true", help="the endpoint alone: its machines run nothing")
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
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is no number of machines")
    return int(text)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
