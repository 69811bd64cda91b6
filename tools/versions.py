"""`make test-versions`: the tests on the oldest and the newest release of each direct dependency, and of the command.

Environments lie in the user's cache, outside of the checkout. A set is `oldest` (each direct dependency at the lower
bound in pyproject.toml) or `newest` (each at its newest release); everything else is at its newest. If tests fail on a
set, they run again with one dependency at a time taken from it, so that each dependency that fails is named.

    python tools/versions.py                        both sets, with the command on PATH
    python tools/versions.py oldest --cli FOLDER    one set, with the command in a folder
    python tools/versions.py newest --cli VERSION   one set, with this release of the command, built from Go modules
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools" / "setup"))

import console  # noqa: E402 - the set-up is a folder that Python runs, and no package
import pulumi_cli  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi-drp" / "versions"
PROJECTS = ("pyproject.toml", "drp_emulator/pyproject.toml")
OURS = {"drp-emulator", "drp-gotemplate"}
FAST = ("tests/unit", "tests/program", "tests/plugin", "tests/coordination", "tests/leftovers", "tests/emulator/unit")
STORIES = (
    "tests/cli/test_cluster.py",
    "tests/cli/test_previews.py",
    "tests/cli/test_profile.py",
    "tests/cli/test_values.py",
    "tests/cli/test_ways.py",
)
RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass
class Verdict:
    """What the tests said of one environment: nothing, or which failed and by which dependency."""

    name: str
    failed: list[str] = field(default_factory=list)
    culprits: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield what a person reads of it."""
        if not self.failed:
            yield f"{self.name}: passed"
            return
        yield f"{self.name}: {len(self.failed)} tests failed: {', '.join(self.failed[:3])}"
        yield from (f"  by {culprit}" for culprit in self.culprits)
        if not self.culprits:
            yield "  by no single dependency: several of them together, or these tests fail on the pinned releases too"


def main() -> None:
    """Run the sets that were asked for, and print one verdict each."""
    parser = argparse.ArgumentParser(description="Run the tests on the oldest and the newest dependencies.")
    parser.add_argument("sets", nargs="*", help="oldest, newest; both by default")
    parser.add_argument("--cli", action="append", default=[], help="folder or version of a pulumi command; repeatable")
    parser.add_argument("--tests", nargs="+", default=[*FAST, *STORIES], help="what to run in place of the default")
    given = parser.parse_args()
    unknown = sorted(set(given.sets) - RESOLUTIONS.keys())
    if unknown:
        sys.exit(f"{unknown[0]} is no set of versions: write oldest or newest.")
    clis = [Path(cli) if Path(cli).is_dir() else built(cli) for cli in given.cli]
    verdicts = []
    for name in given.sets or RESOLUTIONS:
        versions = direct(RESOLUTIONS[name])
        print(f"{name}: {', '.join(f'{package} {version}' for package, version in versions.items())}", flush=True)
        for cli in clis or [None]:
            verdicts.append(judged(name, versions, cli, given.tests))
    print("\n".join(line for verdict in verdicts for line in verdict.lines()))
    sys.exit(any(verdict.failed for verdict in verdicts))


def judged(name: str, versions: dict[str, str], cli: Path | None, tests: Sequence[str]) -> Verdict:
    """Run the tests on a set, and find out which dependency makes them fail."""
    title = f"{name} with {command_version(cli)}"
    failed = run_tests(environment(name, versions), cli, tests)
    verdict = Verdict(title, failed)
    pinned = dict(_PIN.findall((ROOT / "requirements-dev.txt").read_text()))
    pinned = {package: pinned[package] for package in versions}
    for package, version in versions.items() if failed else ():
        alone = environment(f"{name}-{package}", {**pinned, package: version})
        lost = run_tests(alone, cli, failed)
        if lost:
            verdict.culprits.append(f"{package} {version}: {', '.join(lost[:3])}")
    return verdict


def direct(resolution: str) -> dict[str, str]:
    """Return the release of each direct dependency that uv resolves to."""
    projects = [tomllib.loads((ROOT / project).read_text())["project"] for project in PROJECTS]
    names = {re.split(r"[^\w.-]", text)[0].lower() for project in projects for text in project["dependencies"]} - OURS
    words = ["--quiet", "--no-header", "--no-annotate", "--python-version", python_version()]
    text = uv("pip", "compile", *words, "--resolution", resolution, *PROJECTS)
    return {package: version for package, version in _PIN.findall(text) if package in names}


def environment(name: str, versions: dict[str, str]) -> Path:
    """Make an environment with these releases; everything else is at its newest."""
    folder, constraints, wanted = CACHE / name, CACHE / f"{name}-constraints.txt", CACHE / f"{name}.txt"
    CACHE.mkdir(parents=True, exist_ok=True)
    constraints.write_text("".join(f"{package}=={version}\n" for package, version in versions.items()))
    words = ["--quiet", "--python-version", python_version(), *(f"--no-emit-package={ours}" for ours in sorted(OURS))]
    uv("pip", "compile", *words, "--constraint", str(constraints), "--extra", "dev", "-o", str(wanted), PROJECTS[0])
    shutil.rmtree(folder, ignore_errors=True)
    uv("venv", "--quiet", "--python", sys.executable, str(folder))
    uv("pip", "sync", "--quiet", "--python", str(folder / "bin" / "python"), str(wanted))
    return folder


def run_tests(folder: Path, cli: Path | None, tests: Sequence[str]) -> list[str]:
    """Run tests in an environment, with the command on PATH or in a folder; return the names of those that failed."""
    words = ["-q", "-rfE", "-p", "no:cacheprovider", "-n", os.environ.get("WORKERS", "auto"), "--dist", "worksteal"]
    first = [str(folder / "bin"), *([str(cli)] if cli else [])]
    path = os.pathsep.join([*first, os.environ["PATH"]])
    print(f"{folder.name} with {command_version(cli)}:", flush=True)
    text = ""
    with subprocess.Popen(
        [folder / "bin" / "python", "-m", "pytest", *words, *tests],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            text += line
    failed = _FAILED.findall(text)
    if process.returncode and not failed:
        sys.exit(f"The tests did not run in {folder}: look above for the reason.")
    return failed


def built(version: str) -> Path:
    """Return the folder of this release of the command; build it from its Go modules if the cache does not have it."""
    home = CACHE / f"pulumi-{version}"
    if all((home / name).exists() for name in pulumi_cli.FILES):
        return home
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "tools" / "pulumi", Path(folder) / "tools" / "pulumi")
        module = Path(folder) / "tools" / "pulumi" / "cli"
        environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOWORK": "off"}
        wanted = [f"github.com/pulumi/pulumi/{part}/v3@v{version}" for part in ("pkg", "sdk")]
        for command in (["go", "get", *wanted], ["go", "mod", "tidy"]):
            console.run(f"Looking up pulumi {version}: {command[1]}.", command, cwd=module, env=environment)
        pulumi_cli.build(Path(folder), Path(folder) / "bin", version)
        CACHE.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(folder) / "bin", home)
    return home


def command_version(cli: Path | None) -> str:
    """Return what the command says of itself."""
    command = shutil.which("pulumi", path=str(cli) if cli else None)
    if command is None:
        sys.exit(f"There is no pulumi in {cli or 'PATH'}: run `make setup`, or name its folder with --cli.")
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run([command, "version"], check=True, capture_output=True, text=True, env=environment)
    return f"pulumi {done.stdout.strip()}"


def python_version() -> str:
    """Return the Python of this process, as uv wants it."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def uv(*words: str) -> str:
    """Run uv in the checkout, and return what it printed."""
    done = subprocess.run(["uv", *words], cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr}uv failed: uv {' '.join(words)}")
    return done.stdout


if __name__ == "__main__":
    try:
        main()
    except console.StepError as error:
        sys.exit(f"{error}")
