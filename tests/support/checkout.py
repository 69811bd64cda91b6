"""The set-up in throw-away checkouts, whose PATH holds only what each test puts there."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_TOOLS = ("sh", "bash", "awk", "cat", "chmod", "cp", "dirname", "env", "ln", "mkdir", "kill", "sleep")
PULUMI_FILES = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)
FAKE_PULUMI = """#!/bin/sh
case "$1" in version) echo v{version} ;; -h) echo "Usage: {host}" ;; esac
"""
NOBODY = 65534
IS_ROOT = os.geteuid() == 0
PLAIN_USER: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if IS_ROOT else {}
"""Arguments of `subprocess` for a user without root's rights; tests that run without them need none."""


class Checkout:
    """The set-up and what it reads, in a folder of its own, with a HOME and a PATH of its own."""

    def __init__(self, folder: Path, home: Path, *, python: str = sys.executable, **process: Any) -> None:
        self.folder, self.home, self.bin = folder, home, folder / "bin-of-the-machine"
        self.requirements = folder / "requirements-dev.txt"
        self.python, self.process = python, process
        for place in (home, self.bin):
            place.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        self.requirements.write_text("# one\n")
        for tool in SYSTEM_TOOLS:
            real = shutil.which(tool)
            if real:
                (self.bin / tool).symlink_to(real)

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": str(self.bin)}

    def has(self, name: str, script: str) -> None:
        place = self.bin / name
        place.write_text(script)
        place.chmod(0o755)

    def has_pulumi(self, version: str, host: str = "pulumi-language-python") -> None:
        for name in PULUMI_FILES:
            self.has(name, FAKE_PULUMI.format(version=version, host=host))

    def start(self, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.python, "-B", self.folder / "tools" / "setup"],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **self.process,
        )

    def setup(self, **environment: str) -> str:
        """Run the set-up to its good end; return what it said."""
        process = self.start(**environment)
        said, complained = process.communicate()
        assert process.returncode == 0, said + complained
        return said

    def fails(self, **environment: str) -> str:
        """Run the set-up to its bad end; return what it complained of."""
        process = self.start(**environment)
        said, complained = process.communicate()
        assert process.returncode == 1, said + complained
        assert "Traceback" not in complained
        return complained

    def synced(self) -> str:
        return (self.folder / ".venv" / "synced").read_text()


@contextmanager
def open_folder(name: str = "open") -> Iterator[Path]:
    """Make a temporary folder that every user can enter; pytest's own are closed to others."""
    base = Path(tempfile.mkdtemp(prefix="drp-"))
    base.chmod(0o755)
    try:
        folder = base / name
        folder.mkdir()
        yield folder
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", base], check=True)
        shutil.rmtree(base)


def python_for_plain_user() -> str:
    """Return a Python that the plain user can run; skip the test if the machine has none."""
    recent = "import sys; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            done = subprocess.run([python, "-c", recent], check=False, capture_output=True, cwd="/", **PLAIN_USER)
        except OSError:
            continue
        if done.returncode == 0:
            return python
    pytest.skip("no Python from 3.11 on can be run by users without root's rights")


def real_uv() -> Path:
    """Return the real uv of the development requirements; skip the test without it or without a package index."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        pytest.skip("uv is missing: `make setup` installs it with the other development requirements")
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-deps", "-"]
    environment = {**os.environ, **network_settings()}
    done = subprocess.run(command, input="pip", check=False, capture_output=True, text=True, env=environment)
    if done.returncode and not os.environ.get("NEED_PACKAGE_INDEX"):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return Path(uv)


def network_settings() -> dict[str, str]:
    """Return what the caller's environment says of the way to the package index."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
    # Unlike pip, uv trusts the certificates of the system only if it is told to.
    return {"UV_SYSTEM_CERTS": "true"} | {
        name: value
        for name, value in os.environ.items()
        if name.upper() in names
        or name.startswith(("UV_INDEX", "UV_DEFAULT_INDEX", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS"))
    }
