"""What pyproject.toml asks for, what the requirements pin and what the sentences say agree, and the bounds hold."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.checkout import ROOT, network_settings, real_uv

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEPENDENCIES = [Requirement(text) for text in PROJECT["dependencies"]]
DEVELOPMENT = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]


def bounds(requirements: list[Requirement]) -> dict[str, Version]:
    """The lower bound of each requirement."""
    return {
        canonicalize_name(one.name): Version(part.version)
        for one in requirements
        for part in one.specifier
        if part.operator == ">="
    }


def pins(text: str) -> dict[str, Version]:
    """The versions in a requirements file."""
    return {name: Version(version) for name, version in re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", text, re.MULTILINE)}


OLDEST_PULUMI = next(
    part.version for one in DEPENDENCIES if one.name == "pulumi" for part in one.specifier if part.operator == ">="
)
"""pyproject.toml is the one place for the package; tools/pulumi/cli/go.mod is the one for the command."""


def online() -> dict[str, str]:
    """Return the environment in which uv finds the way to the package index."""
    return {**os.environ, **network_settings()}


def oldest(uv: Path, *options: str) -> str:
    """The requirements with each direct one at its oldest release that was not withdrawn."""
    words = ["--quiet", "--no-header", "--no-annotate", "--resolution", "lowest-direct", *options]
    command = [str(uv), "pip", "compile", *words, str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, env=online(), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("python", ["3.11", "3.12"])
def test_each_lower_bound_is_a_release_with_a_wheel(python: str) -> None:
    found = pins(oldest(real_uv(), "--extra", "dev", "--python-version", python, "--only-binary", ":all:"))
    wanted = {**bounds(DEPENDENCIES), **bounds(DEVELOPMENT)}
    assert {name: found[name] for name in wanted} == wanted


def test_every_dependency_has_a_lower_bound() -> None:
    others = [one for one in [*DEPENDENCIES, *DEVELOPMENT] if one.name != "drp-emulator"]  # made and released with us
    assert set(bounds(others)) == {canonicalize_name(one.name) for one in others}


def test_no_module_names_a_version_of_pulumi() -> None:
    folders = ("drp_provider", "components", "drp_emulator", "tools")
    modules = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert not [path for path in modules if re.search(r"\b3\.2\d\d\b", path.read_text())]


def test_every_tool_is_told_the_oldest_python_of_pyproject() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert tools["mypy"]["python_version"] == oldest
    assert tools["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert f"--python-version {oldest}" in (ROOT / "Makefile").read_text()
    assert f"Python {oldest}" in (ROOT / "README.md").read_text()
    assert f"({oldest.replace('.', ', ')})" in (ROOT / "tools" / "setup" / "__main__.py").read_text()
    for project in ("drp_emulator", "gotemplate"):
        theirs = tomllib.loads((ROOT / project / "pyproject.toml").read_text())["project"]
        assert theirs["requires-python"] == PROJECT["requires-python"]


def test_the_pinned_packages_are_within_the_bounds() -> None:
    pinned = pins((ROOT / "requirements-dev.txt").read_text())
    ours = [one for one in [*DEPENDENCIES, *DEVELOPMENT] if one.name != "drp-emulator"]
    assert not [str(one) for one in ours if pinned[canonicalize_name(one.name)] not in one.specifier]


def test_the_documents_tell_the_two_bounds_of_pulumi_apart() -> None:
    module = (ROOT / "tools" / "pulumi" / "cli" / "go.mod").read_text()
    command = re.search(r"pulumi/pkg/v3 v(\d+\.\d+)", module)
    assert command
    for document in ("docs/compatibility.md", "tools/pulumi/README.md"):
        text = (ROOT / document).read_text()
        assert f"package `pulumi` {OLDEST_PULUMI} or newer" in text, document
        assert f"command `pulumi` {command[1]}" in text, document


def test_every_environment_gets_the_pip_that_pulumi_calls() -> None:
    files = [pins((ROOT / name).read_text()) for name in ("requirements.txt", "requirements-dev.txt")]
    assert files[0]["pip"] == files[1]["pip"]
    assert files[0].items() <= files[1].items()


@pytest.mark.cli
def test_the_oldest_releases_print_our_errors(tmp_path: Path) -> None:
    uv = real_uv()
    python = tmp_path / "oldest" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "oldest"], check=True)
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(oldest(uv, "--python-version", sysconfig.get_python_version()))
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", python, "--requirement", wanted],
        env={**os.environ, **network_settings()},
        check=True,
    )
    # pytest and what else the tests need come from the environment of the tests, after what is installed here.
    (packages,) = (tmp_path / "oldest").glob("lib/python*/site-packages")
    (packages / "zz-tests.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    version = "from importlib.metadata import version; print(version('pulumi'))"
    found = subprocess.run([python, "-c", version], check=True, capture_output=True, text=True)
    assert Version(found.stdout.strip()) == Version(OLDEST_PULUMI)
    # One of them is among the five tests of the plugin that fail on the release before the oldest.
    words = ["-q", "-x", "-p", "no:cacheprovider", "tests/plugin/test_errors.py", "-k", "endpoint and named or said"]
    command = [str(python), "-m", "pytest", *words]
    done = subprocess.run(command, env=online(), cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
