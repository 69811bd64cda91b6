"""Machine settings: selected keys and fields of a machine that other clients own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

MODEL = "machine_settings:MachineSettings"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
LEFT_TO_THE_ENGINE, NOTHING = 0, 1


@pytest.fixture(scope="module")
def later(shared_door: FaultProxy) -> Iterator[Plugin]:
    """Return the provider of a later run, whose registry is empty."""
    with Plugin({"RS_ENDPOINT": shared_door.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


@pytest.fixture
def machine(admin: AdminClient, name: str, proxy: FaultProxy) -> str:
    """Create a machine with params, annotations and a description."""
    members = {"Params": {"theirs": 1, "my/x": "old"}, "Meta": {"icon": "server"}, "Description": "found in rack 7"}
    made = admin.post("machines", {"Name": f"{name}-machine", **members})
    proxy.forget()
    return str(made["Name"])


def of(admin: AdminClient, machine: str) -> dict[str, Any]:
    return dict(admin.get(f"machines/Name:{machine}"))


def params(admin: AdminClient, machine: str) -> dict[str, Any]:
    return dict(of(admin, machine)["Params"])


def write(admin: AdminClient, machine: str, pointer: str, value: Any) -> None:
    admin.patch(f"machines/Name:{machine}", {"op": "add", "path": pointer, "value": value})


def overwritten(outputs: dict[str, Any]) -> Any:
    """Return the overwritten values, which must be marked secret on the wire."""
    assert outputs["overwritten"].items() >= SECRET.items()
    return outputs["overwritten"]["value"]


def test_settings_cost_two_requests_a_change_and_a_way_back_one(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str
) -> None:
    before = of(admin, machine)
    uuid = before["Uuid"]
    inputs = {"machine": machine, "params": {"my/a": 1, "my/b": {"c": [1]}}, "meta": {"color": "blue"}}
    id_, outputs = plugin.create(MODEL, inputs)
    assert proxy.calls() == [f"GET machines/Name:{machine}", f"PATCH machines/{uuid}"]
    assert (id_, outputs["machine_uuid"], outputs["machine_name"]) == (uuid, uuid, machine)
    assert overwritten(outputs) == {}
    now = of(admin, machine)
    assert now["Params"] == {"theirs": 1, "my/x": "old", "my/a": 1, "my/b": {"c": [1]}}
    assert now["Meta"] == {**before["Meta"], "color": "blue"}
    proxy.forget()
    outputs = later.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 2}})
    assert proxy.calls() == [f"PATCH machines/{uuid}"]  # a change, and a key that is no longer declared
    assert params(admin, machine) == {"theirs": 1, "my/x": "old", "my/a": 2}
    proxy.forget()
    outputs = later.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 2, "my/n": True}})
    assert proxy.calls() == [f"GET machines/{uuid}", f"PATCH machines/{uuid}"]  # a new key
    proxy.forget()
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}) as last:
        last.delete(MODEL, id_, outputs)
        assert proxy.calls() == [f"PATCH machines/{uuid}"]
        assert of(admin, machine) == before
        assert last.read(MODEL, id_, outputs)[0] == uuid


def test_a_value_that_is_there_already_is_ours_from_now_on(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": machine, "params": {"my/x": "old"}})
    assert proxy.calls() == [f"GET machines/Name:{machine}"]
    later.delete(MODEL, id_, outputs)
    assert params(admin, machine) == {"theirs": 1}


def test_a_key_with_another_value_is_a_conflict(plugin: Plugin, admin: AdminClient, machine: str) -> None:
    before = of(admin, machine)
    inputs = {"machine": machine, "params": {"my/a": 1, "my/x": "new"}, "description": "mine", "meta": {"icon": "x"}}
    with pytest.raises(PluginError) as caught:
        plugin.create(MODEL, inputs)
    text = str(caught.value)
    assert f"machine '{machine}' has other values than this program; nothing was changed" in text
    assert 'params.my/x: live "old" / wanted "new"' in text
    assert 'description: live "found in rack 7" / wanted "mine"' in text
    assert 'meta.icon: live "server" / wanted "x"' in text
    assert "review" not in text
    assert 'force=["description", "icon", "my/x"]' in text
    assert "theirs" not in text
    assert of(admin, machine) == before


def test_what_force_displaced_is_put_back(plugin: Plugin, later: Plugin, admin: AdminClient, machine: str) -> None:
    before = of(admin, machine)
    inputs = {
        "machine": machine,
        "params": {"my/x": "new", "my/a": 1},
        "meta": {"icon": "anchor"},
        "description": "mine",
        "address": "10.0.0.7",
        "force": ["my/x", "icon", "description"],
    }
    id_, outputs = plugin.create(MODEL, inputs)
    assert overwritten(outputs) == {"/Params/my~1x": "old", "/Meta/icon": "server", "/Description": "found in rack 7"}
    now = of(admin, machine)
    assert (now["Params"]["my/x"], now["Meta"]["icon"], now["Description"]) == ("new", "anchor", "mine")
    assert now["Address"] == "10.0.0.7"
    # A key that is no longer declared is restored and forgotten.
    outputs = later.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 1}})
    assert params(admin, machine) == {"theirs": 1, "my/x": "old", "my/a": 1}
    assert overwritten(outputs) == {"/Meta/icon": "server", "/Description": "found in rack 7"}
    with Plugin(later._environment) as last:
        last.delete(MODEL, id_, outputs)
    assert of(admin, machine) == before


def test_what_others_wrote_later_is_left_to_them(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str
) -> None:
    inputs = {"machine": machine, "params": {"my/a": 1, "my/b": 2, "my/x": 3}, "force": ["my/x"]}
    id_, outputs = plugin.create(MODEL, inputs)
    write(admin, machine, "/Params/my~1a", "theirs")
    proxy.before("PATCH", lambda: write(admin, machine, "/Params/my~1x", "theirs too"))
    later.delete(MODEL, id_, outputs)
    assert params(admin, machine) == {"theirs": 1, "my/a": "theirs", "my/x": "theirs too"}


def test_a_refresh_shows_drift_and_does_not_make_it_ours(
    plugin: Plugin, later: Plugin, admin: AdminClient, machine: str
) -> None:
    inputs = {"machine": machine, "params": {"my/a": 1, "my/b": 2, "my/x": 3}, "force": ["my/x"]}
    id_, outputs = plugin.create(MODEL, inputs)
    write(admin, machine, "/Params/my~1a", "hotfix")
    admin.patch(f"machines/{id_}", {"op": "remove", "path": "/Params/my~1b"})
    _, seen, drifted = later.read(MODEL, id_, outputs)
    assert drifted["params"] == {"my/a": "hotfix", "my/x": 3}
    assert overwritten(seen) == {"/Params/my~1x": "old"}
    later.delete(MODEL, id_, seen)
    assert params(admin, machine) == {"theirs": 1, "my/a": "hotfix", "my/x": "old"}


def test_drift_that_an_up_has_taken_back_is_ours_again(
    plugin: Plugin, later: Plugin, admin: AdminClient, machine: str
) -> None:
    inputs = {"machine": machine, "params": {"my/a": 1}}
    id_, outputs = plugin.create(MODEL, inputs)
    write(admin, machine, "/Params/my~1a", "hotfix")
    seen = plugin.read(MODEL, id_, outputs)[1]
    assert overwritten({"overwritten": seen["applied"]}) == {"/Params/my~1a": 1}
    mended = plugin.update(MODEL, id_, seen, inputs)
    assert "applied" not in mended
    later.delete(MODEL, id_, mended)
    assert params(admin, machine) == {"theirs": 1, "my/x": "old"}


def test_drift_under_a_key_that_is_dropped_stays(
    plugin: Plugin, later: Plugin, admin: AdminClient, machine: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": machine, "params": {"my/a": 1, "my/b": 2}})
    write(admin, machine, "/Params/my~1a", "hotfix")
    seen = later.read(MODEL, id_, outputs)[1]
    later.update(MODEL, id_, seen, {"machine": machine, "params": {"my/b": 2}})
    assert params(admin, machine) == {"theirs": 1, "my/x": "old", "my/a": "hotfix", "my/b": 2}


def test_a_foreign_change_is_a_conflict_until_forced(
    plugin: Plugin, later: Plugin, admin: AdminClient, machine: str
) -> None:
    inputs: dict[str, Any] = {"machine": machine, "params": {"my/a": 1}}
    id_, outputs = plugin.create(MODEL, inputs)
    write(admin, machine, "/Params/my~1a", "hotfix")
    with pytest.raises(PluginError, match=r'params.my/a: reviewed 1 / live "hotfix" / wanted 2'):
        plugin.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 2}})
    outputs = plugin.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 2}, "force": ["my/a"]})
    assert overwritten(outputs) == {"/Params/my~1a": "hotfix"}
    later.delete(MODEL, id_, outputs)
    assert params(admin, machine)["my/a"] == "hotfix"


def test_a_secret_is_masked_in_a_conflict(plugin: Plugin, machine: str) -> None:
    inputs = {"machine": machine, "params": {"my/x": "canary"}, "secret_keys": ["params.my/x"]}
    with pytest.raises(PluginError, match=r"live \[secret\] / wanted \[secret\]") as caught:
        plugin.create(MODEL, inputs)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_an_unanswered_write_still_knows_what_it_overwrote(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, fault: str
) -> None:
    before = of(admin, machine)
    getattr(proxy, fault)("PATCH")
    inputs = {"machine": machine, "params": {"my/x": "new", "my/a": 1}, "force": ["my/x"]}
    id_, outputs = plugin.create(MODEL, inputs)
    assert overwritten(outputs) == {"/Params/my~1x": "old"}
    assert params(admin, machine) == {"theirs": 1, "my/x": "new", "my/a": 1}
    getattr(proxy, fault)("PATCH")
    later.delete(MODEL, id_, outputs)
    assert of(admin, machine) == before


def test_the_last_value_that_force_met_comes_back(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str
) -> None:
    proxy.before("PATCH", lambda: write(admin, machine, "/Params/my~1x", "newer"))
    id_, outputs = plugin.create(MODEL, {"machine": machine, "params": {"my/x": "mine"}, "force": ["my/x"]})
    assert overwritten(outputs) == {"/Params/my~1x": "newer"}
    later.delete(MODEL, id_, outputs)
    assert params(admin, machine) == {"theirs": 1, "my/x": "newer"}


def test_a_key_that_another_resource_declares_is_not_given_back(
    plugin: Plugin, admin: AdminClient, machine: str
) -> None:
    id_, outputs = plugin.create(MODEL, {"machine": machine, "params": {"my/a": 1, "my/b": 2}})
    uuid = of(admin, machine)["Uuid"]
    with Plugin(plugin._environment) as later:
        # The program now declares one resource for my/a under the machine's other name, none for my/b.
        later.create(MODEL, {"machine": uuid, "params": {"my/a": 1}})
        later.delete(MODEL, id_, outputs)
    assert params(admin, machine) == {"theirs": 1, "my/x": "old", "my/a": 1}


def test_a_key_that_moves_to_another_resource_is_kept(plugin: Plugin, admin: AdminClient, machine: str) -> None:
    first, second = ({"machine": machine, "params": {f"my/{key}": 1}} for key in "ab")
    id_, outputs = plugin.create(MODEL, {"machine": machine, "params": {"my/a": 1, "my/b": 1, "my/c": 1}})
    with Plugin(plugin._environment) as later:
        later.create(MODEL, second)
        later.update(MODEL, id_, outputs, first)
    assert params(admin, machine) == {"theirs": 1, "my/x": "old", "my/a": 1, "my/b": 1}


def test_a_lock_of_ours_opens_for_our_own_changes(
    plugin: Plugin, later: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str
) -> None:
    before = of(admin, machine)
    inputs: dict[str, Any] = {"machine": machine, "params": {"my/a": 1}, "locked": True}
    id_, outputs = plugin.create(MODEL, inputs)
    assert of(admin, machine)["Locked"] is True
    proxy.forget()
    outputs = later.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 2}})
    assert proxy.calls() == [f"PATCH machines/{id_}"] * 2
    assert (of(admin, machine)["Locked"], params(admin, machine)["my/a"]) == (True, 2)
    with pytest.raises(PluginError, match="the object is locked; unlock it"):
        later.create(MODEL, {"machine": machine, "params": {"my/b": 1}})
    proxy.lose_reply("PATCH", times=2)
    outputs = later.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 3}})
    assert (of(admin, machine)["Locked"], params(admin, machine)["my/a"]) == (True, 3)
    with Plugin(later._environment) as last:
        last.delete(MODEL, id_, outputs)
    assert of(admin, machine) == before


def test_an_unknown_machine_and_one_that_is_gone_are_named(
    plugin: Plugin, later: Plugin, admin: AdminClient, machine: str
) -> None:
    with pytest.raises(PluginError, match="machine 'nobody' is not on the endpoint, so nothing was set"):
        plugin.create(MODEL, {"machine": "nobody", "params": {"my/a": 1}})
    inputs: dict[str, Any] = {"machine": machine, "params": {"my/a": 1}}
    id_, outputs = plugin.create(MODEL, inputs)
    admin.delete(f"machines/{id_}")
    assert later.read(MODEL, id_, outputs)[0] == ""
    with pytest.raises(PluginError, match=f"machine '{machine}' is gone from the endpoint"):
        plugin.update(MODEL, id_, outputs, {**inputs, "params": {"my/a": 2}})
    later.delete(MODEL, id_, outputs)


def test_another_machine_replaces_and_its_other_name_does_not(plugin: Plugin, machine: str) -> None:
    olds = {"machine": machine, "machine_uuid": "u-1", "machine_name": machine, "params": {"my/a": 1}}
    assert plugin.diff(MODEL, olds, {"machine": "u-1", "params": {"my/a": 1}}).changes == NOTHING
    assert plugin.diff(MODEL, olds, {"machine": "u-1", "params": {"my/a": 2}}).changes == LEFT_TO_THE_ENGINE
    assert list(plugin.diff(MODEL, olds, {"machine": "other", "params": {"my/a": 1}}).replaces) == ["machine"]


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"machine": "a/b"}, "machine: 'a/b' is neither the name nor the uuid of a machine"),
        ({"machine": "node-1", "address": "here"}, "address: 'here' is not an IP address"),
        ({"machine": "node-1", "address": "FE80::1"}, "DRP stores 'FE80::1' as 'fe80::1'"),
        ({"machine": "node-1", "params": {"1bad": 1}}, "params.1bad: '1bad' is not a DRP param name"),
        ({"machine": "node-1", "locked": "yes"}, "locked: "),
        ({"machine": "node-1", "profiles": ["web"]}, "profiles: is not an input of this resource"),
    ],
)
def test_a_wrong_declaration_is_refused_by_name(plugin: Plugin, inputs: dict[str, Any], sentence: str) -> None:
    _, faults = plugin.check(MODEL, inputs)
    assert len(faults) == 1
    assert sentence in faults[0]
