"""`drp-emulator`, also `python -m drp_emulator`: an endpoint with live machines in a terminal."""

import argparse
import io
import signal
import sys
from collections.abc import Sequence
from typing import Any

from drp_emulator.access.operator import OWN_PASSWORD, PASSWORD, USER
from drp_emulator.emulator import KEY, Emulator
from drp_emulator.machines.supervisor_client import Report
from drp_emulator.server.server import EmulatedEndpoint
from drp_emulator.wire.dialects import DIALECTS

_DEFAULT_PORT, _LAST_PORT, _MACHINES, _DIALECT = 8092, 65535, 8, "v4.8"
# The values of options that were not given.
_ABSENT = (None, False)
_QUIET = ("said", "task", "idle")
_FILES = ("ca_file", "store")
_MOST_DIGITS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The name of a file may be any bytes.
        sys.stdout.reconfigure(errors="backslashreplace")
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
        _print(f"{_description(options, endpoint.url)}. Ctrl-C stops it.")
        endpoint.wait()


def _run_emulator(options: argparse.Namespace) -> None:
    if options.insecure:
        _print(f"The certificate of {options.endpoint} is not verified: --insecure accepts any.")
    with _emulator(options) as emulator:
        _print(_banner(emulator, options))
        emulator.wait()


def _emulator(options: argparse.Namespace) -> Emulator:
    return Emulator(
        options.machines,
        endpoint=options.endpoint,
        token=options.token or "",
        key=options.key,
        ca_file=options.ca_file,
        insecure=options.insecure,
        names=options.machine or (),
        dialect=options.dialect,
        tls=options.tls,
        port=options.port,
        store=options.store,
        faults=options.fault or (),
        watch=_print_report if options.verbose else _print_events,
    )


def _banner(emulator: Emulator, options: argparse.Namespace) -> str:
    count = len(emulator.machines)
    machines = f"{count} simulated machine{'s' * (count != 1)}"
    if options.endpoint:
        return f"{machines} on DRP at {emulator.url}. Ctrl-C stops them."
    return f"{_description(options, emulator.url)}, with {machines}. Ctrl-C stops all of it."


def _description(options: argparse.Namespace, url: str) -> str:
    store = options.store or "a temporary store"
    user = f"{USER} with your DRP_EMULATOR_PASSWORD" if OWN_PASSWORD else f"{USER}:{PASSWORD}"
    return f"DRP {options.dialect} at {url} as {user}, keeping its objects in {store}"


def _print_events(report: Report) -> None:
    if report.what not in _QUIET:
        _print_report(report)


def _print_report(report: Report) -> None:
    sentences = {
        "on": f"is on, process {report.detail}",
        "off": report.detail,
        "idle": "waits for work",
        "task": f"begins task {report.detail}",
        "fault": f"meets the fault {report.detail}",
        "said": report.detail,
    }
    _print(f"{report.machine} {sentences.get(report.what, report.what)}")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    complaint = _complaint(options)
    if complaint:
        parser.error(complaint)
    options.machines = _MACHINES if options.machines is None else options.machines
    options.dialect, options.key = options.dialect or _DIALECT, options.key or KEY
    options.port = _DEFAULT_PORT if options.port is None else options.port
    return options


def _complaint(options: argparse.Namespace) -> str:
    """Return what is wrong with a combination of options; an empty text if nothing is."""
    complaint = _complaint_about_texts(options)
    if complaint:
        return complaint
    of_machines = _given(options, "endpoint", "machine", "fault", "verbose")
    if options.records_only and of_machines:
        return f"{of_machines} is about live machines: leave out --records-only"
    if not options.records_only and options.machines == 0:
        return "live machines are at least 1: add --records-only for an endpoint alone"
    return _complaint_about_endpoint(options)


def _complaint_about_texts(options: argparse.Namespace) -> str:
    if not _is_text(PASSWORD):
        return "DRP_EMULATOR_PASSWORD is not UTF-8: set another password"
    for name in ("endpoint", "token", "key", "machine", "ca_file", "store"):
        option, value = f"--{name.replace('_', '-')}", getattr(options, name)
        values = value if isinstance(value, list) else [value]
        # An empty path would be the current folder.
        if "" in values:
            return f"{option} is empty: give it a value, or leave it out"
        if name not in _FILES and not all(_is_text(value) for value in values if value is not None):
            return f"{option} is not UTF-8: give another value"
    return ""


def _is_text(value: str) -> bool:
    """Return whether a value is text; the system hands over any bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _complaint_about_endpoint(options: argparse.Namespace) -> str:
    of_another = _given(options, "token", "key", "ca_file", "insecure", "machine")
    if of_another and not options.endpoint:
        return f"{of_another} is about another endpoint: add --endpoint"
    of_tls = _given(options, "ca_file", "insecure")
    if of_tls and not options.endpoint.startswith("https://"):
        return f"{of_tls} is about certificates: give --endpoint an address with https://"
    of_own = _given(options, "port", "store", "dialect", "tls")
    if of_own and options.endpoint:
        return f"{of_own} is about the emulator's own endpoint: leave out --endpoint"
    if options.machine and options.machines is not None:
        return "--machine names the machines: leave out --machines"
    return ""


def _given(options: argparse.Namespace, *names: str) -> str:
    return next((f"--{name.replace('_', '-')}" for name in names if getattr(options, name) not in _ABSENT), "")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="drp-emulator",
        description="Run a Digital Rebar Provision endpoint on loopback, and machines on it that are real processes.",
        epilog="Scripts of tasks run on this computer, with your rights: run only content that you trust.",
    )
    parser.add_argument("--machines", type=_count, help=f"how many: node-1, node-2, …; default: {_MACHINES}")
    parser.add_argument("--fault", action="append", metavar="SPEC", help="such as node-3:die@task2; may be repeated")
    parser.add_argument("--verbose", action="store_true", help="also print what each agent does")
    own = parser.add_argument_group("the emulator's own endpoint")
    own.add_argument("--records-only", action="store_true", help="the endpoint alone: its machines run nothing")
    own.add_argument("--port", type=_port, help=f"default: {_DEFAULT_PORT}; 0 for any free port")
    own.add_argument(
        "--store", type=_file, metavar="FILE", help="the file that keeps the objects; default: a temporary one"
    )
    own.add_argument("--dialect", choices=list(DIALECTS), help=f"default: {_DIALECT}")
    own.add_argument("--tls", action="store_true", help="speak https, as the real drpcli requires")
    other = parser.add_argument_group("machines on another DRP test system")
    other.add_argument("--endpoint", metavar="URL", help="use this endpoint in place of an own one")
    other.add_argument("--token", help="the operator's token there")
    other.add_argument("--key", metavar="USER:PASSWORD", help="or the operator's user and password")
    certificates = other.add_mutually_exclusive_group()
    certificates.add_argument(
        "--ca-file", type=_file, metavar="FILE", help="certificates to trust, as PEM; default: the system's"
    )
    certificates.add_argument("--insecure", action="store_true", help="accept any certificate")
    other.add_argument("--machine", action="append", metavar="NAME", help="use this machine; may be repeated")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of machines: give a whole number")
    if len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"so many machines cannot be made: give at most {_MOST_DIGITS} digits")
    return int(text)


def _port(text: str) -> int:
    digits = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if not (digits and int(text) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 to {_LAST_PORT}")
    return int(text)


def _file(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty text is no file: give a path")
    return text


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
