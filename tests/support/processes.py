"""Ends what a killed command leaves behind."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def end_all_in(folder: Path) -> None:
    """Kill every process that works in this folder.

    Pulumi starts its plugins in process groups of their own, and they outlive it when it is killed.
    """
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink() == folder:
                os.kill(int(place.parent.name), signal.SIGKILL)
