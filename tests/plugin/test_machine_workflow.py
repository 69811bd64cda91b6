"""Machine workflows on both versions of DRP: set with a test, restarted on request, cleared if still ours."""

from collections.abc import Iterator
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

MODEL = "machine_workflow:MachineWorkflow"
LEFT_TO_THE_ENGINE, NOTHING = 0, 1


@pytest.fixture(scope="module", params=["v4.8", "v3.13"])
def shared_endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=1, dialect=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def later(shared_door: FaultProxy) -> Iterator[Plugin]:
    """Return the provider of a later run, whose registry is empty."""
    with Plugin({"RS_ENDPOINT": shared_door.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


@pytest.fixture
def flow(admin: AdminClient, name: str) -> str:
    """Create a workflow, and a second one with the same stage."""
    admin.post("stages", {"Name": f"{name}-stage"})
    for workflow in (name, f"{name}-twin"):
        admin.post("workflows", {"Name": workflow, "Stages": [f"{name}-stage"]})
    return name


@pytest.fixture
def machine(admin: AdminClient, name: str, flow: str, proxy: FaultProxy) -> str:
    made = admin.post("machines", {"Name": f"{name}-machine"})
    proxy.forget()
    return str(made["Name"])


def of(admin: AdminClient, machine: str) -> dict[str, Any]:
    return dict(admin.get(f"machines/Name:{machine}"))


def put(admin: AdminClient, machine: str, **members: Any) -> None:
    lines = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items()]
    admin.patch(f"machines/Name:{machine}", *lines)


def run(admin: AdminClient, machine: str) -> None:
    """Run the stages, which have no tasks, as the machine's agent."""
    while (now := of(admin, machine))["CurrentTask"] < len(now["Tasks"]):
        assert admin.send("POST", "jobs", {"Machine": now["Uuid"]}).status_code == 204


def bodies(proxy: FaultProxy) -> list[Any]:
    return [request.body for request in proxy.requests if request.method == "PATCH"]


def test_setting_and_clearing_cost_one_request_each(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    uuid = of(admin, machine)["Uuid"]
    id_, outputs = plugin.create(MODEL, {"machine": machine, "workflow": flow})
    assert proxy.calls() == [f"PATCH machines/Name:{machine}"]
    assert (id_, outputs["machine_uuid"], outputs["machine_name"]) == (uuid, uuid, machine)
    assert bodies(proxy) == [
        [
            {"op": "test", "path": "/Workflow", "value": ""},
            {"op": "replace", "path": "/Workflow", "value": flow},
        ]
    ]
    assert of(admin, machine)["Tasks"] == [f"stage:{flow}-stage"]
    assert later.read(MODEL, id_, outputs)[2]["workflow"] == flow
    proxy.forget()
    later.delete(MODEL, id_, outputs)
    assert proxy.calls() == [f"PATCH machines/{uuid}"]
    assert of(admin, machine)["Workflow"] == ""
    later.delete(MODEL, id_, outputs)


def test_a_stopped_machine_is_started_only_on_request(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    put(admin, machine, Runnable=False)
    inputs = {"machine": machine, "workflow": flow}
    id_, outputs = plugin.create(MODEL, inputs)
    assert of(admin, machine)["Runnable"] is False
    proxy.forget()
    plugin.update(MODEL, id_, outputs, {**inputs, "runnable": True})
    assert proxy.calls() == [f"PATCH machines/{id_}"]
    assert of(admin, machine)["Runnable"] is True
    put(admin, machine, Runnable=False)
    proxy.forget()
    plugin.update(MODEL, id_, outputs, {"machine": machine, "workflow": f"{flow}-twin", "runnable": True})
    assert proxy.calls() == [f"PATCH machines/{id_}"]
    assert (of(admin, machine)["Runnable"], of(admin, machine)["Workflow"]) == (True, f"{flow}-twin")


def test_the_wanted_workflow_is_ours_without_a_restart(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    put(admin, machine, Workflow=flow)
    run(admin, machine)
    before = of(admin, machine)
    proxy.forget()
    plugin.create(MODEL, {"machine": machine, "workflow": flow, "runnable": True})
    assert proxy.calls() == [f"PATCH machines/Name:{machine}", f"GET machines/Name:{machine}"]
    assert of(admin, machine) == before
    put(admin, machine, Runnable=False)
    plugin.create(MODEL, {"machine": machine, "workflow": flow, "runnable": True})
    assert of(admin, machine) == before


def test_another_workflow_is_replaced_when_it_is_complete(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    put(admin, machine, Workflow=f"{flow}-twin")
    run(admin, machine)
    proxy.forget()
    plugin.create(MODEL, {"machine": machine, "workflow": flow})
    assert [call.partition(" ")[0] for call in proxy.calls()] == ["PATCH", "GET", "PATCH"]
    assert of(admin, machine)["Workflow"] == flow
    assert of(admin, machine)["CurrentTask"] == -1


def test_a_machine_at_work_is_a_conflict_unless_forced(
    plugin: Plugin, admin: AdminClient, machine: str, flow: str
) -> None:
    put(admin, machine, Workflow=f"{flow}-twin")
    before = of(admin, machine)
    with pytest.raises(PluginError) as caught:
        plugin.create(MODEL, {"machine": machine, "workflow": flow})
    assert f'workflow: live "{flow}-twin" / wanted "{flow}"' in str(caught.value)
    assert "review" not in str(caught.value)
    assert 'wait until it is complete, or overwrite it with force=["workflow"]' in str(caught.value)
    assert of(admin, machine) == before
    plugin.create(MODEL, {"machine": machine, "workflow": flow, "force": ["workflow"]})
    assert of(admin, machine)["Workflow"] == flow


def test_a_workflow_that_restarts_meanwhile_is_not_replaced(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    put(admin, machine, Workflow=f"{flow}-twin")
    run(admin, machine)

    def restart() -> None:
        put(admin, machine, Workflow="")
        put(admin, machine, Workflow=f"{flow}-twin")

    proxy.before("PATCH", lambda: None)
    proxy.before("PATCH", restart)
    with pytest.raises(PluginError, match=f'live "{flow}-twin"'):
        plugin.create(MODEL, {"machine": machine, "workflow": flow})
    assert of(admin, machine)["Workflow"] == f"{flow}-twin"


def test_another_workflow_is_one_guarded_request(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": machine, "workflow": flow})
    proxy.forget()
    twin = {"machine": machine, "workflow": f"{flow}-twin"}
    outputs = plugin.update(MODEL, id_, outputs, twin)
    assert proxy.calls() == [f"PATCH machines/{id_}"]
    put(admin, machine, Workflow="")
    with pytest.raises(PluginError, match=f'workflow: reviewed "{flow}-twin" / live "" / wanted "{flow}"'):
        plugin.update(MODEL, id_, outputs, {**twin, "workflow": flow})
    assert of(admin, machine)["Workflow"] == ""
    plugin.update(MODEL, id_, outputs, {**twin, "workflow": flow, "force": ["workflow"]})
    assert of(admin, machine)["Workflow"] == flow


def test_a_restart_is_two_requests(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    inputs = {"machine": machine, "workflow": flow}
    id_, outputs = plugin.create(MODEL, inputs)
    run(admin, machine)
    proxy.forget()
    outputs = plugin.update(MODEL, id_, outputs, {**inputs, "restart": "1"})
    assert proxy.calls() == [f"PATCH machines/{id_}"] * 2
    assert (of(admin, machine)["Workflow"], of(admin, machine)["CurrentTask"]) == (flow, -1)
    proxy.forget()
    plugin.update(MODEL, id_, outputs, inputs)  # removing the text does not ask for a restart
    assert proxy.calls() == []


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_restart_survives_a_silence_between_its_requests(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str, fault: str, place: int
) -> None:
    inputs = {"machine": machine, "workflow": flow}
    id_, outputs = plugin.create(MODEL, inputs)
    run(admin, machine)
    for _ in range(place):
        proxy.before("PATCH", lambda: None)
    getattr(proxy, fault)("PATCH")
    plugin.update(MODEL, id_, outputs, {**inputs, "restart": "1"})
    assert (of(admin, machine)["Workflow"], of(admin, machine)["CurrentTask"]) == (flow, -1)


def test_an_interrupted_restart_is_finished_by_the_next_run(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    inputs = {"machine": machine, "workflow": flow}
    id_, outputs = plugin.create(MODEL, inputs)
    put(admin, machine, Workflow="")
    plugin.update(MODEL, id_, outputs, {**inputs, "restart": "1"})
    assert of(admin, machine)["Workflow"] == flow


def test_a_restart_of_a_foreign_workflow_is_a_conflict(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    inputs = {"machine": machine, "workflow": flow}
    id_, outputs = plugin.create(MODEL, inputs)
    put(admin, machine, Workflow=f"{flow}-twin")
    with pytest.raises(PluginError, match=f'reviewed "{flow}" / live "{flow}-twin" / wanted "{flow}"'):
        plugin.update(MODEL, id_, outputs, {**inputs, "restart": "1"})
    assert of(admin, machine)["Workflow"] == f"{flow}-twin"


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_silence_is_looked_up(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str, fault: str
) -> None:
    getattr(proxy, fault)("PATCH")
    id_, outputs = plugin.create(MODEL, {"machine": machine, "workflow": flow, "runnable": True})
    assert of(admin, machine)["Workflow"] == flow
    getattr(proxy, fault)("PATCH")
    later.delete(MODEL, id_, outputs)
    assert of(admin, machine)["Workflow"] == ""


def test_a_foreign_workflow_is_never_cleared(
    plugin: Plugin, later: Plugin, admin: AdminClient, machine: str, flow: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": machine, "workflow": flow})
    put(admin, machine, Workflow=f"{flow}-twin")
    later.delete(MODEL, id_, outputs)
    _, seen, drifted = later.read(MODEL, id_, outputs)
    assert drifted["workflow"] == f"{flow}-twin"
    later.delete(MODEL, id_, seen)
    assert of(admin, machine)["Workflow"] == f"{flow}-twin"
    assert of(admin, machine)["Workflow"] == f"{flow}-twin"


def test_a_workflow_of_another_resource_is_not_cleared(
    plugin: Plugin, admin: AdminClient, machine: str, flow: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": machine, "workflow": flow})
    plugin.delete(MODEL, id_, outputs)
    assert of(admin, machine)["Workflow"] == flow


def test_unknown_machines_and_workflows_are_named(plugin: Plugin, admin: AdminClient, machine: str, flow: str) -> None:
    with pytest.raises(PluginError, match="machine 'nobody' is not on the endpoint, so no workflow was set"):
        plugin.create(MODEL, {"machine": "nobody", "workflow": flow})
    before = of(admin, machine)
    with pytest.raises(
        PluginError, match=f"workflow 'nope' does not exist, so it was not set on machine '{machine}': create it first"
    ):
        plugin.create(MODEL, {"machine": machine, "workflow": "nope"})
    assert of(admin, machine) == before


def test_a_workflow_that_is_not_available_is_named(plugin: Plugin, admin: AdminClient, machine: str, flow: str) -> None:
    assert admin.post("workflows", {"Name": f"{flow}-broken", "Stages": ["nowhere"]})["Available"] is False
    with pytest.raises(PluginError, match=f"workflow '{flow}-broken' is not available, so it was not set on machine"):
        plugin.create(MODEL, {"machine": machine, "workflow": f"{flow}-broken"})


def test_a_locked_machine_says_so(plugin: Plugin, admin: AdminClient, machine: str, flow: str) -> None:
    put(admin, machine, Locked=True)
    with pytest.raises(PluginError, match="the object is locked; unlock it"):
        plugin.create(MODEL, {"machine": machine, "workflow": flow})
    assert of(admin, machine)["Workflow"] == ""


def test_a_machine_that_is_gone_leaves_the_state(
    plugin: Plugin, later: Plugin, admin: AdminClient, machine: str, flow: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": machine, "workflow": flow})
    admin.delete(f"machines/{id_}")
    assert later.read(MODEL, id_, outputs)[0] == ""
    later.delete(MODEL, id_, outputs)
    with pytest.raises(PluginError, match=f"machine '{machine}' is gone from the endpoint"):
        plugin.update(MODEL, id_, outputs, {"machine": machine, "workflow": f"{flow}-twin"})


def test_another_machine_replaces_and_its_other_name_does_not(plugin: Plugin) -> None:
    olds = {"machine": "node-1", "workflow": "prepare", "machine_uuid": "u-1", "machine_name": "node-1"}
    assert plugin.diff(MODEL, olds, {"machine": "u-1", "workflow": "prepare"}).changes == NOTHING
    assert plugin.diff(MODEL, olds, {**olds, "restart": "1"}).changes == LEFT_TO_THE_ENGINE
    assert list(plugin.diff(MODEL, olds, {"machine": "node-2", "workflow": "prepare"}).replaces) == ["machine"]


def test_a_machine_new_to_a_cluster_runs_its_workflow_again(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    put(admin, machine, Workflow=flow)
    run(admin, machine)
    place = {"profile": "example", "preceding": []}
    plugin.create(MODEL, {"machine": machine, "workflow": flow, "position": place})
    assert of(admin, machine)["Workflow"] == flow
    assert of(admin, machine)["CurrentTask"] == -1


def test_a_machine_that_has_begun_does_not_begin_twice(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str
) -> None:
    place = {"profile": "example", "preceding": []}
    proxy.lose_reply("PATCH")
    proxy.before("GET", lambda: run(admin, machine))
    plugin.create(MODEL, {"machine": machine, "workflow": flow, "position": place})
    assert len(bodies(proxy)) == 1
    now = of(admin, machine)
    assert (now["Workflow"], now["CurrentTask"]) == (flow, len(now["Tasks"]))


def test_a_machine_of_another_cluster_is_not_started(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, flow: str, name: str
) -> None:
    for profile, params in ((f"{name}-one", ["cluster-profile"]), (f"{name}-two", ["cluster-profile", "my/profile"])):
        admin.post("profiles", {"Name": profile, "Params": dict.fromkeys(params, profile)})
    admin.post("profiles", {"Name": f"{name}-plain", "Params": {"my/profile": "another"}})
    before = of(admin, machine)
    place = {"profile": f"{name}-two", "preceding": [f"{name}-plain", f"{name}-one"]}
    proxy.forget()
    sentence = f"carries the cluster '{name}-one' in front of '{name}-two', and both .* before you add '{name}-two'"
    with pytest.raises(PluginError, match=sentence):
        plugin.create(MODEL, {"machine": machine, "workflow": flow, "position": place})
    assert proxy.calls() == ["GET profiles"]
    assert of(admin, machine) == before
    plugin.create(MODEL, {"machine": machine, "workflow": flow, "position": {**place, "preceding": [f"{name}-plain"]}})
    assert of(admin, machine)["Workflow"] == flow
