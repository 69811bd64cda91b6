"""The real `pulumi` command on a stack of its own, in a folder of its own."""

import atexit
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "name: tests\nruntime: python\n"
PREAMBLE = "import pulumi\nimport drp_provider as drp\nfrom components import ClusterProfile, cluster_pattern\n"
NAME = "dev"
PATIENCE = 240
"""Seconds for one command."""
KEY = "rocketskates:r0cketsk8ts"
SECRET = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks a secret in the state."""


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
        self, folder: Path, endpoint: str, *, name: str = NAME, state: Path | None = None, project: Path | None = None
    ) -> None:
        self.folder = folder / f"program-{name}"
        self.name = name
        backend = state or folder / "state"
        self.backend = backend / ".pulumi"
        self.environment = _environment(folder, backend) | {"RS_ENDPOINT": endpoint, "RS_KEY": KEY}
        if project is None:
            self.folder.mkdir()
            (self.folder / "Pulumi.yaml").write_text(PROJECT)
            self.program("")
        else:
            shutil.copytree(project, self.folder)
        if project or name != NAME or backend.exists():
            backend.mkdir(exist_ok=True)
            succeeded(self.run("stack", "init", name))
        else:
            made = _new_stack()
            shutil.copytree(made / "state", backend)
            shutil.copy(made / f"Pulumi.{NAME}.yaml", self.folder)
            self.environment["PULUMI_STACK"] = NAME

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
        """Return a stack output, secret or not; None if the program exports none of this name, or exports None."""
        (root,) = (r for r in self.state()["resources"] if r["type"] == "pulumi:pulumi:Stack")
        stored = root.get("outputs", {}).get(name)
        if SECRET not in json.dumps(stored):
            return stored
        return json.loads(succeeded(self.run("stack", "output", name, "--json", "--show-secrets")).text)

    def state(self) -> dict[str, Any]:
        """Return the deployment as it is stored, which is what `pulumi stack export` prints."""
        (stored,) = self.backend.glob(f"stacks/*/{self.name}.json")
        return dict(json.loads(stored.read_text())["checkpoint"]["latest"])

    def resources(self, type_: str) -> list[dict[str, Any]]:
        """Return the resources of one of our types, as stored."""
        return [r for r in self.state().get("resources", ()) if r["type"].endswith(f"drp:{type_}")]

    def lose(self) -> None:
        """Lose the state, and begin an empty stack of the same name."""
        (stored,) = self.backend.glob(f"stacks/*/{self.name}.json")
        shutil.copy(_new_stack() / "state/.pulumi/stacks/tests" / stored.name, stored)


def _environment(home: Path, backend: Path) -> dict[str, str]:
    """Return what `pulumi` needs, and nothing of the caller's."""
    return {
        # The environment of the tests comes first: `make test-versions` runs them in others than .venv.
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:{ROOT / '.venv' / 'bin'}",
        "HOME": str(home),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tools' / 'import_path'}",
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
        "PULUMI_HOME": str(home / "home"),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


@functools.cache
def _new_stack() -> Path:
    """Return a folder with a new stack and its back end, made once by the real command: each copy saves a process."""
    folder = Path(tempfile.mkdtemp(prefix="drp-stack-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "state").mkdir()
    command = ["pulumi", "stack", "init", NAME, "--non-interactive"]
    environment = _environment(folder, folder / "state")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder
