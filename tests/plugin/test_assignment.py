"""Machine assignments: one entry in a list with entries of other clients."""

import json
from typing import Any

import pytest

from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

MODEL = "assignment:MachineAssignment"


def machine_of(admin: AdminClient, name: str) -> dict[str, Any]:
    return dict(admin.get(f"machines/Name:{name}"))


@pytest.fixture
def profile(admin: AdminClient, name: str) -> str:
    admin.post("profiles", {"Name": name})
    return name


def test_assigning_costs_one_request_and_unassigning_two(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": "node-1", "profile": profile})
    assert proxy.calls() == ["PATCH machines/Name:node-1"]
    uuid = machine_of(admin, "node-1")["Uuid"]
    assert (id_, outputs["machine_uuid"], outputs["machine_name"]) == (f"{uuid}/{profile}", uuid, "node-1")
    assert plugin.read(MODEL, id_, outputs)[0] == id_
    operator_profile = f"{profile}-other"
    admin.post("profiles", {"Name": operator_profile})
    admin.patch(f"machines/{uuid}", {"op": "add", "path": "/Profiles/0", "value": operator_profile})
    proxy.forget()
    # A delete in the run that created it means a replaced resource; another process has an empty registry.
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": "rocketskates:r0cketsk8ts"}) as later:
        later.delete(MODEL, id_, outputs)
        assert proxy.calls() == [f"GET machines/{uuid}", f"PATCH machines/{uuid}"]
        assert machine_of(admin, "node-1")["Profiles"] == [operator_profile]
        assert later.read(MODEL, id_, outputs)[0] == ""
        proxy.forget()
        later.delete(MODEL, id_, outputs)
        assert proxy.calls() == [f"GET machines/{uuid}"]


def test_leaving_puts_icon_and_colour_back(plugin: Plugin, admin: AdminClient, profile: str) -> None:
    shown = {"before": {"color": "blue"}, "shown": {"color": "green", "icon": "ship"}}
    meta = {"color": "green", "icon": "ship", f"cluster-progress/{profile}": json.dumps(shown)}
    admin.post("machines", {"Name": f"{profile}-m", "Meta": meta})
    id_, outputs = plugin.create(MODEL, {"machine": f"{profile}-m", "profile": profile})
    with Plugin({"RS_ENDPOINT": admin.base.removesuffix("/api/v3"), "RS_KEY": ":".join(KEY)}) as later:
        later.delete(MODEL, id_, outputs)
    left = machine_of(admin, f"{profile}-m")["Meta"]
    assert (left.get("color"), left.get("icon"), f"cluster-progress/{profile}" in left) == ("blue", None, False)


def test_leaving_takes_the_run_mark_in_the_same_patch(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": "node-4", "profile": profile})
    marks = [{"op": "add", "path": f"/Meta/pulumi-run~1{name}", "value": "a1:1"} for name in (profile, "another")]
    admin.patch("machines/Name:node-4", *marks)
    proxy.forget()
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": "rocketskates:r0cketsk8ts"}) as later:
        later.delete(MODEL, id_, outputs)
    uuid = outputs["machine_uuid"]
    assert proxy.calls() == [f"GET machines/{uuid}", f"PATCH machines/{uuid}"]
    machine = machine_of(admin, "node-4")
    assert (profile in machine["Profiles"], machine["Meta"].get("pulumi-run/another")) == (False, "a1:1")
    assert f"pulumi-run/{profile}" not in machine["Meta"]


def test_a_machine_by_uuid_in_capitals_is_the_same_machine(plugin: Plugin, admin: AdminClient, profile: str) -> None:
    uuid = str(machine_of(admin, "node-2")["Uuid"])
    id_, _ = plugin.create(MODEL, {"machine": uuid.upper(), "profile": profile})
    assert id_ == f"{uuid}/{profile}"


def test_a_profile_that_is_already_assigned_becomes_ours(plugin: Plugin, admin: AdminClient, profile: str) -> None:
    admin.patch("machines/Name:node-3", {"op": "add", "path": "/Profiles/-", "value": profile})
    id_, _ = plugin.create(MODEL, {"machine": "node-3", "profile": profile})
    assert id_.endswith(profile)
    assert admin.profiles_of("node-3").count(profile) == 1


def test_a_missing_profile_is_named_and_the_machine_is_as_it_was(plugin: Plugin, admin: AdminClient, name: str) -> None:
    before = machine_of(admin, "node-4")
    with pytest.raises(PluginError, match=f"profile '{name}' does not exist, so machine 'node-4' was left without it"):
        plugin.create(MODEL, {"machine": "node-4", "profile": name})
    assert machine_of(admin, "node-4") == before


def test_a_machine_that_was_stopped_stays_stopped(plugin: Plugin, admin: AdminClient, name: str) -> None:
    admin.patch("machines/Name:node-5", {"op": "replace", "path": "/Runnable", "value": False})
    before = machine_of(admin, "node-5")
    with pytest.raises(PluginError, match="does not exist"):
        plugin.create(MODEL, {"machine": "node-5", "profile": name})
    assert machine_of(admin, "node-5") == before
    admin.post("profiles", {"Name": name})
    plugin.create(MODEL, {"machine": "node-5", "profile": name})
    assert machine_of(admin, "node-5")["Runnable"] is False
    assert name in admin.profiles_of("node-5")


def test_an_unknown_machine_is_named(plugin: Plugin, profile: str) -> None:
    with pytest.raises(PluginError, match=f"machine 'nobody' is not on the endpoint, so profile '{profile}' was not"):
        plugin.create(MODEL, {"machine": "nobody", "profile": profile})


def test_a_deleted_machine_needs_no_unassignment(plugin: Plugin, admin: AdminClient, profile: str) -> None:
    made = admin.post("machines", {"Name": f"{profile}-machine"})
    id_, outputs = plugin.create(MODEL, {"machine": f"{profile}-machine", "profile": profile})
    admin.delete(f"machines/{made['Uuid']}")
    assert plugin.read(MODEL, id_, outputs)[0] == ""
    plugin.delete(MODEL, id_, outputs)


def test_a_lost_reply_of_an_assignment_is_looked_up(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    proxy.lose_reply("PATCH")
    id_, _ = plugin.create(MODEL, {"machine": "node-6", "profile": profile})
    assert id_.endswith(profile)
    assert admin.profiles_of("node-6").count(profile) == 1
    proxy.lose_request("PATCH")
    admin.post("profiles", {"Name": f"{profile}-b"})
    plugin.create(MODEL, {"machine": "node-6", "profile": f"{profile}-b"})
    assert admin.profiles_of("node-6").count(f"{profile}-b") == 1


def test_a_list_that_others_change_meanwhile_loses_nothing(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    for suffix in "abc":
        admin.post("profiles", {"Name": f"{profile}-{suffix}"})
    admin.patch("machines/Name:node-7", {"op": "add", "path": "/Profiles/-", "value": f"{profile}-a"})
    admin.patch("machines/Name:node-7", {"op": "add", "path": "/Profiles/-", "value": profile})
    uuid = machine_of(admin, "node-7")["Uuid"]
    line = {"op": "add", "path": "/Profiles/0", "value": f"{profile}-b"}
    proxy.before("PATCH", lambda: admin.patch(f"machines/{uuid}", line))
    plugin.delete(MODEL, f"{uuid}/{profile}", {"machine": "node-7", "profile": profile})
    assert admin.profiles_of("node-7") == [f"{profile}-b", f"{profile}-a"]


def test_a_take_back_leaves_an_entry_that_was_there_before(plugin: Plugin, admin: AdminClient, name: str) -> None:
    admin.patch("machines/Name:node-8", {"op": "add", "path": "/Profiles/-", "value": name})
    with pytest.raises(PluginError, match="does not exist"):
        plugin.create(MODEL, {"machine": "node-8", "profile": name})
    assert admin.profiles_of("node-8").count(name) == 1


def test_a_profile_that_replaces_another_keeps_its_place(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    admin.post("profiles", {"Name": f"{profile}-new"})
    admin.post("profiles", {"Name": f"{profile}-last"})
    olds_id, olds = plugin.create(MODEL, {"machine": "node-4", "profile": profile})
    admin.patch("machines/Name:node-4", {"op": "add", "path": "/Profiles/-", "value": f"{profile}-last"})
    news = {"machine": "node-4", "profile": f"{profile}-new"}
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": "rocketskates:r0cketsk8ts"}) as later:
        checked = later.check(MODEL, news)[0]
        assert list(later.diff(MODEL, olds, checked).replaces) == ["profile"]
        later.create(MODEL, checked)
        assert admin.profiles_of("node-4")[-2:] == [f"{profile}-new", f"{profile}-last"]
        proxy.forget()
        later.delete(MODEL, olds_id, olds)
        assert proxy.calls() == [f"GET machines/{olds['machine_uuid']}"]


def test_a_missing_replacement_gives_the_place_back(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    _, olds = plugin.create(MODEL, {"machine": "node-5", "profile": profile})
    news = {"machine": "node-5", "profile": f"{profile}-none"}
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": "rocketskates:r0cketsk8ts"}) as later:
        later.diff(MODEL, olds, news)
        before = machine_of(admin, "node-5")
        with pytest.raises(PluginError, match=r"does not exist, so machine '.*' was left without it"):
            later.create(MODEL, news)
    after = machine_of(admin, "node-5")
    assert (after["Profiles"], after["Runnable"]) == (before["Profiles"], before["Runnable"])
    assert admin.profiles_of("node-5").count(profile) == 1


def test_a_declared_profile_keeps_its_place(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    admin.post("profiles", {"Name": f"{profile}-new"})
    _, olds = plugin.create(MODEL, {"machine": "node-6", "profile": profile})
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": "rocketskates:r0cketsk8ts"}) as later:
        later.check(MODEL, {"machine": olds["machine_uuid"], "profile": profile})
        news = {"machine": "node-6", "profile": f"{profile}-new"}
        later.diff(MODEL, olds, news)
        later.create(MODEL, news)
    assert admin.profiles_of("node-6")[-2:] == [profile, f"{profile}-new"]


def test_a_machine_still_runs_after_two_faults_at_once(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, profile: str
) -> None:
    admin.post("profiles", {"Name": f"{profile}-first"})
    _, olds = plugin.create(MODEL, {"machine": "node-7", "profile": profile})
    before = admin.profiles_of("node-7")
    news = {"machine": "node-7", "profile": f"{profile}-none"}
    first = {"op": "add", "path": "/Profiles/0", "value": f"{profile}-first"}
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": "rocketskates:r0cketsk8ts"}) as later:
        later.diff(MODEL, olds, news)
        proxy.before("PATCH", lambda: admin.patch("machines/Name:node-7", first))
        with pytest.raises(PluginError, match=r"does not exist, so machine '.*' was left without it"):
            later.create(MODEL, news)
    assert machine_of(admin, "node-7")["Runnable"] is True
    assert admin.profiles_of("node-7") == [f"{profile}-first", *before]
