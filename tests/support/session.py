"""Shell sessions of a document, run as a reader types them."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.document import lines
from tests.support.stack import PATIENCE


def steps(session: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a session, and the output that the document shows below it."""
    for step in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, promised = step.partition("\n")
        yield command, promised


def follow(session: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a session; each command prints every line that is shown, and fails only if an error is shown."""
    printed = ""
    for command, promised in steps(session):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=dict(environment),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        assert (done.returncode != 0) is ("error: " in promised), f"{command}\n{done.stdout}"
        missing = lines(promised) - lines(done.stdout)
        assert not missing, f"{command} did not print {sorted(missing)}:\n{done.stdout}"
        printed += done.stdout
    return printed
