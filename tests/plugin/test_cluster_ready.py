"""Waits for a cluster: one list request per poll, and an error that names the cause."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from drp_provider.api.client import Client
from drp_provider.api.transport import READ_ATTEMPTS, Transport
from drp_provider.engine.lifecycles import cluster_ready
from drp_provider.engine.registry import Registry
from drp_provider.errors import NotReady
from drp_provider.models.cluster_ready import ClusterReady
from tests.support.admin import KEY, AdminClient
from tests.support.agent import Agent, make_workflow, start_workflow
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

MODEL = "cluster_ready:ClusterReady"
SECRET_MARK = "4dabf18193072939515e22adb298388d"
MACHINES = ("node-1", "node-2", "node-3")


@pytest.fixture(params=["v4.8", "v3.13"])
def own_endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=4, dialect=request.param) as running:
        yield running


@pytest.fixture
def admin(own_endpoint: EmulatedEndpoint) -> AdminClient:
    admin = AdminClient(own_endpoint.url)
    make_workflow(admin, "pattern", "elect", "work")
    admin.post("profiles", {"Name": "example", "Params": {"my/leader": "none", "my/count": 0}})
    for machine in MACHINES:
        admin.patch(f"machines/Name:{machine}", {"op": "add", "path": "/Profiles/-", "value": "example"})
        start_workflow(admin, machine, "pattern")
    return admin


@pytest.fixture
def proxy(own_endpoint: EmulatedEndpoint) -> Iterator[FaultProxy]:
    with FaultProxy(own_endpoint.url) as opened:
        yield opened


@pytest.fixture
def plugin(proxy: FaultProxy) -> Iterator[Plugin]:
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


@pytest.fixture
def inputs(admin: AdminClient) -> dict[str, Any]:
    uuids = [admin.get(f"machines/Name:{machine}")["Uuid"] for machine in MACHINES]
    return {"profile": "example", "machines": uuids, "workflow": "pattern", "poll_seconds": 0.1, "timeout": 60}


def test_each_poll_is_one_request_and_the_members_are_found(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    agents = iter([Agent(admin, machine) for machine in MACHINES])
    proxy.before("GET", lambda: next(agents).work(), times=3)
    id_, outputs = plugin.create(MODEL, inputs)
    assert id_ == "example"
    assert outputs["members"] == dict(zip(MACHINES, inputs["machines"], strict=True))
    assert proxy.calls() == ["GET machines"] * 3


def test_named_params_are_waited_for_and_given_out(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    for machine in MACHINES:
        Agent(admin, machine).work()
    values = iter([("my/other", 1), ("my/leader", "node-2"), ("my/count", 3)])

    def write() -> None:
        key, value = next(values, ("my/other", 2))
        admin.set_param("example", key, value)

    proxy.before("GET", write, times=4)
    _, outputs = plugin.create(MODEL, {**inputs, "params": ["my/leader"], "values": {"my/count": 3}})
    assert outputs["collected"] == {"my/leader": "node-2", "my/count": 3}


def test_a_failed_machine_is_named_with_its_task_and_log(
    plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    Agent(admin, "node-1").work()
    Agent(admin, "node-2").work(fail_at="work", log="first\nlast words\n")
    with pytest.raises(PluginError, match="machine node-2 failed in task work") as caught:
        plugin.create(MODEL, inputs)
    assert "last words" in str(caught.value)


def test_a_machine_with_another_workflow_ends_the_wait(
    plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    admin.patch("machines/Name:node-3", {"op": "replace", "path": "/Workflow", "value": ""})
    with pytest.raises(PluginError, match=r"machine node-3 was given the workflow '\(none\)' by another client"):
        plugin.create(MODEL, inputs)


def test_an_unavailable_machine_ends_the_wait(plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]) -> None:
    admin.patch("machines/Name:node-3", {"op": "add", "path": "/Profiles/-", "value": "nobody"})
    with pytest.raises(PluginError, match="machine node-3 is not available"):
        plugin.create(MODEL, inputs)


def test_a_wait_that_is_over_says_what_each_machine_is_doing(
    plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    Agent(admin, "node-1").work()
    admin.patch("machines/Name:node-3", {"op": "replace", "path": "/Profiles", "value": []})
    with pytest.raises(PluginError) as caught:
        plugin.create(MODEL, {**inputs, "timeout": 0.3})
    text = str(caught.value)
    assert "was not ready within 0.3 s; still waiting for node-2 (has not begun: does an agent run on it?)" in text
    assert "1 that do not carry the profile" in text
    assert "node-1" not in text


def test_a_changed_trigger_waits_again_and_nothing_else_asks(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    for machine in MACHINES:
        Agent(admin, machine).work()
    id_, outputs = plugin.create(MODEL, inputs)
    assert plugin.diff(MODEL, outputs, inputs).changes == 1
    assert plugin.diff(MODEL, outputs, {**inputs, "trigger": "again"}).changes == 0
    proxy.forget()
    assert plugin.read(MODEL, id_, outputs)[0] == id_
    plugin.delete(MODEL, id_, outputs)
    assert proxy.calls() == []
    plugin.update(MODEL, id_, outputs, {**inputs, "trigger": "again"})
    assert proxy.calls() == ["GET machines"]


def test_each_poll_of_a_hundred_machines_is_one_request() -> None:
    with EmulatedEndpoint(machines=100) as endpoint, FaultProxy(endpoint.url) as proxy:
        admin = AdminClient(endpoint.url)
        make_workflow(admin, "pattern", "elect")
        admin.post("profiles", {"Name": "large"})
        machines = [machine["Uuid"] for machine in admin.get("machines")]
        for machine in machines:
            admin.patch(f"machines/{machine}", {"op": "add", "path": "/Profiles/-", "value": "large"})
        start_workflow(admin, "node-7", "pattern")
        proxy.before("GET", lambda: None, times=2)
        proxy.before("GET", Agent(admin, "node-7").work)
        with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}) as plugin:
            inputs = {"profile": "large", "machines": machines, "poll_seconds": 0.1, "timeout": 60}
            _, outputs = plugin.create(MODEL, inputs)
        assert len(outputs["members"]) == 100
        assert proxy.calls() == ["GET machines"] * 3


def test_the_end_of_a_log_has_no_secrets_and_no_controls(
    plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    admin.set_param("example", "my/token", "hunter-42")
    admin.set_param("example", "my/nested", {"deep": ["swordfish"]})
    said = [
        "joined with hunter-42",
        "\x1b]0;title\x07 swordfish",
        "word " * 60 + "the end",
        f"RS_TOKEN={'aB3_' * 40}",
        "Command exited with status 1",
        "Action script finished",
        "Task work failed",
        "Marked machine node-1 as not runnable",
    ]
    Agent(admin, "node-1").work(fail_at="work", log="\n".join(said) + "\n")
    with pytest.raises(PluginError) as caught:
        plugin.create(MODEL, {**inputs, "secret_params": ["my/token"], "masked_params": ["my/nested"]})
    lines = str(caught.value).partition("Its log ends:")[2].splitlines()[1:5]
    shown = [line.strip() for line in lines]
    assert shown[:2] == ["joined with [secret]", r"\x1b]0;title\x07 [secret]"]
    assert shown[2].endswith("word…")
    assert len(shown[2]) == 200
    assert shown[3] == "RS_TOKEN=[secret]"
    assert "Command exited" not in str(caught.value)
    assert "Log for Job" not in str(caught.value)


def test_a_secret_of_several_lines_is_masked_line_by_line(
    plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    admin.set_param("example", "my/key", "-----BEGIN KEY-----\nMIIEcanary\nmorecanary==\n-----END KEY-----\n")
    said = "+ install MIIEcanary\nmorecanary==\ncanary-of-the-pack\nand canary-of-before\n"
    before = plugin.check(MODEL, {**inputs, "masked_values": ["canary-of-before"]})[0]
    Agent(admin, "node-1").work(fail_at="work", log=said)
    masked = {"masked_params": ["my/key"], "masked_values": [{"deep": "echo 'canary-of-the-pack'"}]}
    with pytest.raises(PluginError) as caught:
        plugin.update(MODEL, "example", before, {**inputs, **masked})
    assert "+ install [secret]" in str(caught.value)
    assert "and [secret]" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_possible_transform_masks_all_params(plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]) -> None:
    admin.set_param("example", "my/leader", "canary")
    for machine in MACHINES:
        Agent(admin, machine).work()
    _, outputs = plugin.create(MODEL, {**inputs, "params": ["my/leader"], "secret_keys": ["*"]})
    assert SECRET_MARK in outputs["collected"]
    start_workflow(admin, "node-1", "")
    start_workflow(admin, "node-1", "pattern")
    Agent(admin, "node-1").work(fail_at="work", log="leader canary\n")
    with pytest.raises(PluginError, match=r"leader \[secret\]"):
        plugin.create(MODEL, {**inputs, "secret_keys": ["*"]})


@pytest.mark.parametrize(
    ("times", "sentence"), [(0, "Its job cannot be read (403)"), (1, "Its log cannot be read (403)")]
)
def test_an_unreadable_job_hides_no_machine(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, inputs: dict[str, Any], times: int, sentence: str
) -> None:
    Agent(admin, "node-1").work(fail_at="elect")
    refusal = b'{"Model":"","Key":"","Type":"AUTH","Messages":["Cannot access"],"Code":403}'
    proxy.before("GET", lambda: None, times=1 + times)
    proxy.answer("GET", 403, refusal, "application/json")
    with pytest.raises(PluginError, match="cluster 'example' did not come up: machine node-1 failed in task") as caught:
        plugin.create(MODEL, inputs)
    assert sentence in str(caught.value)


def test_values_that_the_program_keeps_secret_are_found_secretly(
    plugin: Plugin, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    for machine in MACHINES:
        Agent(admin, machine).work()
    admin.set_param("example", "my/leader", "node-2")
    wanted = {"values": {"my/count": 0}, "secret_params": ["my/leader"], "secret_keys": ["values.my/count"]}
    _, outputs = plugin.create(MODEL, {**inputs, **wanted})
    assert outputs["collected"] == {}
    assert SECRET_MARK in outputs["collected_secrets"]
    assert outputs["collected_secrets"]["value"] == {"my/count": 0, "my/leader": "node-2"}


def test_a_wait_outlasts_an_endpoint_that_restarts(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, inputs: dict[str, Any]
) -> None:
    proxy.before("GET", lambda: None)
    proxy.answer("GET", 503, b"starting", "text/plain", times=READ_ATTEMPTS)
    agents = iter([Agent(admin, machine) for machine in MACHINES])
    proxy.before("GET", lambda: next(agents).work(), times=3)
    _, outputs = plugin.create(MODEL, inputs)
    assert sorted(outputs["members"]) == list(MACHINES)
    assert "example: the endpoint is away; retrying" in plugin.stderr


def test_an_endpoint_that_stays_away_ends_the_wait_in_time(
    plugin: Plugin, proxy: FaultProxy, inputs: dict[str, Any]
) -> None:
    proxy.answer("GET", 503, b"starting", "text/plain", times=1000)
    with pytest.raises(PluginError, match=r"GET machines failed on the endpoint \(503\)"):
        plugin.create(MODEL, {**inputs, "timeout": 0.1})


def test_an_idle_wait_says_so_at_growing_intervals(
    proxy: FaultProxy, inputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster_ready, "FIRST_SILENCE", 0.01)
    with pytest.raises(NotReady):
        cluster_ready.ClusterReadyLifecycle(ClusterReady, Registry()).create(
            Client(Transport(proxy.url, key=":".join(KEY))), {**inputs, "timeout": 1}
        )
    first, *again = capsys.readouterr().err.splitlines()
    assert first == "example: 0 of 3 machines are done; now at the start"
    assert again
    assert {re.sub(r"\d+", "N", line) for line in again} == {
        "example: N of N machines are done; now at the start, for N s"
    }
    assert len(again) < len(proxy.calls())
