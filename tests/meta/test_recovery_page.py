"""docs/recovery.md is run as it stands: its program, its commands and what they print."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from drp_emulator.machines.path_setup import write_subset
from tests.support.admin import AdminClient
from tests.support.document import Block, blocks, lines
from tests.support.fault_proxy import FaultProxy
from tests.support.processes import kill
from tests.support.stack import ROOT, Stack, succeeded

PAGE = blocks(ROOT / "docs" / "recovery.md")
KILLED, LOST, SCRIPTS = "After a kill", "After the state was lost", "In scripts"
pytestmark = pytest.mark.cli


def follow(stack: Stack, block: Block) -> None:
    """Run a session's commands; each prints every line that the page shows below it, and no more leftovers."""
    for session in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, promised = session.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=stack.folder,
            env=stack.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        assert done.returncode == (2 if "left behind: " in promised and "Nothing" not in promised else 0), done.stdout
        assert not (lines(promised) - lines(done.stdout)), f"{command}\n{done.stdout}"


def sessions(heading: str) -> list[Block]:
    return [block for block in PAGE if block.heading == heading]


@pytest.fixture
def reader(stack: Stack, tmp_path: Path) -> Stack:
    """A project with the page's program, and drpcli."""
    (program,) = (block.text for block in PAGE if block.language == "python")
    (stack.folder / "__main__.py").write_text(program)
    (tmp_path / "bin").mkdir()
    commands = write_subset(tmp_path / "bin").parent
    stack.environment["PATH"] = f"{commands}{os.pathsep}{stack.environment['PATH']}"
    return stack


def test_what_a_kill_left_is_listed_and_ended_as_shown(reader: Stack, proxy: FaultProxy) -> None:
    landed, let_go = proxy.hold_reply("POST")
    process = reader.start("up", "--yes", "--skip-preview")
    assert landed.wait(120)
    kill(process, reader.folder)
    let_go.set()
    for block in sessions(KILLED):
        follow(reader, block)
    succeeded(reader.up(None, "--expect-no-changes"))


def test_what_a_lost_state_knew_is_listed_and_ended_as_shown(reader: Stack, admin: AdminClient) -> None:
    succeeded(reader.up())
    succeeded(reader.run("stack", "rm", "--force", "--yes"))
    for block in sessions(LOST):
        follow(reader, block)
    assert not admin.exists("profiles/web")
    succeeded(reader.up())
    for block in sessions(SCRIPTS):
        follow(reader, block)


def test_every_block_of_the_page_is_run() -> None:
    assert {block.heading for block in PAGE} == {"", KILLED, LOST, SCRIPTS}
    assert [block.language for block in PAGE if not block.heading] == ["python"]
    assert {block.language for block in PAGE if block.heading} == {"console"}
