"""`python -m drp_provider.embedded`: the endpoint for drpcli, browsers and other processes."""

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import Any

from drp_provider.embedded.application.seed import PASSWORD, USER
from drp_provider.embedded.doors.server import EmbeddedEndpoint
from drp_provider.embedded.wire.dialects import DIALECTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    endpoint = EmbeddedEndpoint(
        options.store,
        machines=options.machines,
        dialect=options.dialect,
        tls=options.tls,
        port=options.port,
    )
    try:
        with endpoint:
            store = options.store or "a temporary store"
            sys.stdout.write(
                f"DRP {options.dialect} at {endpoint.url} as {USER}:{PASSWORD},"
                f" keeping its objects in {store}. Ctrl-C stops it.\n"
            )
            sys.stdout.flush()
            endpoint.wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, RuntimeError, ValueError) as error:
        sys.stderr.write(f"{(error.strerror if isinstance(error, OSError) else None) or error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m drp_provider.embedded",
        description="A small Digital Rebar Provision endpoint on the loopback interface.",
    )
    parser.add_argument("--port", type=int, default=8092, help="0 for any free port")
    parser.add_argument("--store", help="the file that keeps the objects; default: temporary")
    parser.add_argument("--machines", type=int, default=8, help="simulated, in a fresh store")
    parser.add_argument("--dialect", choices=list(DIALECTS), default="v4.8")
    parser.add_argument("--tls", action="store_true", help="https, as drpcli wants it")
    return parser


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
