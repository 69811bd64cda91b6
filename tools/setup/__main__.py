"""`make setup`: install what the demo, the tests and the checks need, without root, in this order.

1. Python 3.11 or newer, checked in this file, which older versions must be able to parse.
2. `.venv` with the hashed packages of requirements-dev.txt (`environment`).
3. The Pulumi command line (`pulumi_cli`).
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - `make setup` runs any `python3`
    sys.exit(
        "Python 3.11 or newer is needed, this is {}.{}: install one and name it, "
        "as in `make setup PYTHON=python3.12`.".format(*sys.version_info[:2])
    )

import errno
import fcntl
import os
from pathlib import Path

import console
import environment
import pulumi_cli

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Do the missing steps, and print one line if there are none."""
    console.handle_interrupts()
    lock = os.open(ROOT, os.O_RDONLY)
    if not console.try_lock(lock):
        console.say("Waiting for another set-up of this checkout to end.")
        fcntl.flock(lock, fcntl.LOCK_EX)
    changed = environment.ensure(ROOT)
    changed |= pulumi_cli.ensure(ROOT)
    console.say("Set-up is done." if changed else "Set-up is in place.")


try:
    main()
except console.StepError as error:
    sys.exit(f"{error}")
except OSError as error:
    denied = error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} and error.filename
    sys.exit(console.not_writable(error.filename) if denied else f"Set-up stopped: {error}")
except KeyboardInterrupt:
    sys.exit("Set-up was interrupted: run `make setup` again to continue.")
