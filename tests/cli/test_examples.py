"""Every program below examples/ does what it says, on simulated machines."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from drp_emulator import Emulator
from tests.support.admin import AdminClient
from tests.support.stack import ROOT, Stack

pytestmark = pytest.mark.cli

EXAMPLES = ROOT / "examples"


@pytest.fixture
def simulator() -> Iterator[Emulator]:
    with Emulator(4) as running:
        yield running


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path, simulator: Emulator) -> Stack:
    """The program, up on simulated machines."""
    stack = Stack(tmp_path, simulator.url, project=EXAMPLES / str(request.param))
    done = stack.up()
    assert done.ok, done.text
    return stack


def gone(stack: Stack, simulator: Emulator, profile: str) -> None:
    """The program leaves nothing behind."""
    assert stack.up(None, "--expect-no-changes").ok
    assert stack.destroy().ok
    admin = AdminClient(simulator.url)
    assert not admin.exists(f"profiles/{profile}")
    assert not admin.exists("contents/cluster-pattern")
    assert [admin.get(f"machines/Name:{name}")["Workflow"] for name in simulator.machines] == [""] * 4


@pytest.mark.parametrize("example", ["leader-election"], indirect=True)
def test_the_leader_is_a_machine_that_publishes_where_it_is(example: Stack, simulator: Emulator) -> None:
    leader = example.output("leader")
    assert leader in list(simulator.machines)[:3]
    assert example.output("data")["Name"] == leader
    assert example.output("data")["Uuid"] == simulator.machines[leader]
    gone(example, simulator, "example")


@pytest.mark.parametrize("example", ["own-task"], indirect=True)
def test_servers_get_their_ports_from_their_places(example: Stack, simulator: Emulator) -> None:
    assert example.output("settings") == {"Title": f"Served by {example.output('leader')}'s farm"}
    servers = example.output("servers")
    assert sorted(servers) == ["node-1", "node-2", "node-3"]
    assert sorted(url.rpartition(":")[2] for url in servers.values()) == ["9000", "9001", "9002"]
    gone(example, simulator, "farm")


@pytest.mark.parametrize("example", ["krib"], indirect=True)
def test_krib_has_three_masters_and_a_secret_join_command(example: Stack, simulator: Emulator) -> None:
    masters = example.output("masters")
    assert len(masters) == len(set(masters)) == 3
    assert example.output("first_master") == masters[0]
    params = AdminClient(simulator.url).params("krib")
    assert params["krib/cluster-profile"] == params["etcd/cluster-profile"] == "krib"
    assert example.output("join_command") == params["krib/cluster-join-command"]
    token = params["krib/cluster-bootstrap-token"]
    written = [file.read_text(errors="replace") for file in example.folder.parent.rglob("*.json") if file.is_file()]
    assert written
    assert not [text for text in written if token in text]
    gone(example, simulator, "krib")


def test_the_pattern_takes_twenty_lines() -> None:
    program = (EXAMPLES / "leader-election" / "__main__.py").read_text()
    first = ast.parse(program).body[1].lineno
    assert len(program.splitlines()[first - 1 :]) <= 20


def test_every_example_is_run_here() -> None:
    programs = {path.parent.name for path in EXAMPLES.glob("*/__main__.py")}
    run = {"leader-election", "own-task", "krib"}
    assert programs == run
