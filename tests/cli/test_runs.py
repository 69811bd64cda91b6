"""Readiness is proven: whatever dies or is changed in between, no machine counts that has not begun this run."""

import re

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import Agent, make_workflow, start_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.processes import kill
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

TWO = 'ClusterProfile("web", machines=["node-1", "node-2"], workflow="flow", wait_for=None)'


@pytest.fixture
def veteran(admin: AdminClient) -> Agent:
    """A machine that has gone through the workflow before it belongs to any cluster."""
    make_workflow(admin, "flow", "task")
    start_workflow(admin, "node-1", "flow")
    agent = Agent(admin, "node-1")
    agent.work()
    return agent


def has_begun(admin: AdminClient, machine: str) -> bool:
    return int(admin.get(f"machines/Name:{machine}")["CurrentTask"]) >= 0


def killed(stack: Stack, proxy: FaultProxy, after: str, number: int) -> None:
    """Run `up` and kill all of it when the request of that number has landed and is not answered."""
    proxy.before(after, lambda: None, times=number - 1)
    landed, let_go = proxy.hold_reply(after)
    process = stack.start("up", "--yes", "--skip-preview")
    assert landed.wait(120)
    kill(process, stack.folder)
    let_go.set()
    proxy.faults.clear()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_machine_with_the_workflow_from_before_runs_after_a_kill(
    stack: Stack, proxy: FaultProxy, admin: AdminClient, veteran: Agent, number: int
) -> None:
    stack.program(TWO)
    killed(stack, proxy, "PATCH", number)
    succeeded(stack.run("cancel", "--yes"))
    succeeded(stack.up())
    assert [has_begun(admin, f"node-{n}") for n in (1, 2)] == [False, False]
    veteran.work()
    succeeded(stack.up(None, "--expect-no-changes"))


def test_a_504_after_the_assignment_landed_hides_no_run(
    stack: Stack, proxy: FaultProxy, admin: AdminClient, veteran: Agent
) -> None:
    proxy.lose_reply("PATCH", times=2)
    succeeded(stack.up(TWO))
    assert not has_begun(admin, "node-1")


def test_drift_of_a_workflow_is_refused_and_named_with_two_ways_out(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    succeeded(stack.up(TWO))
    for name in ("node-1", "node-2"):
        Agent(admin, name).work()
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    refused = stack.up(None, "--refresh")
    assert not refused.ok
    assert "machine 'node-1' has no workflow instead of 'flow'" in refused.error()
    assert admin.get("machines/Name:node-1")["Workflow"] == ""

    accepted = TWO.replace("wait_for=None", "wait_for=None, restart_on_drift=True")
    shown = succeeded(stack.preview(accepted)).error()
    assert len(re.findall(r"~ start_count *: 1 => 2", shown)) == 1
    succeeded(stack.up(accepted))
    assert (has_begun(admin, "node-1"), has_begun(admin, "node-2")) == (False, True)

    Agent(admin, "node-1").work()
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    assert not stack.up(TWO, "--refresh").ok
    succeeded(stack.up(TWO.replace("wait_for=None", 'wait_for=None, reset="1"')))
    assert (has_begun(admin, "node-1"), has_begun(admin, "node-2")) == (False, False)


def test_a_run_that_drift_asked_for_is_waited_for(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    one = 'ClusterProfile("web", machines=["node-1"], workflow="flow", WAIT, restart_on_drift=True, timeout=2)'
    succeeded(stack.up(one.replace("WAIT", "wait_for=None")))
    Agent(admin, "node-1").work()
    succeeded(stack.up(one.replace("WAIT", "wait_for=()")))
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    waited = stack.up(None, "--refresh")
    assert not waited.ok
    assert "was not ready within 2 s; still waiting for node-1" in waited.error()


def test_replacing_a_cluster_at_work_is_refused(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
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


def test_replace_on_changes_begins_a_new_run(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    program = """
    cluster = drp.ClusterProfile("web", params={"web/port": PORT}, runtime_params={"web/leader": "none"},
                                 opts=pulumi.ResourceOptions(replace_on_changes=["params"]))
    placed = drp.MachineAssignment("node", machine="node-1", profile=cluster.name)
    drp.MachineWorkflow("flow", machine="node-1", workflow="flow", runnable=True, cluster=cluster, assignment=placed)
    """
    succeeded(stack.up(program.replace("PORT", "80")))
    Agent(admin, "node-1").work()
    admin.set_param("web", "web/leader", "node-1")
    admin.set_param("web", "theirs", 1)
    succeeded(stack.up(program.replace("PORT", "81")))
    assert admin.params("web") == {"cluster-profile": "web", "web/port": 81, "web/leader": "none"}
    assert not has_begun(admin, "node-1")
    succeeded(stack.up(None, "--expect-no-changes"))


def test_a_lost_state_is_taken_up_without_running_anything(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    succeeded(stack.up(TWO))
    for name in ("node-1", "node-2"):
        Agent(admin, name).work()
    succeeded(stack.run("stack", "rm", "--force", "--yes"))
    succeeded(stack.run("stack", "init", "dev"))
    refused = stack.up()
    assert "if the state was lost, set adopt=True to go on with the run" in refused.error()
    succeeded(stack.up(TWO.replace("wait_for=None", "wait_for=None, adopt=True")))
    assert [has_begun(admin, f"node-{n}") for n in (1, 2)] == [True, True]
    succeeded(stack.destroy())
    assert not admin.exists("profiles/web")


def test_adopting_a_cluster_that_others_made_starts_no_machine(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    admin.post("profiles", {"Name": "web", "Params": {"cluster-profile": "web"}})
    admin.patch("machines/Name:node-1", {"op": "add", "path": "/Profiles/-", "value": "web"})
    for name in ("node-1", "node-2"):
        start_workflow(admin, name, "flow")
        Agent(admin, name).work()
    succeeded(stack.up(TWO.replace("wait_for=None", "wait_for=None, adopt=True")))
    assert (has_begun(admin, "node-1"), has_begun(admin, "node-2")) == (True, False)


def test_a_destroy_leaves_what_another_stack_made_again(stack: Stack, admin: AdminClient) -> None:
    succeeded(stack.up('drp.Profile("web")'))
    admin.delete("profiles/web")
    admin.post("profiles", {"Name": "web", "Meta": {"pulumi-owner": "other/prod/web"}})
    refused = stack.destroy()
    assert "profile 'web' carries the mark of 'other/prod/web', so it was not deleted" in refused.error()
    succeeded(stack.refresh())
    succeeded(stack.destroy())
    assert admin.exists("profiles/web")
