"""Simulated machines, started by the command that a document shows."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 60.0


@contextmanager
def started_by(command: str, folder: Path) -> Iterator[str]:
    """Run `python -m drp_emulator …` in a folder, on a free port; gives the endpoint's address."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:3] == ["python", "-m", "drp_emulator"]
    command_line = [sys.executable, *words[1:], "--port", "0"]
    with subprocess.Popen(
        command_line, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = next(filter(None, (re.search(r"http://\S+:\d+", line) for line in process.stdout)))
            yield found[0]
        finally:
            process.terminate()
            process.communicate(timeout=_PATIENCE)
