"""Lost responses and concurrent writers: no change is lost or made twice."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

PROFILE = "profile:Profile"
CLUSTER = "cluster_profile:ClusterProfile"


def test_a_lost_reply_of_a_create_is_found_by_the_owner_mark(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    proxy.lose_reply("POST")
    id_, outputs = plugin.create(PROFILE, {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}})
    assert (id_, outputs["adopted"]) == (name, False)
    assert admin.params(name) == {"my/x": 1}
    assert proxy.calls() == ["POST profiles", f"GET profiles/{name}"]


def test_a_lost_reply_of_a_create_is_found_without_a_mark_too(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    proxy.lose_reply("POST")
    plugin.create(PROFILE, {"name": name, "params": {"my/x": 1}})
    assert admin.params(name) == {"my/x": 1}


def test_a_create_that_never_arrived_is_sent_again(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    proxy.lose_request("POST")
    plugin.create(PROFILE, {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}})
    assert admin.params(name) == {"my/x": 1}
    assert proxy.calls().count("POST profiles") == 2


def test_an_interrupted_create_is_recognised_and_finished(plugin: Plugin, admin: AdminClient, name: str) -> None:
    mark = {"pulumi-owner": f"p/s/{name}"}
    admin.post("profiles", {"Name": name, "Meta": mark, "Params": {"my/x": 1, "theirs": 2, "my/leader": "node-2"}})
    inputs = {
        "name": name,
        "owner": f"p/s/{name}",
        "params": {"my/x": 10, "my/y": 1},
        "runtime_params": {"my/leader": "none", "my/other": "none"},
    }
    _, outputs = plugin.create(CLUSTER, inputs)
    assert outputs["adopted"] is False
    assert admin.params(name) == {
        "cluster-profile": name, "my/x": 10, "my/y": 1, "theirs": 2, "my/leader": "node-2", "my/other": "none",
    }  # fmt: skip


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_silent_update_is_looked_up_and_ends_as_wanted(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, fault: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    getattr(proxy, fault)("PATCH")
    plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 2, "my/y": 3}})
    assert admin.params(name) == {"my/x": 2, "my/y": 3}


def test_a_silent_update_that_somebody_overwrote_is_a_conflict(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    proxy.lose_request("PATCH")
    proxy.before("GET", lambda: admin.set_param(name, "my/x", 7))
    with pytest.raises(PluginError, match=r"params.my/x: reviewed 1 / live 7 / wanted 2"):
        plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 2}})
    assert admin.params(name) == {"my/x": 7}


def test_a_new_key_meets_another_writer_and_both_are_kept(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    proxy.before("PATCH", lambda: admin.set_param(name, "theirs", 1))
    plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 1, "my/y": 3}})
    assert admin.params(name) == {"my/x": 1, "my/y": 3, "theirs": 1}


def test_a_new_key_that_others_took_is_a_conflict(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    proxy.before("PATCH", lambda: admin.set_param(name, "my/y", "theirs"))
    with pytest.raises(PluginError, match=r'params.my/y: reviewed \(absent\) / live "theirs" / wanted 3'):
        plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 5, "my/y": 3}})
    assert admin.params(name) == {"my/x": 1, "my/y": "theirs"}


def test_writers_that_never_pause_end_in_a_sentence(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    turns = iter(range(10_000))
    proxy.before("PATCH", lambda: admin.set_param(name, "theirs", next(turns)), times=10_000)
    with pytest.raises(PluginError, match="was changed by other writers at every attempt for 30 s"):
        plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 1, "my/y": 3}})
    assert "my/y" not in admin.params(name)


def test_a_lost_reply_of_a_delete_is_a_success(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    admin.post("profiles", {"Name": name})
    proxy.lose_reply("DELETE")
    plugin.delete(PROFILE, name, {"name": name})
    assert not admin.exists(f"profiles/{name}")


def test_a_profile_in_use_is_kept_and_its_machines_are_named(plugin: Plugin, admin: AdminClient, name: str) -> None:
    admin.post("profiles", {"Name": name})
    for machine in ("node-1", "node-2"):
        admin.patch(f"machines/Name:{machine}", {"op": "add", "path": "/Profiles/-", "value": name})
    with pytest.raises(PluginError, match=f"profile '{name}' is still in use by machine node-1, machine node-2, so it"):
        plugin.delete(PROFILE, name, {"name": name})
    assert admin.exists(f"profiles/{name}")


def test_an_adopted_profile_gives_back_unchanged_values(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    admin.post("profiles", {"Name": name, "Params": {"my/x": 1, "my/y": 2, "my/z": 9, "theirs": 3}})
    outputs = {"name": name, "params": {"my/x": 1, "my/y": 20, "my/z": 9}, "adopted": True}
    proxy.before("PATCH", lambda: admin.set_param(name, "my/z", 90))
    plugin.delete(PROFILE, name, outputs)
    assert admin.params(name) == {"my/y": 2, "my/z": 90, "theirs": 3}
    plugin.delete(PROFILE, f"{name}-gone", {**outputs, "name": f"{name}-gone"})


def test_a_read_only_profile_is_refused_with_its_reason(plugin: Plugin) -> None:
    with pytest.raises(PluginError, match="the global profile, you cannot delete it"):
        plugin.delete(PROFILE, "global", {"name": "global"})


def test_a_reset_whose_reply_was_lost_is_not_carried_out_twice(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    olds = {"name": name, "params": {"cluster-profile": name}, "runtime_params": {"my/leader": "none"}}
    plugin.create(CLUSTER, olds)
    admin.set_param(name, "my/leader", "node-1")
    proxy.lose_reply("PATCH")
    # The machines elect again at once, before the provider reads the profile.
    elected = iter(["node-1-or-none", "node-2"])

    def elect() -> None:
        if next(elected) == "node-2":
            admin.set_param(name, "my/leader", "node-2")

    proxy.before("GET", elect, times=2)
    plugin.update(CLUSTER, name, olds, {**olds, "reset": "again"})
    assert admin.params(name)["my/leader"] == "node-2"


def test_unanswered_requests_are_not_blamed_on_writers(plugin: Plugin, proxy: FaultProxy, name: str) -> None:
    plugin.create(PROFILE, {"name": name, "params": {"my/x": 1}})
    proxy.lose_request("PATCH", times=99)
    with pytest.raises(PluginError, match=r"was sent to .* but no response came back"):
        plugin.update(PROFILE, name, {"name": name, "params": {"my/x": 1}}, {"name": name, "params": {"my/x": 2}})


def test_a_profile_that_somebody_else_made_again_is_theirs(plugin: Plugin, admin: AdminClient, name: str) -> None:
    inputs = {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}}
    id_, outputs = plugin.create(PROFILE, inputs)
    admin.delete(f"profiles/{name}")
    theirs = {"Name": name, "Meta": {"pulumi-owner": "other/stack/web"}, "Params": {"my/x": 1, "theirs": 2}}
    admin.post("profiles", theirs)
    _, outputs, _ = plugin.read(PROFILE, id_, outputs)
    assert outputs["adopted"] is True


@pytest.mark.parametrize(
    "present", [{"Params": {"theirs": 1}}, {"Description": "theirs"}, {"Meta": {"pulumi-owner": "x"}}]
)
def test_a_lost_create_without_a_mark_claims_no_other_profile(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, present: dict[str, object]
) -> None:
    admin.post("profiles", {"Name": name, **present})
    proxy.lose_request("POST")
    proxy.lose_request("POST")
    with pytest.raises(PluginError, match="exists already"):
        plugin.create(PROFILE, {"name": name})


def test_two_resources_of_one_mark_keep_their_profiles(plugin: Plugin, admin: AdminClient, name: str) -> None:
    inputs = {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}}
    admin.post("profiles", {"Name": name, "Meta": {"pulumi-owner": f"p/s/{name}"}, "Params": {"my/x": 1}})
    plugin.check(PROFILE, inputs)  # the program declares it, as it has been since an earlier run
    with pytest.raises(PluginError, match="exists already"):
        plugin.create(CLUSTER, {**inputs, "params": {"my/x": 2}})
    assert admin.params(name) == {"my/x": 1}


def test_a_mark_that_was_taken_away_can_be_written_again(plugin: Plugin, admin: AdminClient, name: str) -> None:
    olds = {"name": name, "owner": "p/s/one"}
    plugin.create(PROFILE, olds)
    admin.patch(f"profiles/{name}", {"op": "remove", "path": "/Meta/pulumi-owner"})
    plugin.update(PROFILE, name, olds, {"name": name, "owner": "p/s/two"})
    assert admin.get(f"profiles/{name}")["Meta"]["pulumi-owner"] == "p/s/two"


def test_a_conflict_hides_a_value_that_was_secret_as_a_seed(plugin: Plugin, admin: AdminClient, name: str) -> None:
    olds = {"name": name, "runtime_params": {"my/k": "canary"}, "secret_keys": ["runtime_params.my/k"]}
    plugin.create(CLUSTER, olds)
    with pytest.raises(PluginError, match=r"live \[secret\] / wanted \[secret\]") as caught:
        plugin.update(
            CLUSTER, name, {**olds, "params": {"cluster-profile": name}}, {"name": name, "params": {"my/k": "x"}}
        )
    assert "canary" not in str(caught.value)
