"""`make setup` in throw-away checkouts, whose PATH holds only what each test puts there."""

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import IS_ROOT, PLAIN_USER, PULUMI_FILES, ROOT, Checkout, open_folder, python_for_plain_user

# Like uv in what a set-up asks of it; it keeps the requirements that it was given, in .venv.
FAKE_UV = f"""#!/bin/sh
for last; do :; done
case "$1 $2" in
"venv "*) mkdir -p "$last/bin" && ln -s "{sys.executable}" "$last/bin/python" ;;
"pip sync") cat "$last" >> "${{last%/*}}/.venv/synced" ;;
esac
"""
# Like curl: hands over an installer that leaves a pulumi of the version it is asked for.
FAKE_CURL = """#!/bin/sh
while [ "$1" != --output ]; do shift; done
cat > "$2" <<'SCRIPT'
while [ $# -gt 0 ]; do
  case "$1" in --version) version=$2 ;; --install-root) root=$2 ;; esac
  shift
done
mkdir -p "$root/bin"
echo "$version" >> "$HOME/installed"
for name in pulumi pulumi-language-python pulumi-language-python-exec \\
    pulumi-resource-pulumi-python; do
  printf '#!/bin/sh\\necho v%s\\n' "$version" > "$root/bin/$name"
  chmod +x "$root/bin/$name"
done
SCRIPT
"""
FAKE_GO = """#!/bin/sh
case "$1" in
version) echo go version go1.26.1 linux/amd64 ;;
list) echo "$HOME/sdk" ;;
build)
  echo "$CGO_ENABLED $GOFLAGS $GOOS $*" >> "$HOME/built"
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\necho v3.259.0\\n' > "$2${3##*/}"
  chmod +x "$2${3##*/}"
  ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path / "checkout", tmp_path / "home")
    made.has("uv", FAKE_UV)
    return made


@pytest.fixture
def neighbour(tmp_path: Path) -> Checkout:
    """A second checkout of the same user."""
    made = Checkout(tmp_path / "neighbour", tmp_path / "home")
    made.has("uv", FAKE_UV)
    return made


def test_a_second_run_does_nothing_and_says_one_line(checkout: Checkout) -> None:
    checkout.has_pulumi("3.300.1")
    first = checkout.setup()
    before = {path: path.lstat().st_mtime_ns for path in checkout.folder.rglob("*")}

    second = checkout.setup()

    assert first.endswith("Set-up is done.\n")
    assert second == "Set-up is in place.\n"
    assert {path: path.lstat().st_mtime_ns for path in checkout.folder.rglob("*")} == before


def test_changed_requirements_go_into_the_same_environment(checkout: Checkout) -> None:
    checkout.has_pulumi("3.300.1")
    checkout.setup()
    checkout.requirements.write_text("# two\n")

    assert "Making .venv" not in checkout.setup()

    assert checkout.synced() == "# one\n# two\n"
    assert checkout.setup() == "Set-up is in place.\n"


def test_an_interrupted_install_is_made_anew(checkout: Checkout) -> None:
    checkout.has_pulumi("3.300.1")
    killed = 'case "$1" in pip) kill -KILL $PPID ;; esac\n'
    checkout.has("uv", FAKE_UV + killed)
    process = checkout.start()
    process.communicate()
    assert process.returncode < 0
    assert checkout.synced() == "# one\n"
    checkout.has("uv", FAKE_UV)

    said = checkout.setup()

    assert "The .venv here is unfinished" in said
    assert checkout.synced() == "# one\n"


def test_an_interrupt_ends_what_the_set_up_has_started(checkout: Checkout) -> None:
    checkout.has_pulumi("3.300.1")
    hanging = 'case "$1" in pip) echo $$ > "$HOME/child"; kill -TERM $PPID; exec sleep 60 ;; esac\n'
    checkout.has("uv", FAKE_UV + hanging)

    assert checkout.fails() == "Set-up was interrupted: run `make setup` again to continue.\n"

    with pytest.raises(ProcessLookupError):
        os.kill(int((checkout.home / "child").read_text()), 0)


def test_an_environment_of_another_python_is_made_anew(checkout: Checkout) -> None:
    checkout.has_pulumi("3.300.1")
    checkout.setup()
    python = checkout.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")

    checkout.setup()

    assert checkout.synced() == "# one\n"
    assert python.resolve() == Path(sys.executable).resolve()


def test_without_uv_pip_installs_exactly_what_is_pinned(checkout: Checkout) -> None:
    (checkout.bin / "uv").unlink()
    checkout.has_pulumi("3.300.1")
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    tiny, other = _wheel(checkout.folder, "tiny"), _wheel(checkout.folder, "other")
    digest = hashlib.sha256(tiny.read_bytes()).hexdigest()
    checkout.requirements.write_text(f"tiny @ {tiny.as_uri()} --hash=sha256:{digest}\n")
    checkout.setup(**offline)
    python = checkout.folder / ".venv" / "bin" / "python"
    assert subprocess.check_output([python, "-c", "import tiny; print(tiny.SIZE)"]) == b"1\n"

    with checkout.requirements.open("a") as more:
        more.write(f"other @ {other.as_uri()} --hash=sha256:{digest}\n")
    refused = checkout.start(**offline)
    assert "DO NOT MATCH THE HASHES" in "".join(refused.communicate())
    assert refused.returncode == 1
    assert list((checkout.folder / ".venv").glob("*setup.json")) == []


def _wheel(folder: Path, name: str) -> Path:
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    contents = {
        f"{name}.py": "SIZE = 1\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{about}/RECORD"
    contents[record] = "".join(f"{path},,\n" for path in (*contents, record))
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return wheel


def test_without_any_way_to_pulumi_three_ways_out_are_named(
    checkout: Checkout,
) -> None:
    assert checkout.fails() == (
        "The Pulumi CLI is missing: put pulumi 3.259.0 or newer on PATH, or give this machine "
        "access to get.pulumi.com, or install Go 1.25.11 or newer to build it from source; then "
        "run `make setup` again.\n"
    )


def test_a_go_too_old_to_fetch_a_newer_one_counts_as_none(checkout: Checkout) -> None:
    checkout.has("go", "#!/bin/sh\necho go version go1.20.3 linux/amd64\n")
    assert "install Go 1.25.11 or newer" in checkout.fails()


@pytest.mark.parametrize(("version", "host"), [("3.258.9", "works"), ("4.0.0", "")])
def test_an_old_or_broken_pulumi_on_path_is_passed_over(checkout: Checkout, version: str, host: str) -> None:
    checkout.has_pulumi(version)
    if not host:
        checkout.has("pulumi-language-python", "#!/bin/sh\nexit 126\n")
    checkout.has("curl", FAKE_CURL)

    checkout.setup()

    assert (checkout.home / "installed").read_text() == "3.259.0\n"


def test_a_good_pulumi_on_path_is_used_as_it_is(checkout: Checkout) -> None:
    checkout.has_pulumi("3.259.0")
    checkout.has("curl", FAKE_CURL)
    checkout.setup()
    assert not (checkout.home / "installed").exists()
    assert not (checkout.folder / ".venv" / "bin" / "pulumi").exists()


def test_the_next_checkout_needs_no_installer(checkout: Checkout, neighbour: Checkout) -> None:
    checkout.has("curl", FAKE_CURL)
    checkout.setup()

    neighbour.setup()

    cached = checkout.home / ".cache" / "pulumi-drp" / "pulumi-3.259.0"
    for name in PULUMI_FILES:
        assert (neighbour.folder / ".venv" / "bin" / name).resolve() == cached / name
    assert (checkout.home / "installed").read_text() == "3.259.0\n"
    assert [path.name for path in cached.parent.iterdir()] == ["pulumi-3.259.0"]


def test_two_set_ups_at_once_install_pulumi_once(checkout: Checkout, neighbour: Checkout) -> None:
    for one in (checkout, neighbour):
        one.has("curl", FAKE_CURL)
    running = [one.start() for one in (checkout, neighbour)]
    for process in running:
        assert process.communicate()[1] == ""
        assert process.returncode == 0
    assert (checkout.home / "installed").read_text() == "3.259.0\n"


def test_a_cache_that_lost_a_file_is_filled_again(checkout: Checkout) -> None:
    checkout.has("curl", FAKE_CURL)
    checkout.setup()
    (checkout.home / ".cache/pulumi-drp/pulumi-3.259.0/pulumi").unlink()

    checkout.setup()

    assert (checkout.folder / ".venv" / "bin" / "pulumi").resolve().is_file()


def test_without_an_installer_the_build_honours_go_sum(checkout: Checkout) -> None:
    checkout.has("curl", "#!/bin/sh\necho 'curl: (6) Could not resolve host' >&2; exit 6\n")
    checkout.has("go", FAKE_GO)
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        source = checkout.home / "sdk" / "python" / script
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text("#!/bin/sh\n")

    said = checkout.setup(GOFLAGS="-mod=vendor", GOOS="plan9", CGO_ENABLED="1")

    assert "Could not resolve host" in said
    command, host = (checkout.home / "built").read_text().splitlines()
    assert command.startswith("0 -mod=readonly  build -mod=readonly -trimpath")
    assert "version.Version=v3.259.0" in command
    assert "version.Version=v3.79.0" in host
    assert os.access(checkout.folder / ".venv" / "bin" / PULUMI_FILES[3], os.X_OK)


@pytest.fixture
def locked() -> Iterator[Checkout]:
    """A checkout of a user without root's rights; the test closes folders of it."""
    with open_folder() as folder:
        made = Checkout(folder / "checkout", folder / "home", python=python_for_plain_user(), **PLAIN_USER)
        for place in (folder, made.folder, made.home):
            place.chmod(0o777)
        yield made


@pytest.mark.parametrize("way", ["uv", "pip"])
@pytest.mark.parametrize("place", [".", ".venv"])
def test_set_up_names_a_folder_it_cannot_write(locked: Checkout, place: str, way: str) -> None:
    if way == "uv":
        locked.has("uv", FAKE_UV)
    closed = locked.folder / place
    closed.mkdir(exist_ok=True)
    closed.chmod(0o555)
    assert locked.fails() == (
        f"Set-up cannot write to {closed}: make it writable for this user, or copy the checkout to a folder of your "
        "own, then run `make setup` again.\n"
    )


def test_set_up_names_a_cache_it_cannot_write(locked: Checkout) -> None:
    locked.has("uv", FAKE_UV.replace(sys.executable, locked.python))
    locked.home.chmod(0o555)
    assert locked.fails() == (
        f"The Pulumi CLI cannot be stored, because this user cannot write to {locked.home}/.cache/pulumi-drp: set "
        "XDG_CACHE_HOME to a folder of your own, then run `make setup` again.\n"
    )


@pytest.mark.skipif(not IS_ROOT, reason="only root can be a user that /etc/passwd does not know")
def test_a_user_without_any_home_reads_what_to_set(locked: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    locked.has("uv", FAKE_UV.replace(sys.executable, locked.python))
    locked.process["user"] = 54321
    environment = {"PATH": str(locked.bin)}
    monkeypatch.setattr(Checkout, "environment", environment)
    assert locked.fails() == (
        "This user has no home directory for the Pulumi CLI: set XDG_CACHE_HOME to a folder of your own, then run "
        "`make setup` again.\n"
    )
    locked.has_pulumi("3.300.1")
    assert locked.setup().endswith("Set-up is in place.\n")


def test_clean_env_names_a_folder_it_cannot_write(locked: Checkout) -> None:
    locked.folder.chmod(0o555)
    wrapper = locked.folder / "tools" / "clean-env"
    done = subprocess.run(
        [wrapper, "true"], env=locked.environment, check=False, capture_output=True, text=True, **PLAIN_USER
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"{wrapper}: this user cannot write to {locked.folder}/.pulumi/home: make the checkout writable, or use a "
        "copy of your own.\n"
    )


def test_a_python_without_venv_reads_what_to_install(checkout: Checkout) -> None:
    (checkout.bin / "uv").unlink()
    (checkout.home / "venv.py").write_text("raise SystemExit('no venv')")
    assert "This Python cannot make environments: install its venv module" in checkout.fails(
        PYTHONPATH=str(checkout.home)
    )


def test_an_old_python_says_what_to_do(checkout: Checkout) -> None:
    """It shows no syntax error."""
    entry = checkout.folder / "tools" / "setup" / "__main__.py"
    ast.parse(entry.read_text(), feature_version=(3, 7))
    old = f"import sys, runpy; sys.version_info = (3, 10, 4); runpy.run_path({str(entry)!r})"
    done = subprocess.run([sys.executable, "-c", old], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "Python 3.11 or newer is needed, this is 3.10: install one and name it, as in `make setup PYTHON=python3.12`.\n"
    )


def test_a_target_never_sees_its_callers_endpoint_or_account(checkout: Checkout) -> None:
    private = {
        "RS_ENDPOINT": "https://real.example:8092",
        "RS_KEY": "a:b",
        "DRP_ENDPOINT": "https://real.example:8092",
        "DRP_LOG": "several\nlines",
        "PULUMI_ACCESS_TOKEN": "secret",
        "PULUMI_STACK": "production",
        "PULUMI_BACKEND_URL": "s3://state",
        "KEPT": "yes",
    }
    wrapper = checkout.folder / "tools" / "clean-env"
    shown = subprocess.run(
        [wrapper, sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"],
        env={**os.environ, **private},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(shown.stdout)
    folder = checkout.folder / ".pulumi"
    assert {name for name in seen if name.startswith(("RS_", "DRP_"))} == set()
    assert {name: value for name, value in seen.items() if name.startswith("PULUMI_")} == {
        "PULUMI_BACKEND_URL": f"file://{folder}/state",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": f"{folder}/home",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    assert seen["KEPT"] == "yes"
    assert seen["PATH"].startswith(f"{checkout.folder}/.venv/bin{os.pathsep}")


def test_make_alone_lists_the_targets() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    shown = subprocess.run([make, "-C", ROOT], capture_output=True, text=True, check=True).stdout
    for target in (
        "setup",
        "demo",
        "demo-clean",
        "test",
        "check",
        "bench",
        "requirements",
        "clean",
    ):
        assert f"make {target} " in shown
