"""The Pulumi command line: from PATH, from the official installer, or built from Go modules.

What is installed or built lies in the user's cache, by version, and serves every checkout;
`.venv/bin` has a link to each of its four files, so that `.venv/bin` first on PATH is all that a
Pulumi run needs. (The engine looks for its plugins on PATH and beside the real place of its
executable, so both ways lead to the same files.)
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import console
from environment import path_without

FILES = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)
INSTALLER = "https://get.pulumi.com/install.sh"
INSTALLER_SECONDS = 300.0
GO = "1.25.11"
COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"


def ensure(root: Path) -> bool:
    """Make a Pulumi command line reachable; return whether anything had to be done."""
    version = _version(root)
    links, cache = root / ".venv" / "bin", _cache()
    home = cache / f"pulumi-{version}" if cache else None
    if home and _complete(home) and _linked(links, home):
        return False
    if _on_path(version, path_without(links)):
        for name in FILES:
            (links / name).unlink(missing_ok=True)
        return False
    if home is None:
        raise console.StepError(
            "This user has no home directory for the Pulumi CLI: set XDG_CACHE_HOME to a folder of "
            "your own, then run `make setup` again."
        )
    if not _complete(home):
        _provide(root, version, home)
    _link(links, home)
    console.say(f"pulumi {version} is in .venv/bin, from {home}.")
    return True


def _version(root: Path) -> str:
    """The version that the Go module pins: the one to install, and the oldest to accept."""
    module = (root / "tools/pulumi/cli/go.mod").read_text()
    found = re.search(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", module)
    if found is None:
        raise console.StepError("tools/pulumi/cli/go.mod does not name a version of pulumi.")
    return found[1]


def _cache() -> Path | None:
    place = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(place) if place else Path.home() / ".cache") / "pulumi-drp"
    except RuntimeError:  # neither HOME nor an entry in /etc/passwd, as in a container under any user id
        return None


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in FILES)


def _linked(links: Path, home: Path) -> bool:
    return all((links / name).resolve() == (home / name).resolve() for name in FILES)


def _link(links: Path, home: Path) -> None:
    for name in FILES:
        new = links / f".{name}.new"
        new.unlink(missing_ok=True)
        new.symlink_to(home / name)
        new.replace(links / name)


def _on_path(version: str, path: str) -> bool:
    """Whether PATH has a recent pulumi whose Python language host starts."""
    pulumi = shutil.which("pulumi", path=path)
    if pulumi is None:
        return False
    beside = f"{path}{os.pathsep}{Path(pulumi).resolve().parent}"
    found = [shutil.which(name, path=beside) for name in FILES]
    if None in found or _number(_output(pulumi, "version")) < _number(version):
        return False
    return "usage" in _output(str(found[1]), "-h").lower()


def _output(*command: str) -> str:
    """What the command says, empty where it cannot run."""
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=30,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


def _number(text: str) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else (0,)


def _provide(root: Path, version: str, home: Path) -> None:
    """Put a tested command line at `home`, in one move, whoever else tries the same."""
    with _alone(home.parent):
        if _complete(home):
            return
        for left in home.parent.glob("unfinished-*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix="unfinished-", dir=home.parent) as folder:
            made = _install(Path(folder), version) or build(root, Path(folder) / "bin", version)
            shutil.rmtree(home, ignore_errors=True)
            made.rename(home)


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        console.require_writable(cache)
    except (OSError, console.StepError):
        raise console.StepError(
            f"The Pulumi CLI has no place, since this user cannot write to {cache}: set "
            "XDG_CACHE_HOME to a folder of your own, then run `make setup` again."
        ) from None
    lock = os.open(cache, os.O_RDONLY)
    try:
        if not console.try_lock(lock):
            console.say("Waiting for another checkout's set-up, which is providing the Pulumi CLI.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _install(folder: Path, version: str) -> Path | None:
    """The official installer's result, or None where it cannot be had."""
    if not (shutil.which("curl") and shutil.which("bash")):
        return None
    script, root = folder / "install.sh", folder / "official"
    curl = ["curl", "--fail", "--silent", "--show-error", "--location"]
    limits = ["--connect-timeout", "5", "--max-time", "20"]
    try:
        console.run(
            f"No pulumi {version} or newer on PATH: asking for the official installer (20 seconds at most).",
            [*curl, *limits, "--output", script, INSTALLER],
        )
        console.run(
            f"Installing pulumi {version} with the official installer (about 120 MB).",
            ["bash", script, "--version", version, "--install-root", root, "--no-edit-path"],
            timeout=INSTALLER_SECONDS,
        )
    except console.StepError as error:
        console.say(f"That way is not open here: {error.reason}")
        return None
    made = root / "bin"
    if _complete(made) and _number(_output(str(made / "pulumi"), "version")) == _number(version):
        return made
    console.say("What the official installer left does not run here.")
    return None


def build(root: Path, target: Path, version: str) -> Path:
    """The command line and its Python language host, from the two modules in tools/pulumi."""
    go = shutil.which("go")
    if go is None or _number(_output(go, "version")) < (1, 21):  # from 1.21 on, Go fetches newer Go
        raise console.StepError(
            f"The Pulumi CLI is missing: put pulumi {version} or newer on PATH, or give this "
            f"machine access to get.pulumi.com, or install Go {GO} or newer to build it from "
            "source; then run `make setup` again."
        )
    target.mkdir()
    modules = root / "tools" / "pulumi"
    console.run(
        f"Building pulumi {version} from its Go modules (4 minutes on 2 cores, once for all "
        "checkouts; Go's own caches grow by about 4 GB).",
        [*_go_build(go, target, "osusergo,grpcnotrace", version), COMMAND],
        cwd=modules / "cli",
        env=_go_environment(),
    )
    console.run(
        "Building its Python language host (1 minute on 2 cores).",
        [*_go_build(go, target, "", _host_version(modules)), f"{SDK}/python/cmd/{FILES[1]}"],
        cwd=modules / "language-python",
        env=_go_environment(),
    )
    _copy_scripts(go, modules / "cli", target)
    if _number(_output(str(target / "pulumi"), "version")) != _number(version):
        raise console.StepError("The pulumi that was built does not run here.")
    return target


def _host_version(modules: Path) -> str:
    found = re.search(r"sdk/v3 v(\S+)", (modules / "language-python" / "go.mod").read_text())
    return found[1] if found else "0.0.0"


def _go_build(go: str, target: Path, tags: str, version: str) -> list[str]:
    symbols = f"-w -s -X {SDK}/go/common/version.Version=v{version}"
    reproducible = ["-mod=readonly", "-trimpath", "-buildvcs=false"]
    return [go, "build", *reproducible, "-tags", tags, "-ldflags", symbols, "-o", f"{target}/"]


def _go_environment() -> dict[str, str]:
    """The caller's, without what would build something else than this machine needs."""
    dropped = {"GOOS", "GOARCH", "GOEXPERIMENT", "GOBIN"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    # GOFLAGS has to say something: an empty one falls back to what `go env -w` has stored.
    return {**kept, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def _copy_scripts(go: str, module: Path, target: Path) -> None:
    """The two scripts of the Python runtime, which no build makes."""
    done = subprocess.run(
        [go, "list", "-m", "-f", "{{.Dir}}", SDK],
        cwd=module,
        env=_go_environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    sdk = Path(done.stdout.strip()) / "python"
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        place = target / Path(script).name
        shutil.copyfile(sdk / script, place)
        place.chmod(0o755)
