"""A mark proves whether a machine has begun a run of its cluster; the patch that starts it writes the mark."""

from collections.abc import Iterator
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.admin import KEY, AdminClient
from tests.support.agent import Agent, make_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import UNKNOWN, Plugin, PluginError

MODEL = "machine_workflow:MachineWorkflow"
MARK = "pulumi-run/example"
LOST = ["lose_reply", "lose_request"]


@pytest.fixture(scope="module", params=["v4.8", "v3.13"])
def shared_endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=1, dialect=request.param) as running:
        yield running


class Member:
    """A machine of the cluster `example` that has completed the workflow before."""

    def __init__(self, admin: AdminClient, name: str) -> None:
        self.admin = admin
        self.flow = f"{name}-flow"
        make_workflow(admin, self.flow, f"{name}-task")
        make_workflow(admin, f"{name}-final", f"{name}-last")
        self.final = f"{name}-final"
        self.name = f"{name}-machine"
        self.uuid = str(admin.post("machines", {"Name": self.name})["Uuid"])
        self.set(Workflow=self.flow)
        self.work()

    def set(self, **members: Any) -> None:
        lines = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items()]
        self.admin.patch(f"machines/{self.uuid}", *lines)

    def work(self) -> None:
        Agent(self.admin, self.name).work()

    @property
    def document(self) -> dict[str, Any]:
        return dict(self.admin.get(f"machines/{self.uuid}"))

    @property
    def mark(self) -> str | None:
        found = self.document["Meta"].get(MARK)
        return None if found is None else str(found)

    @property
    def has_begun(self) -> bool:
        return int(self.document["CurrentTask"]) >= 0

    def inputs(self, run: str = "aa:1", **more: Any) -> dict[str, Any]:
        place = {"profile": "example", "preceding": []}
        return {
            "machine": self.name,
            "workflow": self.flow,
            "runnable": True,
            "position": place,
            "restart": run,
            **more,
        }


@pytest.fixture
def member(admin: AdminClient, name: str, proxy: FaultProxy) -> Member:
    made = Member(admin, name)
    proxy.forget()
    return made


def writes(proxy: FaultProxy) -> list[list[dict[str, Any]]]:
    return [request.body for request in proxy.requests if request.method == "PATCH"]


def starts(proxy: FaultProxy, member: Member) -> int:
    """Return how often the workflow was set on the machine, as the endpoint saw it."""
    line = {"op": "replace", "path": "/Workflow", "value": member.flow}
    return sum(line in body for body in writes(proxy))


def test_a_machine_without_a_workflow_begins_by_one_patch(plugin: Plugin, proxy: FaultProxy, member: Member) -> None:
    member.set(Workflow="")
    plugin.create(MODEL, member.inputs())
    assert proxy.calls() == [f"PATCH machines/Name:{member.name}"]
    assert (member.document["Workflow"], member.mark, member.has_begun) == (member.flow, "aa:1/1", False)


def test_a_machine_that_ran_it_elsewhere_runs_it_here_too(plugin: Plugin, member: Member) -> None:
    plugin.create(MODEL, member.inputs())
    assert (member.document["Workflow"], member.mark, member.has_begun) == (member.flow, "aa:1/1", False)


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_unanswered_start_starts_once(
    plugin: Plugin, proxy: FaultProxy, member: Member, fault: str, number: int
) -> None:
    proxy.before("PATCH", lambda: None, times=number - 1)
    getattr(proxy, fault)("PATCH")
    plugin.create(MODEL, member.inputs())
    assert (member.document["Workflow"], member.mark, member.has_begun) == (member.flow, "aa:1/1", False)


def test_a_repeat_after_the_start_landed_starts_nothing(plugin: Plugin, member: Member) -> None:
    plugin.create(MODEL, member.inputs())
    member.work()
    plugin.create(MODEL, member.inputs())  # as after a kill: nothing was recorded
    assert (member.mark, member.has_begun) == ("aa:1/1", True)


def test_a_repeat_of_a_restart_starts_nothing(plugin: Plugin, proxy: FaultProxy, member: Member) -> None:
    id_, outputs = plugin.create(MODEL, member.inputs())
    member.work()
    plugin.update(MODEL, id_, outputs, member.inputs("aa:2"))
    assert (member.mark, member.has_begun) == ("aa:2/2", False)
    member.work()
    plugin.update(MODEL, id_, outputs, member.inputs("aa:2"))  # as after a kill: the state has the old run
    assert (member.mark, member.has_begun) == ("aa:2/2", True)


def test_a_repeat_after_the_clear_alone_goes_on(plugin: Plugin, member: Member) -> None:
    id_, outputs = plugin.create(MODEL, member.inputs())
    member.work()
    member.set(Workflow="")  # if a restart was killed between its two requests
    plugin.update(MODEL, id_, outputs, member.inputs("aa:2"))
    assert (member.document["Workflow"], member.mark, member.has_begun) == (member.flow, "aa:2/2", False)


def test_a_machine_in_the_middle_of_the_workflow_is_not_cut_off(
    plugin: Plugin, proxy: FaultProxy, member: Member
) -> None:
    member.set(Workflow="")
    member.set(Workflow=member.flow)
    member.admin.post("jobs", {"Machine": member.uuid})  # its agent is working
    proxy.forget()
    with pytest.raises(PluginError, match=r"has another workflow|wait until it is complete"):
        plugin.create(MODEL, member.inputs())
    assert (member.has_begun, member.mark) == (True, None)
    plugin.create(MODEL, member.inputs(force=["workflow"]))
    assert (member.has_begun, member.mark) == (False, "aa:1/1")


def test_another_workflow_in_the_same_run_is_started(plugin: Plugin, member: Member) -> None:
    make_workflow(member.admin, f"{member.name}-other", f"{member.name}-other-task")
    id_, outputs = plugin.create(MODEL, member.inputs(final_workflows=[member.final]))
    member.work()
    member.set(Workflow=member.final)
    member.work()
    other = member.inputs(workflow=f"{member.name}-other", final_workflows=[member.final])
    plugin.update(MODEL, id_, outputs, other)
    assert (member.document["Workflow"], member.mark) == (f"{member.name}-other", "aa:1/2")


def test_a_restart_comes_through_in_the_middle_of_a_chain(plugin: Plugin, member: Member) -> None:
    chained = member.inputs(final_workflows=[member.final])
    id_, outputs = plugin.create(MODEL, chained)
    member.work()
    member.set(Workflow=member.final)
    member.admin.post("jobs", {"Machine": member.uuid})  # its agent is working
    plugin.update(MODEL, id_, outputs, {**chained, "restart": "aa:2"})
    assert (member.document["Workflow"], member.mark, member.has_begun) == (member.flow, "aa:2/2", False)


def test_naming_the_final_workflow_ends_a_drift(plugin: Plugin, member: Member) -> None:
    id_, outputs = plugin.create(MODEL, member.inputs())
    member.work()
    member.set(Workflow=member.final)
    member.work()
    _, outputs, refreshed = plugin.read(MODEL, id_, outputs)
    chained = member.inputs(final_workflows=[member.final])
    inputs, faults = plugin.check(MODEL, chained, refreshed)
    assert (faults, inputs["start_count"]) == ([], 1)
    outputs = plugin.update(MODEL, id_, {**outputs, **refreshed}, chained)
    assert (member.document["Workflow"], outputs["workflow"], member.has_begun) == (member.final, member.flow, True)
    assert plugin.check(MODEL, chained, outputs)[1] == []


def test_a_drain_workflow_is_another_one(plugin: Plugin, member: Member) -> None:
    _, faults = plugin.check(MODEL, member.inputs(drain_workflow=member.flow))
    assert len(faults) == 1
    assert "name another one" in faults[0]


def test_an_adopted_machine_is_marked_and_not_started(plugin: Plugin, proxy: FaultProxy, member: Member) -> None:
    plugin.create(MODEL, member.inputs(adopted_machines=[member.uuid]))
    assert (member.mark, member.has_begun, starts(proxy, member)) == ("aa:1/1", True, 0)


def test_a_machine_that_joined_later_is_not_an_adopted_one(plugin: Plugin, member: Member) -> None:
    plugin.create(MODEL, member.inputs(adopted_machines=["00000000-0000-0000-0000-000000000001"]))
    assert (member.mark, member.has_begun) == ("aa:1/1", False)


@pytest.mark.parametrize("found", ["", "final"])
def test_a_changed_workflow_is_not_repaired_by_itself(plugin: Plugin, member: Member, found: str) -> None:
    id_, outputs = plugin.create(MODEL, member.inputs())
    member.work()
    member.set(Workflow=member.final if found else "")
    _, outputs, refreshed = plugin.read(MODEL, id_, outputs)
    assert refreshed["workflow"] == (member.final if found else "")
    _, faults = plugin.check(MODEL, member.inputs(), refreshed)
    assert len(faults) == 1
    words = f"has {'the workflow' if found else 'no workflow'}"
    for part in (words, member.flow, "change the cluster's `reset`", "restart_on_drift=True", "final_workflows"):
        assert part in faults[0]


@pytest.mark.parametrize("way", [{"restart_on_drift": True}, {"restart": "aa:2"}])
def test_a_changed_workflow_runs_again_on_request(plugin: Plugin, member: Member, way: dict[str, Any]) -> None:
    id_, outputs = plugin.create(MODEL, member.inputs())
    member.work()
    member.set(Workflow="")
    _, outputs, refreshed = plugin.read(MODEL, id_, outputs)
    inputs, faults = plugin.check(MODEL, {**member.inputs(), **way}, refreshed)
    assert (faults, inputs["start_count"]) == ([], 2)
    plugin.update(MODEL, id_, outputs, {**member.inputs(), **way})
    assert (member.document["Workflow"], member.has_begun) == (member.flow, False)


def test_a_drift_with_unknown_final_workflows_is_no_error(plugin: Plugin, member: Member) -> None:
    id_, outputs = plugin.create(MODEL, member.inputs())
    assert plugin.check(MODEL, member.inputs(final_workflows=UNKNOWN), outputs)[1] == []
    member.set(Workflow=member.final)
    _, outputs, refreshed = plugin.read(MODEL, id_, outputs)
    inputs, errors = plugin.check(MODEL, member.inputs(final_workflows=UNKNOWN), refreshed)
    assert (errors, inputs["start_count"]) == ([], UNKNOWN)


def test_a_drift_that_ended_is_forgotten(plugin: Plugin, member: Member) -> None:
    id_, outputs = plugin.create(MODEL, member.inputs())
    member.set(Workflow="")
    _, outputs, refreshed = plugin.read(MODEL, id_, outputs)
    member.set(Workflow=member.flow)
    _, outputs, refreshed = plugin.read(MODEL, id_, outputs)
    assert plugin.check(MODEL, member.inputs(), refreshed)[1] == []
    assert "expected" not in refreshed


def test_a_final_workflow_is_no_drift_and_is_cleared(plugin: Plugin, proxy: FaultProxy, member: Member) -> None:
    chained = member.inputs(final_workflows=[member.final])
    id_, outputs = plugin.create(MODEL, chained)
    member.work()
    member.set(Workflow=member.final)  # as a task of the workflow does
    _, outputs, refreshed = plugin.read(MODEL, id_, outputs)
    assert refreshed["workflow"] == member.flow
    plugin.create(MODEL, chained)
    assert member.document["Workflow"] == member.final
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}) as later:
        later.delete(MODEL, id_, outputs)
    assert member.document["Workflow"] == ""


def test_starts_are_counted_and_as_unknown_as_their_cause(plugin: Plugin, member: Member) -> None:
    first, _ = plugin.check(MODEL, member.inputs())
    again, _ = plugin.check(MODEL, member.inputs("aa:2"), first)
    other, _ = plugin.check(MODEL, {**member.inputs("aa:2"), "workflow": member.final}, again)
    unknown, faults = plugin.check(MODEL, member.inputs(UNKNOWN), first)
    same, _ = plugin.check(MODEL, {**member.inputs("aa:2"), "machine": member.uuid}, again)
    assert [found["start_count"] for found in (first, again, other, unknown, same)] == [1, 2, 3, UNKNOWN, 2]
    assert faults == []


class Draining:
    """A member with a drain workflow, which is in the state and no longer in the program."""

    def __init__(self, plugin: Plugin, member: Member, timeout: float) -> None:
        inputs = member.inputs(drain_workflow=member.final, drain_timeout=timeout)
        self.id, self.outputs = plugin.create(MODEL, inputs)
        member.work()


@pytest.fixture
def later(shared_door: FaultProxy) -> Iterator[Plugin]:
    with Plugin({"RS_ENDPOINT": shared_door.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


def test_a_machine_completes_its_drain_workflow_first(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, member: Member
) -> None:
    draining = Draining(plugin, member, 60)
    proxy.forget()
    proxy.before("GET", lambda: None)  # the read before the drain workflow is set
    proxy.before("GET", member.work)
    later.delete(MODEL, draining.id, draining.outputs)
    assert member.document["Workflow"] == ""
    assert [body[-1]["value"] for body in writes(proxy)] == [True, ""]
    assert {"op": "replace", "path": "/Workflow", "value": member.final} in writes(proxy)[0]


def test_a_drain_that_takes_too_long_keeps_the_machine(plugin: Plugin, later: Plugin, member: Member) -> None:
    draining = Draining(plugin, member, 0.1)
    with pytest.raises(PluginError, match=r"did not complete its drain workflow .*drpcli machines update"):
        later.delete(MODEL, draining.id, draining.outputs)
    assert member.document["Workflow"] == member.final
    member.work()
    later.delete(MODEL, draining.id, draining.outputs)  # a repeat continues
    assert member.document["Workflow"] == ""


def test_a_drain_that_fails_names_the_task(plugin: Plugin, later: Plugin, proxy: FaultProxy, member: Member) -> None:
    draining = Draining(plugin, member, 60)
    task = member.final.replace("-final", "-last")
    proxy.before("GET", lambda: None)
    proxy.before("GET", lambda: Agent(member.admin, member.name).work(fail_at=task))
    with pytest.raises(PluginError, match="failed in its drain workflow"):
        later.delete(MODEL, draining.id, draining.outputs)
    member.set(Workflow="")  # the way out that the error names
    later.delete(MODEL, draining.id, draining.outputs)
    assert member.document["Workflow"] == ""
    assert "leaves without its drain workflow" in later.stderr
