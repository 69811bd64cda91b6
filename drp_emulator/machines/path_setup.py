"""The commands that scripts find on a simulated machine: `drpcli`, real or subset, and its own `date`."""

import importlib.util
import os
import shlex
import shutil
import sys
from pathlib import Path

# To the subset: where the packages are that some calls need, since it starts without site-packages.
_PACKAGES_VARIABLE = "DRPCLI_PACKAGES"
_PROGRAM = Path(__file__).parents[1] / "drpcli" / "__main__.py"
_DATE = """#!/bin/sh
# The clock of a simulated machine: {real} with an offset of $DRP_CLOCK_OFFSET seconds.
for argument; do
    case $argument in
    +* | -u | -R | -I* | --utc | --universal | --iso-8601* | --rfc-* ) ;;
    *) exec {real} "$@" ;;
    esac
done
exec {real} -d "@$(($({real} +%s) + ${{DRP_CLOCK_OFFSET:-0}}))" "$@"
"""


def fill(folder: Path) -> str:
    """Put into the folder what scripts need; returns the sentence about drpcli for the job's log."""
    folder.mkdir(parents=True, exist_ok=True)
    date = shutil.which("date")
    if date:
        _write(folder / "date", _DATE.format(real=shlex.quote(date)))
    real = shutil.which("drpcli")
    if real:
        return f"drpcli is {real}"
    write_subset(folder)
    return "drpcli is the emulator's subset: no drpcli is on PATH"


def write_subset(folder: Path) -> Path:
    """Put the subset into the folder as `drpcli`; returns the file."""
    packages = os.pathsep.join(_homes("yaml", "nacl", "cffi"))
    words = " ".join(shlex.quote(word) for word in (sys.executable, "-I", "-S", "-X", "utf8", str(_PROGRAM)))
    script = f'#!/bin/sh\n{_PACKAGES_VARIABLE}={shlex.quote(packages)} exec {words} "$@"\n'
    return _write(folder / "drpcli", script)


def _homes(*packages: str) -> list[str]:
    """Return the folders that hold these packages, without those that are not installed."""
    found = (importlib.util.find_spec(package) for package in packages)
    homes = (str(Path(spec.origin).parents[1]) for spec in found if spec and spec.origin)
    return list(dict.fromkeys(homes))


def _write(path: Path, script: str) -> Path:
    path.write_text(script)
    path.chmod(0o755)
    return path
