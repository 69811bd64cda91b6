"""Replies get lost, others write at the same moment, and nothing is lost or done twice."""

import pytest

from tests.support.door import Door
from tests.support.operator import Operator
from tests.support.plugin import Plugin, PluginError

PROFILE = "profile:Profile"
CLUSTER = "cluster_profile:ClusterProfile"


def test_a_lost_reply_of_a_create_is_found_by_the_owner_mark(
    plugin: Plugin, door: Door, operator: Operator, name: str
) -> None:
    door.lose_reply("POST")
    id_, outputs = plugin.create(PROFILE, {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}})
    assert (id_, outputs["adopted"]) == (name, False)
    assert operator.params(name) == {"my/x": 1}
    assert door.calls() == ["POST profiles", f"GET profiles/{name}"]


def test_a_lost_reply_of_a_create_is_found_without_a_mark_too(
    plugin: Plugin, door: Door, operator: Operator, name: str
) -> None:
    door.lose_reply("POST")
    plugin.create(PROFILE, {"name": name, "params": {"my/x": 1}})
    assert operator.params(name) == {"my/x": 1}


def test_a_create_that_never_arrived_is_sent_again(plugin: Plugin, door: Door, operator: Operator, name: str) -> None:
    door.lose_request("POST")
    plugin.create(PROFILE, {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}})
    assert operator.params(name) == {"my/x": 1}
    assert door.calls().count("POST profiles") == 2


def test_an_interrupted_create_is_recognised_and_brought_to_the_wanted_state(
    plugin: Plugin, operator: Operator, name: str
) -> None:
    mark = {"pulumi-owner": f"p/s/{name}"}
    operator.post("profiles", {"Name": name, "Meta": mark, "Params": {"my/x": 1, "theirs": 2, "my/leader": "node-2"}})
    inputs = {
        "name": name,
        "owner": f"p/s/{name}",
        "params": {"my/x": 10, "my/y": 1},
        "runtime_params": {"my/leader": "none", "my/other": "none"},
    }
    _, outputs = plugin.create(CLUSTER, inputs)
    assert outputs["adopted"] is False
    assert operator.params(name) == {
        "cluster-profile": name, "my/x": 10, "my/y": 1, "theirs": 2, "my/leader": "node-2", "my/other": "none",
    }  # fmt: skip


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_silent_update_is_looked_up_and_ends_as_wanted(
    plugin: Plugin, door: Door, operator: Operator, name: str, fault: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    getattr(door, fault)("PATCH")
    plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 2, "my/y": 3}})
    assert operator.params(name) == {"my/x": 2, "my/y": 3}


def test_a_silent_update_that_somebody_overwrote_is_a_conflict(
    plugin: Plugin, door: Door, operator: Operator, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    door.lose_request("PATCH")
    door.before("GET", lambda: operator.set_param(name, "my/x", 7))
    with pytest.raises(PluginError, match=r"params.my/x: reviewed 1 / live 7 / wanted 2"):
        plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 2}})
    assert operator.params(name) == {"my/x": 7}


def test_a_new_key_meets_another_writer_and_both_are_kept(
    plugin: Plugin, door: Door, operator: Operator, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    door.before("PATCH", lambda: operator.set_param(name, "theirs", 1))
    plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 1, "my/y": 3}})
    assert operator.params(name) == {"my/x": 1, "my/y": 3, "theirs": 1}


def test_a_new_key_that_somebody_else_took_meanwhile_is_a_conflict(
    plugin: Plugin, door: Door, operator: Operator, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    door.before("PATCH", lambda: operator.set_param(name, "my/y", "theirs"))
    with pytest.raises(PluginError, match=r'params.my/y: reviewed \(absent\) / live "theirs" / wanted 3'):
        plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 5, "my/y": 3}})
    assert operator.params(name) == {"my/x": 1, "my/y": "theirs"}


def test_writers_that_never_pause_end_in_a_sentence_and_not_in_a_loop(
    plugin: Plugin, door: Door, operator: Operator, name: str
) -> None:
    olds = {"name": name, "params": {"my/x": 1}}
    plugin.create(PROFILE, olds)
    turns = iter(range(100))
    door.before("PATCH", lambda: operator.set_param(name, "theirs", next(turns)), times=100)
    with pytest.raises(PluginError, match="was changed by other writers at each of 5 attempts"):
        plugin.update(PROFILE, name, olds, {"name": name, "params": {"my/x": 1, "my/y": 3}})
    assert "my/y" not in operator.params(name)


def test_a_lost_reply_of_a_delete_is_a_success(plugin: Plugin, door: Door, operator: Operator, name: str) -> None:
    operator.post("profiles", {"Name": name})
    door.lose_reply("DELETE")
    plugin.delete(PROFILE, name, {"name": name})
    assert not operator.exists(f"profiles/{name}")


def test_a_profile_in_use_is_kept_and_its_machines_are_named(plugin: Plugin, operator: Operator, name: str) -> None:
    operator.post("profiles", {"Name": name})
    for machine in ("node-1", "node-2"):
        operator.patch(f"machines/Name:{machine}", {"op": "add", "path": "/Profiles/-", "value": name})
    with pytest.raises(PluginError, match=f"profile '{name}' is still in use by machine node-1, machine node-2"):
        plugin.delete(PROFILE, name, {"name": name})
    assert operator.exists(f"profiles/{name}")


def test_an_adopted_profile_gives_back_what_is_still_as_it_was_left(
    plugin: Plugin, door: Door, operator: Operator, name: str
) -> None:
    operator.post("profiles", {"Name": name, "Params": {"my/x": 1, "my/y": 2, "my/z": 9, "theirs": 3}})
    outputs = {"name": name, "params": {"my/x": 1, "my/y": 20, "my/z": 9}, "adopted": True}
    door.before("PATCH", lambda: operator.set_param(name, "my/z", 90))
    plugin.delete(PROFILE, name, outputs)
    assert operator.params(name) == {"my/y": 2, "my/z": 90, "theirs": 3}
    plugin.delete(PROFILE, f"{name}-gone", {**outputs, "name": f"{name}-gone"})


def test_a_read_only_profile_is_refused_with_its_reason(plugin: Plugin) -> None:
    with pytest.raises(PluginError, match="the global profile, you cannot delete it"):
        plugin.delete(PROFILE, "global", {"name": "global"})
