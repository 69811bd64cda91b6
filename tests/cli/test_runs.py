"""Readiness is proven: whatever dies or is changed in between, no machine counts that has not begun this run."""

import re

import pytest

from tests.support.agent import Agent, make_workflow, start_workflow
from tests.support.door import Door
from tests.support.operator import Operator
from tests.support.processes import kill
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

TWO = 'ClusterProfile("web", machines=["node-1", "node-2"], workflow="flow", wait_for=None)'


@pytest.fixture
def veteran(operator: Operator) -> Agent:
    """A machine that has gone through the workflow before it belongs to any cluster."""
    make_workflow(operator, "flow", "task")
    start_workflow(operator, "node-1", "flow")
    agent = Agent(operator, "node-1")
    agent.work()
    return agent


def has_begun(operator: Operator, machine: str) -> bool:
    return int(operator.get(f"machines/Name:{machine}")["CurrentTask"]) >= 0


def killed(stack: Stack, door: Door, after: str, number: int) -> None:
    """Run `up` and kill all of it when the request of that number has landed and is not answered."""
    door.before(after, lambda: None, times=number - 1)
    landed, let_go = door.hold_reply(after)
    process = stack.start("up", "--yes", "--skip-preview")
    assert landed.wait(120)
    kill(process, stack.folder)
    let_go.set()
    door.faults.clear()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_machine_with_the_workflow_from_before_runs_after_a_kill(
    stack: Stack, door: Door, operator: Operator, veteran: Agent, number: int
) -> None:
    stack.program(TWO)
    killed(stack, door, "PATCH", number)
    succeeded(stack.run("cancel", "--yes"))
    succeeded(stack.up())
    assert [has_begun(operator, f"node-{n}") for n in (1, 2)] == [False, False]
    veteran.work()
    succeeded(stack.up(None, "--expect-no-changes"))


def test_a_504_after_the_assignment_landed_hides_no_run(
    stack: Stack, door: Door, operator: Operator, veteran: Agent
) -> None:
    door.lose_reply("PATCH", times=2)
    succeeded(stack.up(TWO))
    assert not has_begun(operator, "node-1")


def test_drift_of_a_workflow_is_refused_and_named_with_two_ways_out(stack: Stack, operator: Operator) -> None:
    make_workflow(operator, "flow", "task")
    succeeded(stack.up(TWO))
    for name in ("node-1", "node-2"):
        Agent(operator, name).work()
    operator.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    refused = stack.up(None, "--refresh")
    assert not refused.ok
    assert "machine 'node-1' has no workflow instead of 'flow'" in refused.error()
    assert operator.get("machines/Name:node-1")["Workflow"] == ""

    accepted = TWO.replace("wait_for=None", "wait_for=None, restart_on_drift=True")
    shown = succeeded(stack.preview(accepted)).error()
    assert len(re.findall(r"~ starts +: 1 => 2", shown)) == 1
    succeeded(stack.up(accepted))
    assert (has_begun(operator, "node-1"), has_begun(operator, "node-2")) == (False, True)

    Agent(operator, "node-1").work()
    operator.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    assert not stack.up(TWO, "--refresh").ok
    succeeded(stack.up(TWO.replace("wait_for=None", 'wait_for=None, reset="1"')))
    assert (has_begun(operator, "node-1"), has_begun(operator, "node-2")) == (False, False)


def test_a_run_that_drift_asked_for_is_waited_for(stack: Stack, operator: Operator) -> None:
    make_workflow(operator, "flow", "task")
    one = 'ClusterProfile("web", machines=["node-1"], workflow="flow", WAIT, restart_on_drift=True, timeout=2)'
    succeeded(stack.up(one.replace("WAIT", "wait_for=None")))
    Agent(operator, "node-1").work()
    succeeded(stack.up(one.replace("WAIT", "wait_for=()")))
    operator.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    waited = stack.up(None, "--refresh")
    assert not waited.ok
    assert "was not ready within 2 s; still waiting for node-1" in waited.error()


def test_replacing_a_cluster_at_work_is_refused(stack: Stack, operator: Operator) -> None:
    make_workflow(operator, "flow", "task")
    succeeded(stack.up(TWO))
    urn = next(r["urn"] for r in stack.resources("ClusterProfile"))
    refused = stack.up(None, "--replace", urn)
    assert not refused.ok
    assert (
        "node-1, node-2 have begun its run: to begin a new run, change `reset` instead of `--replace`"
        in refused.error()
    )
    succeeded(stack.up(TWO.replace("wait_for=None", 'wait_for=None, reset="1"')))
    succeeded(stack.up(None, "--expect-no-changes"))


def test_replace_on_changes_begins_a_new_run(stack: Stack, operator: Operator) -> None:
    make_workflow(operator, "flow", "task")
    program = """
    cluster = drp.ClusterProfile("web", params={"web/port": PORT}, runtime_params={"web/leader": "none"},
                                 opts=pulumi.ResourceOptions(replace_on_changes=["params"]))
    placed = drp.MachineAssignment("node", machine="node-1", profile=cluster.name)
    drp.MachineWorkflow("flow", machine="node-1", workflow="flow", runnable=True, restart=cluster.generation,
                        place=placed.place)
    """
    succeeded(stack.up(program.replace("PORT", "80")))
    Agent(operator, "node-1").work()
    operator.set_param("web", "web/leader", "node-1")
    operator.set_param("web", "theirs", 1)
    succeeded(stack.up(program.replace("PORT", "81")))
    assert operator.params("web") == {"cluster-profile": "web", "web/port": 81, "web/leader": "none"}
    assert not has_begun(operator, "node-1")
    succeeded(stack.up(None, "--expect-no-changes"))


def test_a_lost_state_is_taken_up_without_running_anything(stack: Stack, operator: Operator) -> None:
    make_workflow(operator, "flow", "task")
    succeeded(stack.up(TWO))
    for name in ("node-1", "node-2"):
        Agent(operator, name).work()
    succeeded(stack.run("stack", "rm", "--force", "--yes"))
    succeeded(stack.run("stack", "init", "dev"))
    refused = stack.up()
    assert "if the state was lost, set adopt=True to go on with the run" in refused.error()
    succeeded(stack.up(TWO.replace("wait_for=None", "wait_for=None, adopt=True")))
    assert [has_begun(operator, f"node-{n}") for n in (1, 2)] == [True, True]
    succeeded(stack.destroy())
    assert not operator.exists("profiles/web")


def test_adopting_a_cluster_that_others_made_starts_no_machine(stack: Stack, operator: Operator) -> None:
    make_workflow(operator, "flow", "task")
    operator.post("profiles", {"Name": "web", "Params": {"cluster-profile": "web"}})
    operator.patch("machines/Name:node-1", {"op": "add", "path": "/Profiles/-", "value": "web"})
    for name in ("node-1", "node-2"):
        start_workflow(operator, name, "flow")
        Agent(operator, name).work()
    succeeded(stack.up(TWO.replace("wait_for=None", "wait_for=None, adopt=True")))
    assert (has_begun(operator, "node-1"), has_begun(operator, "node-2")) == (True, False)


def test_a_destroy_leaves_what_another_stack_made_again(stack: Stack, operator: Operator) -> None:
    succeeded(stack.up('drp.Profile("web")'))
    operator.delete("profiles/web")
    operator.post("profiles", {"Name": "web", "Meta": {"pulumi-owner": "other/prod/web"}})
    refused = stack.destroy()
    assert "profile 'web' carries the mark of 'other/prod/web', so it was not deleted" in refused.error()
    succeeded(stack.refresh())
    succeeded(stack.destroy())
    assert operator.exists("profiles/web")
