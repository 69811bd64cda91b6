"""A cluster is quiesced before its reset."""

import json
from typing import Any

import pytest

from drp_provider.api.transport import READ_ATTEMPTS
from tests.support.admin import KEY, AdminClient
from tests.support.agent import Agent, make_workflow, start_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import UNKNOWN, Plugin, PluginError

MODEL = "cluster_profile:ClusterProfile"
ABORT = "my/abort"
REFUSAL = json.dumps(
    {"Model": "", "Key": "", "Type": "AUTH", "Messages": ["Cannot access", "Requires: profiles"], "Code": 403}
).encode()


class Cluster:
    """A cluster profile on one machine that has a workflow."""

    def __init__(self, plugin: Plugin, admin: AdminClient, proxy: FaultProxy, name: str) -> None:
        self.plugin, self.admin, self.name = plugin, admin, name
        inputs = {"name": name, "params": {"my/version": "1"}, "runtime_params": {"my/leader": "none"}}
        self.id, self.state = plugin.create(MODEL, {**inputs, "abort_params": {ABORT: "a reset"}})
        admin.post("machines", {"Name": name, "Profiles": [name]})
        make_workflow(admin, f"w-{name}", f"t-{name}")
        start_workflow(admin, name, f"w-{name}")
        self.agent = Agent(admin, name)
        admin.set_param(name, "my/leader", "somebody")
        proxy.forget()

    def reset(self, **changes: Any) -> dict[str, Any]:
        return self.plugin.update(MODEL, self.id, self.state, {**self.inputs, "reset": "again", **changes})

    def works_at_the_look_number(self, number: int, proxy: FaultProxy) -> list[dict[str, Any]]:
        """Let the machine work just before this GET; return the list of the params that it saw."""
        seen: list[dict[str, Any]] = []

        def work() -> None:
            seen.append(self.params)
            self.agent.work()

        proxy.before("GET", lambda: None, times=number - 1)
        proxy.before("GET", work)
        return seen

    @property
    def inputs(self) -> dict[str, Any]:
        made = {"adopted", "adopted_machines", "incarnation"}
        return {key: value for key, value in self.state.items() if key not in made}

    @property
    def params(self) -> dict[str, Any]:
        return self.admin.params(self.name)


@pytest.fixture
def cluster(plugin: Plugin, admin: AdminClient, proxy: FaultProxy, name: str) -> Cluster:
    return Cluster(plugin, admin, proxy, name)


def seeds(name: str) -> dict[str, Any]:
    return {"cluster-profile": name, "my/version": "1", "my/leader": "none"}


def test_an_idle_cluster_is_reset_by_one_patch(cluster: Cluster, proxy: FaultProxy, name: str) -> None:
    cluster.agent.work()
    cluster.reset()
    assert proxy.calls() == ["GET machines", "GET jobs", f"GET profiles/{name}", f"PATCH profiles/{name}"]
    assert cluster.params == seeds(name)


def test_waits_of_machines_end_before_the_reset(cluster: Cluster, proxy: FaultProxy, name: str) -> None:
    seen = cluster.works_at_the_look_number(5, proxy)
    cluster.reset()
    profile = f"profiles/{name}"
    look, patch = f"GET {profile}", f"PATCH {profile}"
    looks = ["GET machines", "GET jobs"]
    assert proxy.calls() == [*looks, look, look, patch, *looks, look, patch]
    assert seen[0][ABORT] == "a reset"
    assert seen[0]["my/leader"] == "somebody"
    assert cluster.params == seeds(name)


def test_a_cluster_quiesces_over_a_restart_of_the_endpoint(cluster: Cluster, proxy: FaultProxy, name: str) -> None:
    proxy.before("GET", lambda: None, times=4)
    proxy.answer("GET", 503, b"starting", "text/plain", times=READ_ATTEMPTS)
    proxy.before("GET", cluster.agent.work)
    cluster.reset()
    assert cluster.params == seeds(name)


def test_nobodys_wait_ends_for_a_reset_that_would_be_refused(cluster: Cluster, proxy: FaultProxy, name: str) -> None:
    cluster.admin.set_param(name, "my/version", "by hand")
    with pytest.raises(PluginError, match='reviewed "1" / live "by hand" / wanted "2"'):
        cluster.reset(params={**cluster.inputs["params"], "my/version": "2"})
    assert not [call for call in proxy.calls() if call.startswith("PATCH")]
    assert ABORT not in cluster.params


def test_a_reset_that_is_refused_after_all_takes_its_escape_back(
    cluster: Cluster, proxy: FaultProxy, name: str
) -> None:
    before = cluster.params
    proxy.before("PATCH", cluster.agent.work)
    proxy.answer("PATCH", 403, REFUSAL, "application/json")
    with pytest.raises(PluginError, match="Forbidden"):
        cluster.reset()
    assert proxy.calls()[-1] == f"PATCH profiles/{name}"
    assert cluster.params == before


@pytest.mark.parametrize("failures", [1, 5])
def test_an_abort_that_cannot_be_removed_is_named(
    cluster: Cluster, plugin: Plugin, proxy: FaultProxy, name: str, failures: int
) -> None:
    before = cluster.params
    proxy.before("PATCH", cluster.agent.work)
    proxy.answer("PATCH", 403, REFUSAL, "application/json")
    proxy.answer("PATCH", 503, b"busy", "text/plain", times=failures)
    with pytest.raises(PluginError, match="Forbidden"):
        cluster.reset()
    left = f"{name}: {ABORT} could not be removed and still ends every wait: remove it, or change `reset`"
    if failures == 1:
        assert cluster.params == before
        assert left not in plugin.stderr
    else:
        assert cluster.params == {**before, ABORT: "a reset"}
        assert left in plugin.stderr


def test_an_escape_that_somebody_else_has_set_is_left_to_say_why(
    cluster: Cluster, proxy: FaultProxy, name: str
) -> None:
    cluster.admin.set_param(name, ABORT, "rack 4 is on fire")
    seen = cluster.works_at_the_look_number(5, proxy)
    cluster.reset()
    assert [params[ABORT] for params in seen] == ["rack 4 is on fire"]
    assert [call for call in proxy.calls() if call.startswith("PATCH")] == [f"PATCH profiles/{name}"]
    assert cluster.params == seeds(name)


def test_without_an_escape_a_reset_looks_at_no_machine(
    plugin: Plugin, admin: AdminClient, proxy: FaultProxy, name: str
) -> None:
    inputs = {"name": name, "runtime_params": {"my/leader": "none"}}
    id_, state = plugin.create(MODEL, inputs)
    proxy.forget()
    plugin.update(MODEL, id_, state, {**inputs, "reset": "again"})
    assert proxy.calls() == [f"GET profiles/{name}", f"PATCH profiles/{name}"]
    assert admin.get(f"profiles/{name}")["Meta"]["pulumi-run"] == f"{id_.partition('#')[2]}:2"


def test_a_param_that_the_program_sets_cannot_end_waits(plugin: Plugin, name: str) -> None:
    _, faults = plugin.check(MODEL, {"name": name, "params": {ABORT: "x"}, "abort_params": {ABORT: "x"}})
    assert len(faults) == 1
    assert f"{ABORT} is in params and in abort_params" in faults[0]


def test_a_stopped_machine_whose_script_goes_on_is_at_work(cluster: Cluster, proxy: FaultProxy, name: str) -> None:
    job = cluster.admin.post("jobs", {"Machine": cluster.agent.uuid})
    while "Uuid" not in job or not job["Task"].startswith("t-"):
        job = cluster.admin.post("jobs", {"Machine": cluster.agent.uuid})
    cluster.admin.patch(f"jobs/{job['Uuid']}", {"op": "replace", "path": "/State", "value": "running"})
    cluster.admin.patch(f"machines/{cluster.agent.uuid}", {"op": "replace", "path": "/Runnable", "value": False})
    end = {"op": "replace", "path": "/State", "value": "failed"}
    proxy.before("PATCH", lambda: None)
    proxy.before("GET", lambda: None, times=4)
    proxy.before("GET", lambda: cluster.admin.patch(f"jobs/{job['Uuid']}", end))
    cluster.reset()
    assert len([call for call in proxy.calls() if call.startswith("PATCH")]) == 2
    assert cluster.params == seeds(name)


def test_an_abort_whose_reply_was_lost_is_removed_too(cluster: Cluster, proxy: FaultProxy, name: str) -> None:
    before = cluster.params
    proxy.lose_reply("PATCH")
    cluster.works_at_the_look_number(6, proxy)
    proxy.answer("PATCH", 403, REFUSAL, "application/json")
    proxy.lose_request("PATCH")
    with pytest.raises(PluginError, match="Forbidden"):
        cluster.reset()
    assert cluster.params == before


def test_an_adopted_cluster_loses_its_unwritten_seeds(
    plugin: Plugin, admin: AdminClient, proxy: FaultProxy, name: str
) -> None:
    admin.post("profiles", {"Name": name, "Params": {"other/x": 1}})
    seeds = {"my/leader": "none", "my/list": []}
    id_, state = plugin.create(MODEL, {"name": name, "adopt": True, "runtime_params": seeds})
    admin.set_param(name, "my/list", ["a machine"])
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}) as later:
        later.delete(MODEL, id_, state)
    assert admin.params(name) == {"other/x": 1, "my/list": ["a machine"]}


def test_a_run_begins_by_creation_reset_and_another_name(plugin: Plugin, admin: AdminClient, name: str) -> None:
    first, _ = plugin.check(MODEL, {"name": name})
    assert first == plugin.check(MODEL, {"name": name})[0]  # the same program on the same state, the same inputs

    def number(olds: dict[str, Any], **changes: Any) -> Any:
        return plugin.check(MODEL, {**olds, **changes}, olds)[0]["run_number"]

    assert [number(first), number(first, params={"my/x": 1}), number(first, reset="1")] == [1, 1, 2]
    reset = {**first, "reset": "1", "run_number": 2}
    assert [number(reset), number(reset, reset="2"), number(reset, name=f"{name}-other")] == [2, 3, 1]
    assert plugin.check(MODEL, {"name": name}, reset)[0]["run_number"] == 2
    ids = {plugin.create(MODEL, {"name": f"{name}-{n}"})[0] for n in range(2)}
    assert len({id_.partition("#")[2] for id_ in ids}) == 2
    assert {admin.get(f"profiles/{id_.partition('#')[0]}")["Meta"]["pulumi-run"] for id_ in ids} == {
        f"{id_.partition('#')[2]}:1" for id_ in ids
    }


def test_a_run_that_depends_on_an_unknown_is_unknown(plugin: Plugin, name: str) -> None:
    first, _ = plugin.check(MODEL, {"name": name})
    inputs, faults = plugin.check(MODEL, {"name": name, "reset": UNKNOWN}, first)
    assert (faults, inputs["run_number"]) == ([], UNKNOWN)


def test_a_profile_of_another_resource_name_is_named(plugin: Plugin, name: str) -> None:
    plugin.create(MODEL, {"name": name, "owner": "proj/dev/old-name"})
    with pytest.raises(
        PluginError, match=r"created by this stack as the resource 'old-name'.*pulumi.Alias\(name='old-name'"
    ):
        plugin.create(MODEL, {"name": name, "owner": "proj/dev/new-name"})


def test_a_repeat_of_a_reset_leaves_no_escape_behind(cluster: Cluster, proxy: FaultProxy, name: str) -> None:
    """As after a kill: the reset landed and is not in the state, and a machine is working."""
    cluster.agent.work()
    cluster.reset()
    start_workflow(cluster.admin, name, f"w-{name}")
    cluster.reset()
    assert ABORT not in cluster.params


def test_after_a_reset_no_machine_counts_as_adopted(plugin: Plugin, admin: AdminClient, name: str) -> None:
    admin.post("profiles", {"Name": name, "Params": {"cluster-profile": name}})
    uuid = admin.post("machines", {"Name": name, "Profiles": [name]})["Uuid"]
    inputs = {"name": name, "adopt": True}
    id_, outputs = plugin.create(MODEL, inputs)
    assert outputs["adopted_machines"] == [uuid]
    assert plugin.update(MODEL, id_, outputs, {**inputs, "description": "d"})["adopted_machines"] == [uuid]
    assert plugin.update(MODEL, id_, outputs, {**inputs, "reset": "1"})["adopted_machines"] == []
