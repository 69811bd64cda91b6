"""`make demo` shows the life of a cluster; `make demo-clean` (`--clean`) removes what it created."""

import argparse
import fcntl
import sys

import story
from terminal import ROOT, UnexpectedResult, say


def main() -> None:
    """Run the demo, or clean up after it; only one at a time in a checkout."""
    parser = argparse.ArgumentParser(prog="python tools/demo", description=__doc__)
    parser.add_argument("--clean", action="store_true", help="remove what the demo created")
    options = parser.parse_args()
    state = ROOT / ".pulumi"
    state.mkdir(exist_ok=True)
    with (state / "demo.lock").open("w") as lock:
        _wait_for(lock.fileno())
        if options.clean:
            story.clean()
        else:
            story.run_all()


def _wait_for(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another demo is running in this checkout: waiting for its end.")
        fcntl.flock(lock, fcntl.LOCK_EX)


try:
    main()
except UnexpectedResult as error:
    sys.exit(f"\n{error}")
except KeyboardInterrupt:
    sys.exit("\nThe demo was interrupted: `make demo` starts over, `make demo-clean` removes it.")
