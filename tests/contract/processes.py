"""The endpoint as a process of its own, for tests."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
URL = re.compile(r"https?://127\.0\.0\.1:\d+")


@contextmanager
def server(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `python -m drp_emulator --records-only` and its address; killed at the end."""
    command = [sys.executable, "-m", "drp_emulator", "--records-only", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = URL.search(line)
            assert found is not None, line or (process.stderr and process.stderr.read())
            own = ENVIRONMENT.get("DRP_EMULATOR_PASSWORD")
            assert f"as rocketskates{' with your DRP_EMULATOR_PASSWORD' if own else ':'}" in line
            assert own is None or own not in line
            yield process, found[0]
        finally:
            process.kill()
