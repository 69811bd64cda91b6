"""`python -m drp_provider.leftovers`: the command line."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from drp_provider import connect, settings
from drp_provider.errors import DrpError, SettingsError
from drp_provider.leftovers import comparison, endpoint, project, report
from drp_provider.leftovers.state import State, StateError, object_kinds, state_of

NOTHING, FAILED, SOMETHING = 0, 1, 2
"""Exit codes."""


class _Parser(argparse.ArgumentParser):
    """A parser that exits with 1 for wrong arguments, because 2, argparse's own code, means that something is left."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """List what was left behind; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        state = _state(options)
        chosen = settings.load(project.endpoint_config(options.stack))
        _require_store(chosen)
        holdings = endpoint.holdings_of(connect.client_for(chosen), {kind.prefix for kind in object_kinds()})
    except DrpError as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    found = comparison.leftovers(state, holdings)
    written = report.as_json if options.json else report.as_text
    sys.stdout.write(f"{written(state, chosen.endpoint, found)}\n")
    return SOMETHING if found else NOTHING


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="drp-leftovers",
        description="List what an interrupted `pulumi up` left on the DRP endpoint, and the commands that remove it. "
        "It changes nothing. Without --state, run it in the folder of the project.",
        epilog="Exit codes: 0, nothing is left; 2, something is left; 1, the command failed.",
    )
    parser.add_argument("--state", metavar="FILE", help="the output of `pulumi stack export`; - is standard input")
    parser.add_argument("--stack", default="", help="the stack; without it, the selected one")
    parser.add_argument("--project", default="", help="the project of a --state without resources")
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    return parser


def _state(options: argparse.Namespace) -> State:
    if options.state is None:
        text = project.exported_state(options.stack)
        return state_of(text, "The state of the stack", lambda: project.names(options.stack))
    source = "Standard input" if options.state == "-" else f"The file {options.state}"
    try:
        raw = sys.stdin.buffer.read() if options.state == "-" else Path(options.state).read_bytes()
        return state_of(raw.decode(), source, lambda: (options.project, options.stack.rpartition("/")[2]))
    except OSError as error:
        raise StateError(f"{source} cannot be read ({error.strerror}): pass a file that can be read.") from None
    except UnicodeDecodeError:
        raise StateError(f"{source} is not UTF-8 text: pass the output of `pulumi stack export`.") from None


def _require_store(chosen: settings.Settings) -> None:
    """Raise SettingsError if the embedded endpoint has no store, because connecting would create one."""
    if chosen.is_embedded and not chosen.embedded_store.is_file():
        raise SettingsError(
            f"The embedded endpoint has no store {chosen.embedded_store} here: run this in the folder of the project, "
            "or correct RS_EMBEDDED_STORE (drp:embeddedStore)."
        )


if __name__ == "__main__":
    sys.exit(main())
