"""docs/troubleshooting.md quotes errors that the code, or the `pulumi` command, really prints."""

import ast
import os
import shutil
import subprocess
import venv
from functools import cache
from pathlib import Path

import pytest

from tests.support.document import blocks
from tests.support.stack import ROOT, Stack

PAGE = [block for block in blocks(ROOT / "docs" / "troubleshooting.md") if block.language == "text"]
GAP = "…"
SHORTEST_PART = 8
"""A shorter part between two gaps, such as `s, so`, would be found anywhere."""
PULUMIS = {
    "no language plugin 'pulumi-language-python' found in the workspace or on your $PATH",
    "error: failed to discover package requirements: calling `python -m pip list -v --format json`: exit status 1",
    "ModuleNotFoundError: No module named 'drp_components'",
    "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    f"error: could not read plugin [{GAP}]: exit status 1",
    "failed to load checkpoint: EOF",  # takes a kill at the right moment; docs/recovery.md says what it is
}
OURS = [block.text.strip() for block in PAGE if block.text.strip() not in PULUMIS]


def parts(text: str) -> list[str]:
    """Return the fixed parts of a quoted error."""
    return [part.strip() for part in text.split(GAP) if len(part.strip()) >= SHORTEST_PART]


@cache
def texts() -> str:
    """Return every text in the code, each on a line of its own, with a gap for each value that is formatted in."""
    found = []
    for package in ("drp_provider", "components"):
        for path in (ROOT / package).rglob("*.py"):
            found += [_text(node) for node in ast.walk(ast.parse(path.read_text()))]
    return "\n".join(filter(None, found))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) or GAP for value in node.values)
    return ""


@pytest.mark.parametrize("quoted", OURS)
def test_a_quoted_error_stands_in_the_code(quoted: str) -> None:
    assert parts(quoted)
    missing = [part for part in parts(quoted) if part not in texts()]
    assert not missing


def test_every_quoted_error_is_checked() -> None:
    assert {block.text.strip() for block in PAGE} >= PULUMIS
    assert len(OURS) > 20
    assert {block.heading for block in PAGE} >= {"Setting up", "Settings and connection", "Changes", "Clusters"}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An environment without any package."""
    venv.create(tmp_path / "empty", with_pip=False, symlinks=True)
    return tmp_path / "empty"


def complaint(stack: Stack, program: str = 'drp.Profile("web")\n') -> str:
    stack.program(program)
    shown = stack.preview()
    assert not shown.ok, shown.text
    return " ".join(shown.text.split())


@pytest.mark.cli
def test_pulumi_says_what_is_missing_as_the_page_quotes(stack: Stack, empty: Path, tmp_path: Path) -> None:
    path, packages = stack.environment["PATH"], stack.environment["PYTHONPATH"]
    stack.environment["PATH"] = f"{empty / 'bin'}:{path}"
    said = [complaint(stack)]
    stack.environment |= {"PATH": path, "PYTHONPATH": str(ROOT)}
    said.append(complaint(stack, "import drp_components\n"))
    stack.environment["PYTHONPATH"] = packages
    (stack.folder / "Pulumi.yaml").write_text("name: tests\nruntime: {name: python, options: {virtualenv: gone}}\n")
    said.append(complaint(stack))
    del stack.environment["PULUMI_CONFIG_PASSPHRASE"]
    said.append(complaint(stack))
    stack.environment["PULUMI_CONFIG_PASSPHRASE"] = ""
    said.append(without_language_host(stack, tmp_path))
    everything = "\n".join(said)
    quoted = PULUMIS - {"failed to load checkpoint: EOF"}
    assert not [part for error in quoted for part in parts(error) if part not in everything], everything


def without_language_host(stack: Stack, folder: Path) -> str:
    """Return what a copy of the `pulumi` command alone says; the engine also looks beside its real place."""
    found = shutil.which("pulumi", path=stack.environment["PATH"])
    assert found
    alone = shutil.copy(os.path.realpath(found), folder / "pulumi")
    done = subprocess.run(
        [alone, "preview", "--non-interactive"],
        cwd=stack.folder,
        env={**stack.environment, "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    assert done.returncode != 0
    return done.stdout
