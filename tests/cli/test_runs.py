"""Readiness is proven: whatever dies or is changed in between, no machine counts that has not begun this run."""

import re

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import Agent, make_workflow, start_workflow
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

TWO = 'ClusterProfile("web", machines=["node-1", "node-2"], workflow="flow", wait_for=None)\n'


def has_begun(admin: AdminClient, machine: str) -> bool:
    return int(admin.get(f"machines/Name:{machine}")["CurrentTask"]) >= 0


def test_drift_of_a_workflow_is_refused_with_two_ways_out(stack: Stack, admin: AdminClient) -> None:
    """`restart_on_drift` runs the one machine again and waits for it; a reset runs all; `--replace` is refused."""
    make_workflow(admin, "flow", "task")
    succeeded(stack.up(TWO))
    for name in ("node-1", "node-2"):
        Agent(admin, name).work()
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    refused = stack.up(None, "--refresh")
    assert not refused.ok
    assert "machine 'node-1' has no workflow instead of 'flow'" in refused.error()
    assert admin.get("machines/Name:node-1")["Workflow"] == ""

    accepted = TWO.replace("wait_for=None", "wait_for=(), timeout=2, restart_on_drift=True")
    shown = succeeded(stack.preview(accepted)).error()
    assert len(re.findall(r"~ start_count *: 1 => 2", shown)) == 1
    waited = stack.up(accepted)
    assert not waited.ok
    assert "was not ready within 2 s; still waiting for node-1" in waited.error()
    assert (has_begun(admin, "node-1"), has_begun(admin, "node-2")) == (False, True)

    Agent(admin, "node-1").work()
    urn = next(r["urn"] for r in stack.resources("ClusterProfile"))
    replaced = stack.up(TWO, "--replace", urn)
    assert not replaced.ok
    assert (
        "node-1, node-2 have begun its run: to begin a new run, change `reset` instead of `--replace`"
        in replaced.error()
    )
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": ""})
    assert not stack.up(TWO, "--refresh").ok
    succeeded(stack.up(TWO.replace("wait_for=None", 'wait_for=None, reset="1"')))
    assert (has_begun(admin, "node-1"), has_begun(admin, "node-2")) == (False, False)
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


def test_adopting_a_cluster_starts_no_machine_twice(stack: Stack, admin: AdminClient) -> None:
    """A cluster whose state was lost goes on with its run; machines of a cluster that others made count as begun."""
    make_workflow(admin, "flow", "task")
    both = TWO + 'ClusterProfile("old", machines=["node-3", "node-4"], workflow="flow", wait_for=None, adopt=True)\n'
    succeeded(stack.up(TWO))
    admin.post("profiles", {"Name": "old", "Params": {"cluster-profile": "old"}})
    admin.patch("machines/Name:node-3", {"op": "add", "path": "/Profiles/-", "value": "old"})
    for name in ("node-3", "node-4"):
        start_workflow(admin, name, "flow")
    for name in ("node-1", "node-2", "node-3", "node-4"):
        Agent(admin, name).work()
    stack.lose()
    refused = stack.up()
    assert "if the state was lost, set adopt=True to go on with the run" in refused.error()
    succeeded(stack.up(both.replace("wait_for=None)", "wait_for=None, adopt=True)")))
    begun = [has_begun(admin, f"node-{number}") for number in (1, 2, 3, 4)]
    assert begun == [True, True, True, False]
    succeeded(stack.destroy())
    assert not admin.exists("profiles/web")
