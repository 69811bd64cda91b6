"""`make demo` tells the story of a cluster; `make demo-clean` (`--clean`) takes away what it made."""

import argparse
import fcntl
import sys

import story
from terminal import ROOT, Surprise, say


def main() -> None:
    """Tell the story, or clean up after it; one at a time in a checkout."""
    parser = argparse.ArgumentParser(prog="python tools/demo", description=__doc__)
    parser.add_argument("--clean", action="store_true", help="take away what the demo made")
    options = parser.parse_args()
    state = ROOT / ".pulumi"
    state.mkdir(exist_ok=True)
    with (state / "demo.lock").open("w") as lock:
        _wait_for(lock.fileno())
        if options.clean:
            story.clean()
        else:
            story.tell()


def _wait_for(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another demo is at work in this checkout: waiting for its end.")
        fcntl.flock(lock, fcntl.LOCK_EX)


try:
    main()
except Surprise as surprise:
    sys.exit(f"\n{surprise}")
except KeyboardInterrupt:
    sys.exit("\nThe demo was interrupted: `make demo` starts over, `make demo-clean` takes it away.")
