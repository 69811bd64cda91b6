"""The embedded endpoint in a process of its own, so that it does not share the process that measures."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.stack import ROOT


@contextmanager
def endpoint(machines: int, *, tls: bool = False) -> Iterator[tuple[str, int]]:
    """Start an endpoint on loopback with simulated machines; yield its URL and process id.

    Raises:
        RuntimeError: The endpoint did not start.
    """
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "drp_emulator",
            "--records-only",
            "--port",
            "0",
            "--machines",
            str(machines),
            *(["--tls"] if tls else []),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"https?://\S+", line)
            if found is None:
                raise RuntimeError("the embedded endpoint did not start")
            yield found[0], process.pid
        finally:
            process.terminate()
