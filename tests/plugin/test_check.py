"""`check` reports every input error at once, before any request, with its input and the way out."""

from typing import Any

import pytest

from tests.support.plugin import UNKNOWN, Plugin, PluginError

PROFILE = "profile:Profile"
CLUSTER = "cluster_profile:ClusterProfile"
ASSIGNMENT = "assignment:MachineAssignment"
READY = "cluster_ready:ClusterReady"
WAIT: dict[str, Any] = {"profile": "web", "machines": []}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (2**53 + 1, "params.my/x: DRP keeps whole numbers exactly only between"),
        ({"deep": [2**60]}, "params.my/x: .deep[0] DRP keeps whole numbers exactly only between"),
        (2**53, "params.my/x: DRP keeps whole numbers exactly only between"),
        (-(2**53), "params.my/x: DRP keeps whole numbers exactly only between"),
        (float("nan"), "params.my/x: NaN and infinities are not JSON"),
        (float("inf"), "params.my/x: NaN and infinities are not JSON"),
        ("␀ null", "params.my/x: None cannot be a param value"),
        ({"deep": "␀ null"}, "params.my/x: .deep None cannot be a param value"),
    ],
)
def test_a_value_that_would_not_arrive_unchanged_is_refused(plugin: Plugin, value: Any, sentence: str) -> None:
    _, faults = plugin.check(PROFILE, {"name": "web", "params": {"my/x": value, "my/y": 1}})
    assert [fault.startswith(sentence) for fault in faults] == [True], faults


@pytest.mark.parametrize(
    ("model", "inputs", "sentence"),
    [
        (CLUSTER, {"name": "ex", "params": {"cluster-profile": "canary"}}, "must be the profile's own name 'ex'"),
        (
            CLUSTER,
            {"name": "ex", "runtime_params": {"cluster-profile": "ex"}},
            "cluster-profile holds the profile's own name and belongs to the program: take it out of runtime_params",
        ),
        (
            CLUSTER,
            {"name": "ex", "params": {"my/x": 1}, "runtime_params": {"my/x": 2}},
            "my/x is in params and in runtime_params",
        ),
        (PROFILE, {"name": "a/b"}, "name: 'a/b' is not a DRP name"),
        (PROFILE, {"name": ""}, "name: '' is not a DRP name"),
        (PROFILE, {"name": "x"}, "name: 'x' is not a DRP name, whose names have two characters or more"),
        (PROFILE, {"name": "web", "params": {"x": 1}}, "'x' is not a DRP param name, whose names have two characters"),
        (PROFILE, {"name": "newline\n"}, "is not a DRP name"),
        (PROFILE, {"name": "web", "params": {"1bad": 1}}, "params.1bad: '1bad' is not a DRP param name"),
        (PROFILE, {"name": "web", "meta": {"icon": 1}}, "meta.icon: "),
        (PROFILE, {"name": "web", "meta": {"pulumi-owner": "me"}}, "pulumi-owner is the provider's own mark"),
        (PROFILE, {"name": "web", "parms": {}}, "parms: is not an input of this resource"),
        (ASSIGNMENT, {"machine": "␀ null", "profile": "web"}, "machine: is null: write a text"),
        (ASSIGNMENT, {"machine": "", "profile": "web"}, "machine: '' is neither the name nor the uuid of a machine"),
        (ASSIGNMENT, {"machine": "node-1", "profile": "a/b"}, "profile: 'a/b' is not a DRP name"),
        ("param:Param", {"name": "my/x", "schema": "string"}, "schema: is a text: write a map"),
        (PROFILE, {"name": "web", "force": "my/x"}, 'force: is a text: write a list: ["my/x"]'),
        (PROFILE, {"name": "web", "force": [1]}, "force.0: is a number: write a text"),
        (PROFILE, {"name": "web", "adopt": "no"}, "adopt: is a text: write True or False"),
        (PROFILE, {"name": "web", "adopt": 1}, "adopt: is a number: write True or False"),
        (CLUSTER, {"name": "web", "self_reference": 5}, "self_reference: must be the name of a param, or a list of"),
        (CLUSTER, {"name": "web", "self_reference": [5]}, "self_reference: must be the name of a param, or a list of"),
        (CLUSTER, {"name": "web", "reset": 5}, "reset: is a number: write a text"),
        (PROFILE, {"name": "web", "params": ["my/x"]}, "params: is a list: write a map"),
        (PROFILE, {"name": "web", "description": 1}, "description: is a number: write a text"),
        ("content_pack:ContentPack", {"name": "pack", "content": {}, "adopt": "yes"}, "adopt: is a text: write True"),
        (READY, {**WAIT, "params": "a/b"}, 'params: is a text: write a list: ["a/b"]'),
        (READY, {**WAIT, "secret_params": "a/b"}, 'secret_params: is a text: write a list: ["a/b"]'),
        (READY, {**WAIT, "masked_params": "a/b"}, 'masked_params: is a text: write a list: ["a/b"]'),
        (READY, {**WAIT, "masked_values": "s3"}, 'masked_values: is a text: write a list: ["s3"]'),
        (READY, {**WAIT, "machines": "node-1"}, 'machines: is a text: write a list: ["node-1"]'),
        (READY, {**WAIT, "values": ["a/b"]}, "values: is a list: write a map"),
        (READY, {**WAIT, "timeout": "10m"}, "timeout: is a text: write a number"),
        (READY, {**WAIT, "timeout": True}, "timeout: is a boolean: write a number"),
        (READY, {**WAIT, "timeout": 0}, "timeout: must be greater than 0"),
    ],
)
def test_a_wrong_declaration_is_refused_by_name(
    plugin: Plugin, model: str, inputs: dict[str, Any], sentence: str
) -> None:
    _, faults = plugin.check(model, inputs)
    assert len(faults) == 1
    assert sentence in faults[0]
    assert "canary" not in faults[0]


def test_all_faults_are_reported_at_once(plugin: Plugin) -> None:
    _, faults = plugin.check(PROFILE, {"name": "", "params": {"1bad": 1, "my/x": 2**60}, "nonsense": True})
    assert len(faults) == 4


def test_unknown_values_are_no_faults_and_stay_unknown(plugin: Plugin) -> None:
    news: dict[str, Any] = {"name": UNKNOWN, "params": {"my/x": UNKNOWN, "my/y": {"deep": [UNKNOWN]}}, "meta": UNKNOWN}
    inputs, faults = plugin.check(CLUSTER, news)
    assert faults == []
    assert inputs.pop("run_number") == 1
    assert inputs == {**news, "params": {"cluster-profile": UNKNOWN, **news["params"]}}


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (READY, {"profile": "web", "machines": [UNKNOWN]}),
        (READY, {"profile": UNKNOWN, "machines": UNKNOWN}),
        (READY, {"profile": "web"}),
        (CLUSTER, {"params": {"my/x": 1}}),
        ("content_pack:ContentPack", {"name": "pack"}),
        ("content_pack:ContentPack", {"name": "pack", "content": UNKNOWN}),
        ("content_pack:ContentPack", {"name": "pack", "content": {"meta": {}, "sections": {"tasks": UNKNOWN}}}),
        ("machine_workflow:MachineWorkflow", {"machine": UNKNOWN, "workflow": UNKNOWN}),
    ],
)
def test_a_required_input_that_is_not_known_is_not_missing(plugin: Plugin, model: str, inputs: dict[str, Any]) -> None:
    assert plugin.check(model, inputs)[1] == []


def test_an_input_that_is_missing_when_it_is_needed_is_named(plugin: Plugin) -> None:
    sentence = "InvalidInput: machine assignment: machine, profile has no value, because its source failed or is None"
    with pytest.raises(PluginError, match=sentence):
        plugin.create(ASSIGNMENT, {})


def test_what_is_known_is_judged_beside_what_is_not(plugin: Plugin) -> None:
    _, faults = plugin.check(PROFILE, {"name": UNKNOWN, "params": {"my/x": UNKNOWN, "1bad": 1}})
    assert len(faults) == 1


def test_the_reviewer_sees_the_self_reference(plugin: Plugin) -> None:
    inputs, _ = plugin.check(CLUSTER, {"name": "ex"})
    assert inputs["params"] == {"cluster-profile": "ex"}
    inputs, _ = plugin.check(
        CLUSTER, {"name": "ex", "self_reference": ["krib/cluster-profile", "etcd/cluster-profile"]}
    )
    assert inputs["params"] == {"krib/cluster-profile": "ex", "etcd/cluster-profile": "ex"}
    inputs, _ = plugin.check(CLUSTER, {"name": "ex", "self_reference": []})
    assert inputs["params"] == {}


def test_a_uuid_is_written_as_drp_writes_it(plugin: Plugin) -> None:
    inputs, _ = plugin.check(ASSIGNMENT, {"machine": "A2E7C1AA-0000-4000-8000-00000000000F", "profile": "web"})
    assert inputs["machine"] == "a2e7c1aa-0000-4000-8000-00000000000f"


def test_an_unchanged_value_stays_listed_as_secret(plugin: Plugin) -> None:
    olds = {"name": "web", "params": {"my/x": "s", "my/y": "s"}, "secret_keys": ["params.my/x", "params.my/y"]}
    news = {"name": "web", "params": {"my/x": "s", "my/y": "other"}, "secret_keys": ["meta"]}
    assert plugin.check(PROFILE, news, olds)[0]["secret_keys"] == ["meta", "params.my/x"]
    del news["secret_keys"]
    assert plugin.check(PROFILE, news, olds)[0]["secret_keys"] == ["params.my/x"]
    assert "secret_keys" not in plugin.check(PROFILE, news, {**olds, "secret_keys": ["*"]})[0]


@pytest.mark.parametrize("listed", ["address", "*"])
def test_a_fault_does_not_print_a_secret(plugin: Plugin, listed: str) -> None:
    inputs = {"machine": "node-1", "address": "canary", "params": {"my/x": None}, "secret_keys": [listed]}
    _, faults = plugin.check("machine_settings:MachineSettings", inputs)
    assert "address: '[secret]' is not an IP address" in faults
    assert "canary" not in str(faults)
