"""Runs that died, and states that were lost, with the real command: what is listed, and that its advice ends it."""

import shlex
import time
from collections.abc import Collection
from contextlib import suppress
from importlib.metadata import EntryPoint

import pytest

from drp_provider.leftovers.__main__ import main
from tests.support import leftovers
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.leftovers import Listed
from tests.support.processes import kill
from tests.support.stack import KEY, ROOT, Stack, succeeded

pytestmark = pytest.mark.cli

CLUSTER = 'ClusterProfile("web", machines=["node-1", "node-2"], content=cluster_pattern.CONTENT)'
QUESTIONS = {"cancel": ["--yes"], "up": ["--yes", "--skip-preview"], "refresh": ["--yes", "--skip-preview"]}


def listed(stack: Stack, *words: str) -> Listed:
    found = leftovers.run("--json", *words, folder=stack.folder, environment=stack.environment)
    assert found.code == (2 if found.found else 0), found.complaint
    return found


def follow(stack: Stack, found: Listed) -> None:
    """Run what is advised to someone whose program is as it was."""
    for command in found.commands("if_declared"):
        _, *words = shlex.split(command)
        succeeded(stack.run(*words, *QUESTIONS[words[0]]))


def wait_until_recorded(stack: Stack, types: Collection[str]) -> None:
    """Wait until the state holds these resources: a kill in the middle of a write would leave half a file."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with suppress(OSError, TypeError, ValueError):  # half a file is no JSON, and a new stack has no resources
            if {one["type"].rpartition(":")[2] for one in stack.state().get("resources", ())} >= {*types}:
                return
    raise AssertionError(f"the state does not hold {types}")


def killed_after(stack: Stack, proxy: FaultProxy, method: str, program: str, *, others: Collection[str] = ()) -> None:
    """Kill an `up`, with -9, as soon as a request of this method has landed and the others are recorded."""
    landed, let_go = proxy.hold_reply(method)
    stack.program(program)
    process = stack.start("up", "--yes", "--skip-preview")
    assert landed.wait(120)
    wait_until_recorded(stack, others)
    kill(process, stack.folder)
    let_go.set()


def test_what_a_killed_run_left_is_listed_and_taken_over(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    killed_after(stack, proxy, "PATCH", CLUSTER, others=["MachineAssignment"])
    before = {prefix: admin.get(prefix) for prefix in ("profiles", "machines")}
    held = next(one.path for one in proxy.requests if one.method == "PATCH").rpartition(":")[2]
    proxy.forget()
    found = listed(stack)
    assert {f"resource MachineAssignment 'web-{held}'", f"machine {held!r}"} <= set(found.objects)
    assert {call.partition(" ")[0] for call in proxy.calls()} == {"GET"}
    assert {prefix: admin.get(prefix) for prefix in before} == before
    follow(stack, found)
    assert listed(stack).found == []
    assert [admin.profiles_of(f"node-{number}") for number in (1, 2)] == [["web"]] * 2
    succeeded(stack.up(None, "--expect-no-changes"))


def test_what_a_lost_state_knew_is_listed_and_taken_over(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    """Address and key come from the environment, or else from the stack's configuration."""
    del stack.environment["PULUMI_STACK"]
    succeeded(stack.run("stack", "select", "dev"))
    succeeded(stack.up(CLUSTER))
    assert listed(stack).found == []
    succeeded(stack.run("stack", "rm", "--force", "--yes"))
    lost = leftovers.run(folder=stack.folder, environment=stack.environment)
    assert (lost.code, lost.said) == (1, "")
    assert lost.complaint.startswith("error: `pulumi stack export` failed (no stack selected")
    succeeded(stack.run("stack", "init", "dev"))
    for name in ("RS_ENDPOINT", "RS_KEY"):
        del stack.environment[name]
    configuration = ("--plaintext", f"drp:endpoint={proxy.url}", "--secret", f"drp:key={KEY}")
    succeeded(stack.run("config", "set-all", *configuration))
    found = listed(stack)
    assert found.objects == [
        "machine 'node-1'",
        "machine 'node-2'",
        "profile 'web'",
        "content pack 'cluster-pattern'",
    ]
    assert listed(stack, "--stack", "dev") == found
    follow(stack, found)
    assert listed(stack).found == []
    succeeded(stack.destroy())
    assert listed(stack).found == []
    assert not admin.exists("profiles/web")


def test_the_package_installs_the_command() -> None:
    text = (ROOT / "pyproject.toml").read_text().partition("[project.scripts]\n")[2]
    name, _, target = text.partition("\n")[0].partition(" = ")
    assert name == "drp-leftovers"
    assert EntryPoint(name, target.strip('"'), "console_scripts").load() is main
