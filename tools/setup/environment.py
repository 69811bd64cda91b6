"""`.venv` with exactly the packages that requirements-dev.txt pins by hash.

A stamp in `.venv` records its requirements and its interpreter. It is removed before the first change
and written last, so that an interrupted run leaves none. An environment without a stamp is recreated.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import console

STAMP = "pulumi-drp-setup.json"
INTERPRETER = getattr(sys, "_base_executable", None) or sys.executable  # never the one in `.venv`


def ensure(root: Path) -> bool:
    """Create or update `.venv`; return whether that was necessary."""
    venv, requirements = root / ".venv", root / "requirements-dev.txt"
    stamp = venv / STAMP
    wanted = {
        "python": f"{sys.base_prefix} {sys.version_info.major}.{sys.version_info.minor}",
        "requirements": hashlib.sha256(requirements.read_bytes()).hexdigest(),
    }
    found = _read(stamp)
    is_usable = found.get("python") == wanted["python"] and _runs(venv / "bin" / "python")
    if is_usable and found == wanted:
        return False
    console.require_writable(root, *([venv] if venv.exists() else []))
    stamp.unlink(missing_ok=True)
    _install(venv, requirements, recreate=not is_usable)
    stamp.write_text(json.dumps(wanted))
    return True


def _read(stamp: Path) -> dict[str, str]:
    try:
        found = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _runs(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _install(venv: Path, requirements: Path, *, recreate: bool) -> None:
    uv = shutil.which("uv", path=path_without(venv / "bin"))
    if uv:
        try:
            _with_uv(uv, venv, requirements, recreate=recreate)
        except console.StepError as error:
            console.say(f"{error}\nuv failed, so pip is used.")
        else:
            return
        recreate = True
    _with_pip(venv, requirements, recreate=recreate)


def path_without(folder: Path) -> str:
    """Return PATH without the folder that the set-up itself fills."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry) != folder)


def _with_uv(uv: str, venv: Path, requirements: Path, *, recreate: bool) -> None:
    if recreate:
        _remove(venv)
        console.run(
            "Making .venv with uv (seconds).",
            [uv, "venv", "--quiet", "--python", INTERPRETER, venv],
        )
    target = ["--python", str(venv / "bin" / "python")]
    console.run(
        "Installing the pinned packages into .venv with uv (up to a minute the first time).",
        [uv, "pip", "sync", "--quiet", "--require-hashes", *target, requirements],
    )


def _with_pip(venv: Path, requirements: Path, *, recreate: bool) -> None:
    if recreate or not _runs_pip(venv):
        _remove(venv)
        try:
            console.run("Making .venv (10 seconds).", [INTERPRETER, "-m", "venv", venv])
        except console.StepError as error:
            if _has_venv():
                raise
            raise console.StepError(
                f"{error}\nThis Python cannot make environments: install its venv module (Debian: "
                "`apt install python3-venv`) or put uv on PATH, then run `make setup` again."
            ) from error
    pip = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    console.run(
        "Installing the pinned packages into .venv with pip (about a minute the first time).",
        [*pip, "install", "--quiet", "--require-hashes", "--requirement", requirements],
    )


def _has_venv() -> bool:
    # Debian ships `venv` without `ensurepip`, and only the second is missing.
    command = [INTERPRETER, "-c", "import ensurepip, venv"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _runs_pip(venv: Path) -> bool:
    command = [str(venv / "bin" / "python"), "-m", "pip", "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _remove(venv: Path) -> None:
    if venv.exists():
        console.say("The .venv here is unfinished or of another Python, so it is recreated.")
        shutil.rmtree(venv)
