"""A drpcli as a person or a script runs it."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Drpcli:
    """Runs a program; it sees nothing of the caller's environment, and its home is the folder."""

    program: Path
    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *words],
            cwd=self.folder,
            env={**self.environment, "HOME": str(self.folder)},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def says(self, *words: str, stdin: str = "") -> str:
        """What a call prints that must succeed."""
        done = self.run(*words, stdin=stdin)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def tells(self, *words: str, stdin: str = "") -> Any:
        """The JSON that a call prints that must succeed."""
        return json.loads(self.says(*words, stdin=stdin))

    def fails(self, *words: str, stdin: str = "") -> str:
        """What a call complains of that must fail."""
        done = self.run(*words, stdin=stdin)
        assert (done.returncode, done.stdout) == (1, ""), done.stdout
        return done.stderr
