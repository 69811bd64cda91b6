"""What a reviewer reads of a cluster: what changes and what runs again, and nothing that only links resources."""

import re

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import Agent, make_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Outcome, Stack, succeeded

pytestmark = pytest.mark.cli

CLUSTER = """
ClusterProfile("web", name="NAME", params={"web/port": PORT}, runtime_params={"web/leader": "none"},
               machines=MACHINES, workflow="flow", reset=RESET)
"""
FIRST = {"NAME": "web", "PORT": "80", "MACHINES": '["node-1"]', "RESET": "None"}
LINKS = {"restart", "trigger", "position", "owner", "secret_keys", "adopted_machines", "masked_params"}
_ROW = re.compile(r"drp:(\w+) (\S+) .*?(?:\[diff: ([^\]]*)\])?\s*$", re.MULTILINE)


def program(**changes: str) -> str:
    text = CLUSTER
    for name, value in {**FIRST, **changes}.items():
        text = text.replace(name, value)
    return text


def rows(shown: Outcome) -> dict[str, set[str]]:
    """Return the inputs that a preview or an update names in the row of each resource."""
    found: dict[str, set[str]] = {}
    for _, name, inputs in _ROW.findall(succeeded(shown).error()):
        found.setdefault(name, set()).update(re.findall(r"\w+", inputs))
    return found


def values(shown: Outcome) -> set[str]:
    """Return the inputs of which `--diff` shows a value."""
    return set(re.findall(r"^ *[~+-]? *(\w+) *: (?!\()", succeeded(shown).error(), re.MULTILINE)) - {"Resources"}


@pytest.fixture
def cluster(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> Stack:
    """A cluster of one machine; whenever the provider asks, the machines have just done their jobs."""
    make_workflow(admin, "flow", "task")
    agents = [Agent(admin, f"node-{n}") for n in (1, 2)]

    def work() -> None:
        for agent in agents:
            agent.work()

    proxy.before("GET", work, times=10_000)
    succeeded(stack.up(program()))
    return stack


def test_a_changed_param_shows_the_param_alone(cluster: Stack) -> None:
    cluster.program(program(PORT="81"))
    assert rows(cluster.run("preview", "--color", "never")) == {"web": {"params"}}


def test_a_reset_shows_what_runs_again(cluster: Stack) -> None:
    cluster.program(program(RESET='"1"'))
    wanted = {"web": {"reset"}, "web-node-1-workflow": {"start_count"}, "web-ready": {"run"}}
    assert rows(cluster.run("preview", "--color", "never")) == wanted
    assert values(cluster.preview()) == {"reset", "start_count", "run"}
    assert rows(cluster.up()) == wanted


def test_another_machine_shows_itself_and_the_wait(cluster: Stack) -> None:
    cluster.program(program(MACHINES='["node-1", "node-2"]'))
    wanted = {"web-node-2": set(), "web-node-2-workflow": set(), "web-ready": {"machines"}}
    assert rows(cluster.run("preview", "--color", "never")) == wanted
    assert rows(cluster.up()) == wanted


def test_another_name_shows_what_is_replaced(cluster: Stack) -> None:
    cluster.program(program(NAME="web-2"))
    wanted = {
        "web": {"name", "params"},
        "web-node-1": {"profile"},
        "web-node-1-workflow": {"start_count"},
        "web-ready": {"machines", "profile", "run"},
    }
    assert rows(cluster.run("preview", "--color", "never")) == wanted
    assert not values(cluster.preview()) & LINKS
    wanted["web-ready"] -= {"machines"}
    assert rows(cluster.up()) == wanted


def test_the_programs_own_hidden_diffs_stay_hidden(stack: Stack) -> None:
    own = 'drp.Profile("web", params={"a/b": 1}, description="D", opts=pulumi.ResourceOptions(hide_diffs=["params"]))'
    succeeded(stack.up(own))
    changed = own.replace("1}", "2}").replace('"D"', '"E"')
    assert values(stack.preview(changed)) == {"description"}
