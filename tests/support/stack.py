"""The real `pulumi` command on a stack of its own, in a folder of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "name: tests\nruntime: python\n"
PREAMBLE = "import pulumi\nimport drp_provider as drp\nfrom components import ClusterProfile, cluster_pattern\n"
PATIENCE = 240
"""Seconds for one command."""
KEY = "rocketskates:r0cketsk8ts"


@dataclass
class Outcome:
    """What a command did: its exit code and everything it printed."""

    code: int
    text: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    def error(self) -> str:
        """The text as a person reads it: without colour, wrapped lines as they are."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.text)


def succeeded(done: Outcome) -> Outcome:
    """The outcome, which must be a good one."""
    assert done.ok, done.text
    return done


class Stack:
    """One project, one stack, a file backend; nothing outside its folder. `project` is copied, or one is made."""

    def __init__(
        self, folder: Path, endpoint: str, *, name: str = "dev", state: Path | None = None, project: Path | None = None
    ) -> None:
        self.folder = folder / f"program-{name}"
        self.name = name
        if project is None:
            self.folder.mkdir()
            (self.folder / "Pulumi.yaml").write_text(PROJECT)
            self.program("")
        else:
            shutil.copytree(project, self.folder)
        backend = state or folder / "state"
        backend.mkdir(exist_ok=True)
        self.environment = {
            # The environment of the tests comes first: `make test-versions` runs them in others than .venv.
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:{ROOT / '.venv' / 'bin'}",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "RS_ENDPOINT": endpoint,
            "RS_KEY": KEY,
        }
        assert self.run("stack", "init", name).ok

    def program(self, text: str) -> None:
        """Replace the program."""
        (self.folder / "__main__.py").write_text(PREAMBLE + textwrap.dedent(text))

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command and leave it running, in a process group of its own."""
        return subprocess.Popen(
            ["pulumi", *words, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> Outcome:
        """Run a command to its end; one that does not come to it fails the test with what it has said."""
        with self.start(*words) as process:
            try:
                text, _ = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                text, _ = process.communicate()
                raise AssertionError(f"pulumi {' '.join(words)} goes on after {PATIENCE} s:\n{text}") from None
        return Outcome(process.returncode, text)

    def up(self, program: str | None = None, *words: str) -> Outcome:
        """`pulumi up` without questions; the preview is not asked for where a test looks at the update."""
        if program is not None:
            self.program(program)
        return self.run("up", "--yes", "--skip-preview", "--color", "never", *words)

    def preview(self, program: str | None = None, *words: str) -> Outcome:
        """`pulumi preview --diff`."""
        if program is not None:
            self.program(program)
        return self.run("preview", "--diff", "--color", "never", *words)

    def refresh(self) -> Outcome:
        return self.run("refresh", "--yes", "--skip-preview", "--diff", "--color", "never")

    def destroy(self) -> Outcome:
        return self.run("destroy", "--yes", "--skip-preview", "--color", "never")

    def output(self, name: str) -> Any:
        """A stack output, secret or not."""
        shown = self.run("stack", "output", name, "--json", "--show-secrets")
        assert shown.ok, shown.text
        return json.loads(shown.text)

    def state(self) -> dict[str, Any]:
        """The deployment as it is stored."""
        exported = self.run("stack", "export")
        assert exported.ok, exported.text
        return dict(json.loads(exported.text)["deployment"])

    def resources(self, type_: str) -> list[dict[str, Any]]:
        """The resources of one of our types, as stored."""
        return [r for r in self.state().get("resources", ()) if r["type"].endswith(f"drp:{type_}")]
