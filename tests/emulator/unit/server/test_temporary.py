"""Temporary folders go with their emulator, and those of killed ones with the next start."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.processes import ENVIRONMENT, URL

COMMAND = [sys.executable, "-m", "drp_emulator", "--records-only", "--port", "0"]


def start(temporary: Path) -> "subprocess.Popen[str]":
    """Start an emulator with a temporary store; it has said that it listens."""
    environment = {**ENVIRONMENT, "TMPDIR": str(temporary)}
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert URL.search(process.stdout.readline())
    return process


def test_the_next_start_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    with start(tmp_path) as killed:
        (left,) = tmp_path.iterdir()
        killed.kill()
    assert left.exists()
    with start(tmp_path) as living:
        (own,) = tmp_path.iterdir()
        assert own != left
        living.terminate()
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_living_emulator_is_kept(tmp_path: Path) -> None:
    with start(tmp_path) as first:
        (kept,) = tmp_path.iterdir()
        with start(tmp_path) as second:
            assert kept in tmp_path.iterdir()
            second.terminate()
        assert list(tmp_path.iterdir()) == [kept]
        first.terminate()


@pytest.mark.parametrize("name", ["drp-emulator-notes", "drp-emulator-1"])
def test_a_folder_of_another_program_is_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "store.db").write_text("mine", encoding="utf-8")
    with start(tmp_path) as process:
        process.terminate()
    assert (tmp_path / name / "store.db").read_text(encoding="utf-8") == "mine"


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    target, temporary = tmp_path / "target", tmp_path / "temporary"
    target.mkdir()
    temporary.mkdir()
    (target / "in-use").touch()
    (temporary / "drp-emulator-link").symlink_to(target)
    with start(temporary) as process:
        process.terminate()
    assert (target / "in-use").exists()
