"""The pages of docs/ whose programs and sessions need no more than machines: each is run as it stands."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from drp_emulator import Emulator
from drp_emulator.machines.path_setup import write_subset
from tests.support.admin import AdminClient
from tests.support.document import blocks
from tests.support.session import follow
from tests.support.stack import ROOT, Stack

DOCS = ROOT / "docs"
CONVERGE = ("Change a value", "Find drift", "Resolve a conflict")
REBUILD = ("Rebuild the cluster on the same machines", "Replace a machine", "Destroy")
pytestmark = [pytest.mark.cli, pytest.mark.timeout(900)]  # a dozen commands each, and a busy machine


class Reader:
    """Follows a page: saves each program as `__main__.py`, and types each session."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.stack = Stack(folder, endpoint)
        self.stack.environment["PULUMI_CONFIG_PASSPHRASE"] = ""
        (folder / "bin").mkdir()
        commands = write_subset(folder / "bin").parent
        self.stack.environment["PATH"] = f"{commands}{os.pathsep}{self.stack.environment['PATH']}"

    def follow(self, page: str, *headings: str) -> None:
        for block in blocks(DOCS / page):
            if headings and block.heading not in headings:
                continue
            if block.language == "python":
                (self.stack.folder / "__main__.py").write_text(block.text)
            elif block.language == "console":
                # The stack exists already, and a preview before each update would double the time.
                steps = block.text.replace("$ pulumi stack init prod\n", "")
                steps = re.sub(
                    r"(pulumi (?:up|destroy|refresh) --yes)$", r"\1 --skip-preview", steps, flags=re.MULTILINE
                )
                follow(steps, self.stack.folder, self.stack.environment)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(4) as running:
        yield running


@pytest.fixture
def reader(emulator: Emulator, tmp_path: Path) -> Reader:
    return Reader(tmp_path, emulator.url)


def test_a_change_drift_and_a_conflict_go_as_shown(reader: Reader, emulator: Emulator) -> None:
    reader.follow("operations.md", "", *CONVERGE)
    assert AdminClient(emulator.url).params("web")["web/version"] == "1.4"


def test_a_cluster_is_rebuilt_extended_and_destroyed_as_shown(reader: Reader, emulator: Emulator) -> None:
    reader.follow("operations.md", "", *REBUILD)
    admin = AdminClient(emulator.url)
    assert not admin.exists("profiles/web")
    assert admin.profiles_of("node-4") == []


def test_every_session_of_the_operations_is_run() -> None:
    assert {block.heading for block in blocks(DOCS / "operations.md")} == {"", *CONVERGE, *REBUILD}


def test_a_secret_is_shown_to_nobody_and_stands_in_drp_in_clear(reader: Reader, emulator: Emulator) -> None:
    reader.follow("security.md")
    assert AdminClient(emulator.url).params("web") == {"web/port": 80, "web/password": "hunter2"}
    assert "hunter2" not in json.dumps(reader.stack.state())


def test_the_first_run_on_an_endpoint_changes_what_is_declared(reader: Reader, emulator: Emulator) -> None:
    admin = AdminClient(emulator.url)
    admin.post("profiles", {"Name": "site", "Params": {"site/zone": "north", "site/other": 1}})
    reader.follow("real-endpoint.md", "A first profile")
    reader.follow("real-endpoint.md", "Objects that exist already")
    assert admin.params("site") == {"site/zone": "north", "site/other": 1}


def test_the_rights_on_the_page_are_enough_for_a_cluster(reader: Reader, emulator: Emulator) -> None:
    (role,) = (json.loads(block.text) for block in blocks(DOCS / "real-endpoint.md") if block.language == "json")
    del reader.stack.environment["RS_KEY"]
    reader.stack.environment["RS_TOKEN"] = AdminClient(emulator.url).token_for("pulumi", *role["Claims"])
    reader.follow("operations.md", "")
    assert reader.stack.run("config", "set", "reset", "again").ok
    assert reader.stack.up().ok
    assert reader.stack.refresh().ok
    assert reader.stack.destroy().ok
