"""docs/cluster-pattern.md is run as it stands: its programs, its content, its commands and what they print."""

import itertools
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint, Emulator
from tests.emulator.machines.harness import eventually
from tests.emulator.machines.recorder import Recorder
from tests.support import machines
from tests.support.admin import AdminClient
from tests.support.document import Block, blocks, lines, masked
from tests.support.fault_proxy import FaultProxy, Request
from tests.support.stack import ROOT, Stack

PAGE = blocks(ROOT / "docs" / "cluster-pattern.md")
SMALLEST = ("The smallest program", "What happened", "The same from Python")
OWN = ("A task of your own", "Run it", "Again from the start", "One machine more")
LOST = ("When the leader dies",)


def under(*headings: str) -> list[Block]:
    return [block for block in PAGE if block.heading in headings]


class Reader:
    """Does what the page says, block by block, in a folder of their own."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.stack = Stack(folder, endpoint, name="page")
        self.written: set[str] = set()

    def write(self, block: Block) -> None:
        """Put a block into the file that the page names; one that continues a file goes to its end."""
        name = block.file or ("__main__.py" if block.language == "python" else "")
        if block.language == "bash" and not name:
            name = "content/templates/team-join.sh.tmpl"
        assert name, f"the page does not say where this goes:\n{block.text}"
        path = self.stack.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text() if name in self.written else ""
        path.write_text(f"{before}\n{block.text}" if before else block.text)
        self.written.add(name)

    def type(self, block: Block) -> None:
        """Run a session's commands; each prints every line that the page shows below it."""
        for session in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, promised = session.partition("\n")
            printed = self.run(shlex.split(command), fails="error: " in promised)
            assert not (lines(promised) - printed), f"{command}\n{printed}"

    def run(self, words: Sequence[str], *, fails: bool) -> set[str]:
        if words[0] == "pulumi":
            done = self.stack.run(*words[1:], *(("--color", "never") if words[1] == "up" else ()))
            assert done.ok is not fails, done.text
            return lines(done.text)
        assert words[0] == "python"
        script = subprocess.run(
            [sys.executable, *words[1:]],
            cwd=self.stack.folder,
            env=self.stack.environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert script.returncode == 0, script.stdout
        return lines(script.stdout)

    def follow(self, read: Sequence[Block]) -> None:
        for block in read:
            if block.language in ("python", "yaml", "bash"):
                self.write(block)
            elif block.language == "console":
                self.type(block)


def promised(block: Block) -> list[str]:
    """The requests that a block lists, one a line; what stands behind two spaces is for the reader."""
    return [masked(line.partition("  ")[0]).replace("/UUID", "/node-N") for line in block.text.splitlines()]


def sent(requests: Sequence[Request]) -> list[str]:
    """The requests, a machine's patch with the field that it is about; what is done for several machines once."""
    known = []
    for request in requests:
        path = request.path.removeprefix("/api/v3/").partition("?")[0]
        if path.endswith("/token"):
            continue
        about = ""
        if request.method == "PATCH" and path.startswith("machines/"):
            changed = next(line["path"] for line in request.body if line["op"] != "test")
            about = f" {changed.split('/')[1]}"
        known.append(masked(f"{request.method} {path}{about}").replace("/UUID", "/node-N"))
    return [line for line, _ in itertools.groupby(known)]


def equal(one: Any, other: Any) -> bool:
    """Whether two documents are the same up to what differs from run to run."""
    first, second = (json.loads(masked(json.dumps(value))) for value in (one, other))
    return bool(first == second)


@pytest.mark.cli
def test_the_smallest_program_does_what_the_page_shows(tmp_path: Path) -> None:
    program, session, requests, params, election, script, look = (
        block for block in under(*SMALLEST) if block.language != "sh"
    )
    names = [f"node-{number}" for number in (1, 2, 3)]
    with (
        EmulatedEndpoint(machines=3) as endpoint,
        Recorder(endpoint.url) as recorder,
        Emulator(endpoint=recorder.url, names=names),
        FaultProxy(endpoint.url) as proxy,
    ):
        reader = Reader(tmp_path, proxy.url)
        reader.follow([program, session])
        assert sent(proxy.requests) == promised(requests)
        (posted,) = (one.body["Params"] for one in proxy.requests if one.path == "/api/v3/profiles")
        assert posted == json.loads(params.text)
        stood = [
            [{key: line[key] for key in ("op", "path", "value")} for line in seen.body]
            for seen in recorder.seen
            if seen.line == "PATCH /profiles/example/params"
        ]
        shown = json.loads(election.text)
        assert any(equal(patch, shown) for patch in stood)
        shown[1]["value"] = AdminClient(endpoint.url).params("example")["cluster-pattern/leader"]
        assert shown in stood
        reader.follow([script, look])
    assert program.text in (ROOT / "examples" / "leader-election" / "__main__.py").read_text()


@pytest.mark.cli
def test_the_task_of_ones_own_runs_as_the_page_shows(tmp_path: Path) -> None:
    """It runs again from the start, and on one machine more."""
    (start,) = (block for block in under("The smallest program") if block.language == "sh")
    with machines.started_by(start.text, ROOT) as endpoint, FaultProxy(endpoint) as proxy:
        reader = Reader(tmp_path, proxy.url)
        reader.follow(under("A task of your own", "Run it"))
        first = AdminClient(endpoint).params("team")["team/token"]
        proxy.forget()
        (listed,) = (block for block in under("Again from the start") if block.language == "text")
        reader.follow(under("Again from the start"))
        assert sent(proxy.requests) == promised(listed)
        (reset,) = (one.body for one in proxy.requests if one.path == "/api/v3/profiles/team" and one.body)
        assert (reset[0]["op"], reset[0]["path"]) == ("test", "/Params")
        second = AdminClient(endpoint).params("team")["team/token"]
        assert len({first, second, "none"}) == 3
        reader.follow(under("One machine more"))
        params = AdminClient(endpoint).params("team")
        assert params["team/token"] == second
        assert [entry["Name"] for entry in params["team/members"]][3] == "node-4"


@pytest.mark.cli
def test_a_dead_leader_fails_the_others_as_the_page_shows(tmp_path: Path) -> None:
    """A reset recovers."""
    start, failure, recovery = under(*LOST)
    with machines.started_by(start.text, ROOT) as endpoint:
        admin, reader = AdminClient(endpoint), Reader(tmp_path, endpoint)
        reader.follow([block for block in under("A task of your own", "Run it") if block.language != "console"])
        reader.follow([failure])
        leader = admin.get("machines/Name:node-1")
        assert admin.params("team")["cluster-pattern/leader"] == leader["Uuid"]
        eventually(lambda: admin.get(f"jobs/{leader['CurrentJob']}")["State"] == "failed")
        eventually(lambda: not admin.get("machines/Name:node-1")["Runnable"])
        reader.follow([recovery])


def test_every_block_of_the_page_is_run() -> None:
    assert {block.heading for block in PAGE} == {*SMALLEST, *OWN, *LOST}
    assert {block.language for block in PAGE} == {"sh", "python", "console", "text", "json", "yaml", "bash"}
    assert [block.heading for block in PAGE if block.language == "sh"] == ["The smallest program", *LOST]
    assert [block.heading for block in PAGE if block.language == "text"] == ["What happened", "Again from the start"]
