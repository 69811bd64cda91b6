"""A machine is done if it has begun this run and completed the workflow that the program names."""

from collections.abc import Iterator
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.admin import KEY, AdminClient
from tests.support.agent import Agent, make_workflow, start_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

MODEL = "cluster_ready:ClusterReady"
MARK = "/Meta/pulumi-run~1"


@pytest.fixture(scope="module", params=["v4.8", "v3.13"])
def shared_endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=1, dialect=request.param) as running:
        yield running


@pytest.fixture
def machine(admin: AdminClient, name: str) -> str:
    """Return a machine that carries the profile of that name and has completed its workflow."""
    make_workflow(admin, name, f"{name}-task")
    admin.post("profiles", {"Name": name})
    admin.post("machines", {"Name": name, "Profiles": [name]})
    start_workflow(admin, name, name)
    Agent(admin, name).work()
    return str(admin.get(f"machines/Name:{name}")["Uuid"])


def inputs(name: str, machine: str, **more: Any) -> dict[str, Any]:
    return {"profile": name, "machines": [machine], "workflow": name, "poll_seconds": 0.1, "timeout": 0.2, **more}


@pytest.mark.parametrize("mark", [None, "aa:1", "bb:2"])
def test_a_machine_of_another_run_is_not_done(
    plugin: Plugin, admin: AdminClient, name: str, machine: str, mark: str | None
) -> None:
    if mark:
        admin.patch(f"machines/{machine}", {"op": "add", "path": f"{MARK}{name}", "value": mark})
    with pytest.raises(PluginError, match=rf"still waiting for {name} \(another run, because this one has not begun"):
        plugin.create(MODEL, inputs(name, machine, run="aa:2"))
    admin.patch(f"machines/{machine}", {"op": "add", "path": f"{MARK}{name}", "value": "aa:2"})
    assert plugin.create(MODEL, inputs(name, machine, run="aa:2"))[1]["members"] == {name: machine}


def test_a_chain_is_done_at_its_end(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, machine: str
) -> None:
    for step in ("middle", "last"):
        make_workflow(admin, f"{name}-{step}", f"{name}-{step}-task")
    chained = inputs(name, machine, final_workflows=[f"{name}-last"], timeout=60)
    steps = iter(["middle", "last"])

    def go_on() -> None:
        step = next(steps, None)
        if step:
            start_workflow(admin, name, f"{name}-{step}")
            Agent(admin, name).work()

    proxy.forget()
    proxy.before("GET", lambda: None)
    proxy.before("GET", go_on, times=99)
    assert plugin.create(MODEL, chained)[1]["members"] == {name: machine}
    assert len(proxy.calls()) == 3
    admin.patch(f"machines/{machine}", {"op": "replace", "path": "/Workflow", "value": ""})
    with pytest.raises(PluginError, match=r"was given the workflow '\(none\)'"):
        plugin.create(MODEL, chained)


def test_a_time_out_shows_the_end_of_a_log(plugin: Plugin, admin: AdminClient, name: str, machine: str) -> None:
    make_workflow(admin, f"{name}-slow", f"{name}-slow-task")
    start_workflow(admin, name, f"{name}-slow")
    job = admin.post("jobs", {"Machine": machine})["Uuid"]
    admin.patch(f"jobs/{job}", {"op": "add", "path": "/State", "value": "running"})
    admin.put_text(f"jobs/{job}/log", "waiting for the rack\n")
    with pytest.raises(PluginError, match=rf"The log of {name} ends:\n    waiting for the rack"):
        plugin.create(MODEL, {**inputs(name, machine), "workflow": f"{name}-slow"})


def test_a_leader_that_leaves_is_named_in_the_diff(proxy: FaultProxy) -> None:
    olds = {
        "profile": "web", "machines": ["u-1", "u-2"], "leader": "web/leaders", "members": {"node-1": "u-1"},
        "collected": {"web/leaders": [{"Name": "node-1", "Uuid": "u-1"}]},
    }  # fmt: skip
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}) as plugin:
        plugin.diff(MODEL, olds, {**olds, "timeout": 5})
        assert "leaves" not in plugin.stderr
        plugin.diff(MODEL, olds, {**olds, "machines": ["u-2"]})
        assert "cluster 'web': machine node-1, which leads it (web/leaders), leaves" in plugin.stderr
