"""`make demo` and `make demo-clean`, with the real engine, in checkouts of their own."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support import picture
from tests.support.document import lines
from tests.support.processes import end_all_in
from tests.support.stack import ROOT

PARTS = ("Pulumi.yaml", "__main__.py", "components", "content", "drp_emulator", "drp_provider", "gotemplate", "tools")
REPORT = 'params.example/version: reviewed "1.1" / live "1.1-hotfix" / wanted "1.2"'

pytestmark = pytest.mark.cli


class Checkout:
    """What the demo needs of this checkout, in a folder of its own, on the environment of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(ROOT / part, folder / part)
        (folder / ".venv").symlink_to(ROOT / ".venv")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        # An endpoint in the caller's environment: whatever reached for it would fail.
        environment = {**os.environ, "RS_ENDPOINT": "https://127.0.0.1:9", "RS_TOKEN": "x"}
        return subprocess.Popen(
            [sys.executable, "tools/demo", *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def demo(self, *arguments: str, status: int = 0) -> str:
        """Run the demo to its end; return what it printed."""
        process = self.start(*arguments)
        try:
            said, _ = process.communicate()
        finally:
            end(process)
        assert process.returncode == status, said
        return said

    def demo_killed_at(self, text: str) -> None:
        """Run the demo until it prints the text, and kill it with all that it started."""
        process = self.start()
        try:
            assert process.stdout is not None
            assert any(text in line for line in process.stdout), "the demo ended before"
        finally:
            end(process)
            end_all_in(self.folder)

    def leftovers(self) -> list[str]:
        """Stacks, configuration and endpoints that are still here."""
        places = ("Pulumi.*.yaml", ".drp/*", ".pulumi/state/.pulumi/stacks/drp-cluster/*.json")
        return [str(file) for place in places for file in self.folder.glob(place)]


def end(process: subprocess.Popen[str]) -> None:
    """Kill the process group, if any of it is left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout is not None:
        process.stdout.close()
    process.wait()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return Checkout(folder)


def test_the_demo_starts_over_and_leaves_nothing_behind(checkout: Checkout) -> None:
    """A killed demo is dropped first; then it tells its story, and `--clean` takes all away."""
    checkout.demo_killed_at("ClusterProfile cluster created")

    story = checkout.demo()

    assert "An earlier demo is still here" in story
    order = [
        "$ pulumi preview",
        "+ 11 to create",
        "example: 3 of 3 machines are done",
        "+ 11 created",
        "$ pulumi stack output leader",
        "$ pulumi stack output data",
        "machines that carry it: node-1, node-2, node-3",
        "green   anchor",
        'example/version: "1.0" => "1.1"',
        "error: Conflict: cluster profile 'example' was changed by someone else since it was reviewed; nothing was",
        REPORT,
        "$ pulumi refresh",
        'example/version: "1.1" => "1.1-hotfix"',
        'example/version: "1.1-hotfix" => "1.2"',
        'example/version          "1.2"',
        "make demo-clean",
    ]
    rest = story
    for fact in order:
        _, found, rest = rest.partition(fact)
        assert found, f"not told, or not at this point: {fact}\n{story}"
    assert not (picture.lines() - lines(story)), "`make picture` draws it anew"
    assert "\x1b" not in story, "colours are for terminals"
    assert not [line for line in story.splitlines() if line.startswith(("@", "  @"))]

    farewell = checkout.demo("--clean")

    assert "- 11 deleted" in farewell
    assert "more than Pulumi knows of" not in farewell
    assert checkout.leftovers() == []
    assert "nothing to take away" in checkout.demo("--clean")


def test_a_demo_that_goes_otherwise_fails_in_a_sentence(checkout: Checkout) -> None:
    with (checkout.folder / "__main__.py").open("a") as program:
        program.write('\nimport drp_provider\n\ndrp_provider.Profile("one-more")\n')

    story = checkout.demo(status=1)

    last = story.splitlines()[-1]
    assert last == "The demo did not go as told: expected that the preview announces each part of the cluster."
    assert "Traceback" not in story
    assert "The demo is removed" in checkout.demo("--clean")
    assert checkout.leftovers() == []
