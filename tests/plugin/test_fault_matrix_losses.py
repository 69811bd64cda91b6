"""The worst results of a write that landed without a readable response, and bugs that the matrix found.

The matrix itself is in tests/matrix. These are the cases with an unknown outcome, each with its message.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin, PluginError

PROFILE, SETTINGS, PACK = "profile:Profile", "machine_settings:MachineSettings", "content_pack:ContentPack"
PAGE, HTML = b"<html>The gateway says no.</html>", "text/html"
MANY = 99


@contextmanager
def another_run(proxy: FaultProxy) -> Iterator[Plugin]:
    """Return another provider process."""
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


def die_in(proxy: FaultProxy, method: str, act: Callable[[Plugin], Any]) -> None:
    """Let the provider process die after its write has landed and before the response."""
    landed, let_go = proxy.hold_reply(method)
    with another_run(proxy) as dying, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(act, dying)
        assert landed.wait(60)
        dying.process.kill()
        with pytest.raises(PluginError):
            answer.result(60)
        let_go.set()


def error_of(call: Callable[[], Any]) -> str:
    """Return the error, which is one line and not chained."""
    with pytest.raises(PluginError) as caught:
        call()
    text = str(caught.value).strip()
    assert "\n" not in text
    return text


@pytest.fixture
def machine(admin: AdminClient, name: str) -> str:
    admin.post("machines", {"Name": f"{name}-machine", "Params": {"os/disk": "FOREIGN"}})
    return f"{name}-machine"


def disk(admin: AdminClient, machine: str) -> Any:
    return admin.get(f"machines/Name:{machine}")["Params"].get("os/disk")


def forced(machine: str) -> dict[str, Any]:
    return {"machine": machine, "params": {"os/disk": "mine"}, "force": ["os/disk"]}


@pytest.mark.parametrize(
    ("status", "body"), [(502, PAGE), (504, PAGE), (200, b""), (200, b'{"Name": "te'), (401, PAGE), (401, b"")]
)
def test_without_a_mark_a_landed_post_succeeds_at_once(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, status: int, body: bytes
) -> None:
    proxy.spoil_reply("POST", status, body, HTML)
    _, outputs = plugin.create(PROFILE, {"name": name, "params": {"my/x": 1}})
    assert outputs["adopted"] is False
    assert admin.params(name) == {"my/x": 1}


def test_without_a_mark_a_process_that_dies_loses_its_post(proxy: FaultProxy, admin: AdminClient, name: str) -> None:
    """The endpoint does not show who owns the profile, so the next run fails and names both ways out."""
    inputs = {"name": name, "params": {"my/x": 1}}
    die_in(proxy, "POST", lambda dying: dying.create(PROFILE, inputs))
    assert admin.params(name) == {"my/x": 1}
    with another_run(proxy) as again:
        text = error_of(lambda: again.create(PROFILE, inputs))
        assert text.startswith(f"AlreadyExists: profile '{name}' exists already and is not this stack's")
        assert "set adopt=True to take over" in text
        assert "or choose another name or delete the object" in text
        again.create(PROFILE, {**inputs, "adopt": True})
    admin.delete(f"profiles/{name}")
    with another_run(proxy) as after:
        after.create(PROFILE, inputs)
    assert admin.params(name) == {"my/x": 1}


def test_with_a_mark_a_process_that_dies_loses_nothing(proxy: FaultProxy, admin: AdminClient, name: str) -> None:
    inputs = {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}}
    die_in(proxy, "POST", lambda dying: dying.create(PROFILE, inputs))
    with another_run(proxy) as again:
        id_, outputs = again.create(PROFILE, inputs)
    assert outputs["adopted"] is False
    with another_run(proxy) as later:
        later.delete(PROFILE, id_, outputs)
    assert not admin.exists(f"profiles/{name}")


def test_a_forced_write_whose_process_dies_warns_in_the_repeat(
    proxy: FaultProxy, admin: AdminClient, name: str, machine: str
) -> None:
    """The overwritten value is lost: the repeat warns of that, and the destroy removes the key."""
    die_in(proxy, "PATCH", lambda dying: dying.create(SETTINGS, forced(machine)))
    assert disk(admin, machine) == "mine"
    with another_run(proxy) as again:
        id_, outputs = again.create(SETTINGS, forced(machine))
        assert (
            "params.os/disk had the wanted value already. If an interrupted run overwrote another value" in again.stderr
        )
    with another_run(proxy) as later:
        later.delete(SETTINGS, id_, outputs)
    assert disk(admin, machine) is None


@pytest.mark.parametrize(("status", "body"), [(401, b""), (401, PAGE), (502, PAGE)])
def test_a_forced_write_that_is_never_confirmed_names_the_value(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str, status: int, body: bytes
) -> None:
    proxy.spoil_reply("PATCH", status, body, HTML)
    proxy.before("GET", lambda: proxy.answer("GET", status, body, HTML, times=MANY))
    proxy.answer("PATCH", status, body, HTML, times=MANY)
    text = error_of(lambda: plugin.create(SETTINGS, forced(machine)))
    assert text.endswith('params.os/disk was "FOREIGN": if it was applied, only this line records that.')
    assert disk(admin, machine) == "mine"


def test_a_forced_write_that_a_gateway_refuses_is_looked_up(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, machine: str
) -> None:
    proxy.spoil_reply("PATCH", 401, PAGE, HTML)
    id_, outputs = plugin.create(SETTINGS, forced(machine))
    with another_run(proxy) as later:
        later.delete(SETTINGS, id_, outputs)
    assert disk(admin, machine) == "FOREIGN"


@pytest.mark.parametrize("status", [302, 400, 403, 500])
def test_a_page_in_answer_to_the_second_look_is_one_sentence(
    plugin: Plugin, proxy: FaultProxy, name: str, status: int
) -> None:
    proxy.answer("HEAD", status, PAGE, HTML)
    text = error_of(lambda: plugin.read(PROFILE, name, {"name": name}))
    assert text.startswith(("UnexpectedAnswer: HEAD", "ServerFault: HEAD", "Forbidden: HEAD"))


@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (200, b"null")])
def test_a_pack_is_deleted_when_it_is_gone(
    proxy: FaultProxy, admin: AdminClient, name: str, status: int, body: bytes
) -> None:
    """DRP responds with 204 alone, as a gateway may that has not forwarded the request."""
    admin.post("contents", {"meta": {"Name": name, "Version": "v1"}, "sections": {}})
    proxy.answer("DELETE", status, body, "application/json")
    with another_run(proxy) as later:
        later.delete(PACK, name, {"name": name, "version": "v1", "content": {"sections": {}}})
    assert not admin.exists(f"contents/{name}")


def test_the_summary_of_another_pack_is_not_believed(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    summary = {"meta": {"Name": "another"}, "Counts": {}, "Warnings": []}
    proxy.answer("POST", 201, json.dumps(summary).encode(), "application/json")
    plugin.create(PACK, {"name": name, "content": {"sections": {}}})
    assert admin.exists(f"contents/{name}")


def test_a_drain_that_sees_no_endpoint_names_the_endpoint(proxy: FaultProxy, admin: AdminClient, name: str) -> None:
    """The machine may have been drained, so the error must name the endpoint instead."""
    admin.post("stages", {"Name": f"{name}-stage"})
    admin.post("workflows", {"Name": name, "Stages": [f"{name}-stage"]})
    uuid = admin.post("machines", {"Name": f"{name}-machine", "Workflow": name})["Uuid"]
    outputs = {"machine": f"{name}-machine", "workflow": name, "drain_workflow": name, "drain_timeout": 1}
    proxy.before("GET", lambda: proxy.answer("GET", 502, PAGE, HTML, times=MANY))
    with another_run(proxy) as later:
        text = error_of(lambda: later.delete("machine_workflow:MachineWorkflow", uuid, outputs))
    assert text.startswith("ServerFault: GET machines/")
