"""Pulumi in environments that real tools made, as a plain user without a home, in folders with odd names."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.checkout import (
    NOBODY,
    PLAIN_USER,
    PULUMI_FILES,
    ROOT,
    Checkout,
    network_settings,
    open_folder,
    python_for_plain_user,
    real_uv,
)
from tests.support.stack import PATIENCE, Outcome, Stack, succeeded

pytestmark = pytest.mark.cli

ODD_NAME = "mit Leerzeichen, проект 集群"
SOURCES = (
    "components",
    "content",
    "drp_emulator",
    "drp_provider",
    "examples",
    "gotemplate",
    "Pulumi.yaml",
    "__main__.py",
)
PROGRAMS = [".", *sorted(f"examples/{path.parent.name}" for path in ROOT.glob("examples/*/Pulumi.yaml"))]


@dataclass
class Machine:
    """A checkout that a plain user without HOME has set up with uv, under LANG=C."""

    checkout: Checkout

    def run(self, *command: str, cwd: Path | None = None) -> Outcome:
        """Run a command by tools/clean-env."""
        done = subprocess.run(
            [self.checkout.folder / "tools" / "clean-env", *command],
            cwd=cwd or self.checkout.folder,
            env={"PATH": f"{self.checkout.bin}:{os.defpath}", "LANG": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=PATIENCE,
            **PLAIN_USER,
        )
        return Outcome(done.returncode, done.stdout)

    def project(self, program: str, stack: str) -> Path:
        """Copy a program out of the checkout, and give it a stack."""
        folder = self.checkout.folder.parent / f"{stack} of {program.replace('/', ' ')}"
        if program == ".":
            folder.mkdir()
            for name in ("Pulumi.yaml", "__main__.py"):
                shutil.copy(ROOT / name, folder)
        else:
            shutil.copytree(ROOT / program, folder)
        _give(folder)
        succeeded(self.run("pulumi", "stack", "init", stack, cwd=folder))
        return folder


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Everything real but the installation of the `pulumi` command, which is copied."""
    uv, python = real_uv(), python_for_plain_user()
    with open_folder(ODD_NAME) as folder:
        checkout = Checkout(folder / "checkout", folder / "home", python=python, **PLAIN_USER)
        # The packages that programs need; those of the tests would take a minute.
        shutil.copy(ROOT / "requirements-dev.txt", checkout.requirements)
        for name in SOURCES:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, checkout.folder / name)
        shutil.copy(uv, checkout.bin)
        for name in PULUMI_FILES:
            found = shutil.which(name)
            assert found, f"{name} is not on PATH"
            shutil.copy(found, checkout.bin)
        _give(folder)
        process = checkout.start(LANG="C", UV_CACHE_DIR=str(folder / "cache"), **network_settings())
        said, complained = process.communicate()
        assert process.returncode == 0, said + complained
        assert "uv failed" not in said
        yield Machine(checkout)


def test_pulumi_can_list_the_packages_that_uv_installed(machine: Machine) -> None:
    listed = succeeded(machine.run("python", "-m", "pip", "list", "-v", "--format", "json"))
    assert '"pulumi"' in listed.text
    where = succeeded(machine.run("python", "-c", "import sys; print(sys.prefix)"))
    assert where.text.strip() == str(machine.checkout.folder / ".venv")


def test_a_plain_user_without_home_runs_the_cluster(machine: Machine) -> None:
    succeeded(machine.run("pulumi", "stack", "init", "dev"))
    done = succeeded(machine.run("pulumi", "up", "--yes", "--skip-preview", "--color", "never"))
    assert "pulumi-python:dynamic/drp:ClusterProfile cluster created" in done.text
    assert (machine.checkout.folder / ".drp" / "endpoint.db").is_file()
    succeeded(machine.run("pulumi", "destroy", "--yes", "--skip-preview"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_works_after_it_was_copied(machine: Machine, program: str) -> None:
    shown = succeeded(machine.run("pulumi", "preview", "--color", "never", cwd=machine.project(program, "copy")))
    assert "drp:ClusterProfile" in shown.text
    assert "to create" in shown.text


def test_a_read_only_project_names_the_setting_of_the_store(machine: Machine) -> None:
    folder = machine.project(".", "read-only")
    folder.chmod(0o555)
    done = machine.run("pulumi", "up", "--yes", "--skip-preview", "--color", "never", cwd=folder)
    assert not done.ok
    sentence = (
        f"SettingsError: The emulator's store {folder}/.drp/endpoint.db cannot be written "
        f"(Permission denied at {folder}/.drp): choose another file; "
        "drp:embeddedStore or RS_EMBEDDED_STORE names the file."
    )
    assert sentence in done.text
    assert "Traceback" not in done.text


def test_two_environments_for_one_program_are_refused(tmp_path: Path, stack: Stack) -> None:
    other = _environment(tmp_path / "other")
    options = f"name: tests\nruntime:\n  name: python\n  options:\n    virtualenv: {other}\n"
    (stack.folder / "Pulumi.yaml").write_text(options)
    shown = stack.preview('drp.Profile("web")\n')
    here = os.path.realpath(sys.prefix)
    assert not shown.ok
    assert (
        f"The program runs in the Python environment {here}, but the provider in {other}: put {other}/bin first on "
        "PATH, or remove `virtualenv` and `toolchain` from Pulumi.yaml, so that both use one environment."
    ) in shown.error()
    # The way out that it names first.
    stack.environment["PATH"] = f"{other}/bin:{stack.environment['PATH']}"
    succeeded(stack.up())
    assert str(other) not in str(stack.state())


def _environment(home: Path) -> Path:
    """Make an environment that finds the packages of the tests."""
    venv.create(home, with_pip=False, symlinks=True)
    packages = next(home.glob("lib/python*/site-packages"))
    theirs = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "theirs.pth").write_text("\n".join(theirs))
    return Path(os.path.realpath(home))


def _give(folder: Path) -> None:
    """Make the plain user the owner of the folder and of all in it."""
    if PLAIN_USER:
        for place in (folder, *folder.rglob("*")):
            os.chown(place, NOBODY, NOBODY, follow_symlinks=False)
