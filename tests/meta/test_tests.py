"""What holds for the tests themselves: short names, and marks by which `make test-fast` leaves out the slow ones."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.marks import PROGRAMS
from tests.support.stack import ROOT

LONGEST = 60


def test_the_name_of_a_test_is_a_short_sentence() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in ROOT.glob("tests/**/test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and len(node.name) > LONGEST
    }
    assert long == set(), f"at most {LONGEST} characters; what does not fit goes into the docstring"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_started_by_marked_tests_only(tmp_path: Path, program: str) -> None:
    tests = f"""
        import subprocess, pytest

        def test_unmarked():
            with pytest.raises(AssertionError, match="test_unmarked needs `@pytest.mark.{PROGRAMS[program]}`"):
                subprocess.run(["{tmp_path}/{program}"])

        @pytest.mark.{PROGRAMS[program]}
        def test_marked():
            subprocess.run(["{tmp_path}/{program}"], check=True)
    """
    (tmp_path / program).write_text("#!/bin/sh\n")
    (tmp_path / program).chmod(0o755)
    file = tmp_path / "test_both.py"
    file.write_text(tests.replace("\n        ", "\n"))
    options = ["-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    command = [sys.executable, "-m", "pytest", *options, str(file)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr


def test_make_test_fast_leaves_out_every_mark() -> None:
    target = (ROOT / "Makefile").read_text().partition("\ntest-fast:")[2].partition("\n\n")[0]
    assert " and ".join(f"not {mark}" for mark in dict.fromkeys(PROGRAMS.values())) in target
