"""Programs of RackN's Go code, built once per machine; tests/emulator/clients/go/README.md says what from."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.support import marks

SOURCE = Path(__file__).parents[1] / "emulator" / "clients" / "go"
_CLEAN = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def built(name: str, package: str, *variables: str) -> Path:
    """The program, from the user's cache where this state of its source was built before; skips without Go.

    Args:
        name: What the program is called.
        package: Its package, as `go build` in `SOURCE` takes it.
        variables: What the linker sets, as `package.Name=value`.
    """
    marks.require("go")
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed, and RackN's Go code has to be built")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi-drp"
    folder = home / f"go-{name}-{_state(package, *variables)}"
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"go-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other test processes wait instead of building too
        if not folder.exists():
            _build(go, folder, name, package, variables)
    return folder / name


def _state(*words: str) -> str:
    files = sorted(path for path in SOURCE.rglob("*") if path.suffix in {".go", ".mod", ".sum"})
    content = [path.read_bytes() for path in files]
    return hashlib.sha256(b"".join([*content, *(word.encode() for word in words)])).hexdigest()[:16]


def _build(go: str, folder: Path, name: str, package: str, variables: tuple[str, ...]) -> None:
    linked = " ".join(["-s -w", *(f"-X {variable}" for variable in variables)])
    with tempfile.TemporaryDirectory(prefix=f"go-{name}-building-", dir=folder.parent) as made:
        done = subprocess.run(
            [go, "build", "-trimpath", "-buildvcs=false", f"-ldflags={linked}", "-o", Path(made, "bin", name), package],
            cwd=SOURCE,
            env={**os.environ, **_CLEAN},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        Path(made, "bin").rename(folder)
