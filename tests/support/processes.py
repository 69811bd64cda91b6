"""Ends what a killed command leaves behind."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


def kill(process: "subprocess.Popen[str]", folder: Path) -> None:
    """Kill a command that was started in a process group of its own, and everything that works in its folder."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    end_all_in(folder)


def end_all_in(folder: Path) -> None:
    """Kill every process that works in this folder.

    Pulumi starts its plugins in process groups of their own, and they outlive it when it is killed.
    """
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink() == folder:
                os.kill(int(place.parent.name), signal.SIGKILL)
