"""README.md is short, and its programs and commands do what it shows."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drp_emulator.machines.path_setup import write_subset
from tests.support import machines
from tests.support.admin import AdminClient
from tests.support.document import blocks
from tests.support.session import follow
from tests.support.stack import KEY, ROOT

README = ROOT / "README.md"
BLOCKS = blocks(README)
START = "python -m drp_emulator --machines 3"
LOGIN, INIT = "pulumi login --local", "pulumi stack init dev"


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(README.read_text().splitlines()) <= 110


def test_every_block_of_the_readme_is_run() -> None:
    assert [(block.heading, block.language) for block in BLOCKS] == [
        ("", "sh"),  # make targets: tests/cli/test_demo.py runs the demo
        ("A profile", "python"),
        ("A profile", "console"),
        ("A cluster", "python"),
        ("A cluster", "console"),
        ("Your own project", "sh"),  # installs packages: tests/meta/test_install_page.py
        ("Your own project", "yaml"),
    ]


class Project:
    """A folder with the README's Pulumi.yaml, and what its reader has on PATH and in the environment."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder / "my-cluster"
        self.folder.mkdir()
        commands = folder / "bin"
        commands.mkdir()
        write_subset(commands)
        self.environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(commands), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tools" / "import_path")]),
            "HOME": str(folder),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "RS_ENDPOINT": endpoint,
            "RS_KEY": KEY,
        }
        (yaml,) = texts("Your own project", "yaml")
        (self.folder / "Pulumi.yaml").write_text(yaml)

    def program(self, text: str) -> None:
        (self.folder / "__main__.py").write_text(text)

    def follow(self, session: str) -> str:
        return follow(session, self.folder, self.environment)


def texts(heading: str, language: str) -> list[str]:
    return [block.text for block in BLOCKS if (block.heading, block.language) == (heading, language)]


@contextmanager
def prepared(folder: Path) -> Iterator[tuple[Project, AdminClient]]:
    """Start the emulator and make the stack by the commands that the README names in its text."""
    text = README.read_text()
    assert all(f"`{command}`" in text for command in (START, LOGIN, INIT))
    with machines.started_by(START, folder) as endpoint:
        project = Project(folder, endpoint)
        # `--local` is the home folder of the account, whatever HOME says, so the test logs in to a folder of its own.
        project.follow(f"$ pulumi login file://{folder}\n$ {INIT}\n")
        yield project, AdminClient(endpoint)


@pytest.mark.cli
def test_the_readmes_profile_is_not_overwritten(tmp_path: Path) -> None:
    (program,), (session,) = texts("A profile", "python"), texts("A profile", "console")
    with prepared(tmp_path) as (project, admin):
        project.program(program)
        project.follow(session)
        assert admin.params("ntp") == {"ntp/servers": ["clock-9"]}
        assert "ntp" in admin.profiles_of("node-1")


@pytest.mark.cli
def test_the_readmes_cluster_comes_up_and_names_its_leader(tmp_path: Path) -> None:
    (program,), (session,) = texts("A cluster", "python"), texts("A cluster", "console")
    assert len(program.splitlines()) <= 20
    with prepared(tmp_path) as (project, admin):
        project.program(program)
        project.follow(session)
        assert admin.params("web")["cluster-pattern/leader"] == admin.get("machines/Name:" + leader(project))["Uuid"]


def leader(project: Project) -> str:
    return project.follow("$ pulumi stack output leader\n").strip()
