"""The results of `diff`; Pulumi's engine finds the changed paths."""

from typing import Any

import pytest

from tests.support.plugin import UNKNOWN, Plugin

PROFILE = "profile:Profile"
CLUSTER = "cluster_profile:ClusterProfile"
ASSIGNMENT = "assignment:MachineAssignment"
LEFT_TO_THE_ENGINE, NOTHING = 0, 1
BASE: dict[str, Any] = {"name": "web", "params": {"my/x": 1, "my/y": {"a": [1, 2]}}}


@pytest.mark.parametrize(
    "news",
    [
        BASE,
        {**BASE, "params": {"my/y": {"a": [1.0, 2]}, "my/x": 1.0}},
        {**BASE, "force": ["my/x"]},
        {**BASE, "adopt": True},
    ],
)
def test_what_changes_nothing_on_the_endpoint_is_no_change(plugin: Plugin, news: dict[str, Any]) -> None:
    answer = plugin.diff(PROFILE, {**BASE, "adopted": False}, news)
    assert answer.changes == NOTHING
    assert list(answer.replaces) == []


@pytest.mark.parametrize(
    "news",
    [
        {**BASE, "params": {"my/x": True, "my/y": {"a": [1, 2]}}},
        {**BASE, "params": {"my/x": 1}},
        {**BASE, "params": {**BASE["params"], "my/z": 0}},
        {**BASE, "params": UNKNOWN},
        {**BASE, "description": "d"},
        {**BASE, "owner": "other/stack/web"},
        {**BASE, "secret_keys": ["params.my/x"]},  # the recorded value must be encrypted
    ],
)
def test_a_changed_input_is_an_update_in_place(plugin: Plugin, news: dict[str, Any]) -> None:
    answer = plugin.diff(PROFILE, BASE, news)
    assert answer.changes == LEFT_TO_THE_ENGINE
    assert list(answer.replaces) == []


@pytest.mark.parametrize("name", ["other", UNKNOWN])
def test_another_name_replaces_and_the_new_object_comes_first(plugin: Plugin, name: str) -> None:
    answer = plugin.diff(PROFILE, BASE, {**BASE, "name": name})
    assert list(answer.replaces) == ["name"]
    assert answer.deleteBeforeReplace is False


def test_a_replacement_of_the_same_name_deletes_first(plugin: Plugin) -> None:
    assert plugin.diff(PROFILE, BASE, {**BASE, "description": "d"}).deleteBeforeReplace is True


def test_a_changed_first_value_of_a_runtime_param_is_shown(plugin: Plugin) -> None:
    olds = {"name": "ex", "runtime_params": {"my/leader": "none"}}
    news = {"name": "ex", "runtime_params": {"my/leader": "none", "my/other": "none"}}
    assert plugin.diff(CLUSTER, olds, news).changes == LEFT_TO_THE_ENGINE


def test_the_other_name_of_the_same_machine_is_no_change(plugin: Plugin) -> None:
    olds = {"machine": "node-1", "profile": "web", "machine_uuid": "u-1", "machine_name": "node-1"}
    assert plugin.diff(ASSIGNMENT, olds, {"machine": "u-1", "profile": "web"}).changes == NOTHING
    assert list(plugin.diff(ASSIGNMENT, olds, {"machine": "node-2", "profile": "web"}).replaces) == ["machine"]
    assert list(plugin.diff(ASSIGNMENT, olds, {"machine": "node-1", "profile": "db"}).replaces) == ["profile"]
