"""A preview warns of a `force` without effect."""

from collections.abc import Iterator
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.admin import KEY
from tests.support.plugin import UNKNOWN, Plugin

PROFILE = "profile:Profile"
WORKFLOW = "machine_workflow:MachineWorkflow"


@pytest.fixture
def plugin(shared_endpoint: EmulatedEndpoint) -> Iterator[Plugin]:
    with Plugin({"RS_ENDPOINT": shared_endpoint.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


def test_a_name_that_is_not_declared_is_warned_of(plugin: Plugin) -> None:
    for _ in range(2):
        plugin.check(PROFILE, {"name": "web", "params": {"my/x": 1}, "force": ["my/y", "my/x"]})
    assert plugin.stderr == (
        "warning: profile 'web': force names 'my/y', which it does not declare: correct the name, or take it out.\n"
    )


@pytest.mark.parametrize("named", ["my/x", "params.my/x", "description", "icon"])
def test_a_name_that_is_needed_no_more_is_warned_of(plugin: Plugin, named: str) -> None:
    inputs = {"name": "web", "params": {"my/x": 1}, "description": "d", "meta": {"icon": "x"}}
    plugin.check(PROFILE, {**inputs, "force": [named]}, inputs)
    assert plugin.stderr == (
        f"warning: profile 'web': force names {named!r}, which does not change any more: take it out.\n"
    )


@pytest.mark.parametrize(
    ("model", "olds", "news"),
    [
        (PROFILE, {"params": {"my/x": 1}}, {"params": {"my/x": 2}, "force": ["my/x"]}),
        (PROFILE, {"params": {"my/x": 1}}, {"params": {}, "force": ["my/x"]}),
        (PROFILE, {}, {"params": {"my/x": 1}, "force": ["my/x"]}),
        (PROFILE, {"params": {"my/x": 1}}, {"params": {"my/x": UNKNOWN}, "force": ["my/x"]}),
        (PROFILE, {"params": {"my/x": 1}}, {"params": UNKNOWN, "force": ["my/y"]}),
        (WORKFLOW, {}, {"machine": "node-1", "workflow": "install", "force": ["workflow"]}),
    ],
)
def test_a_name_that_may_be_needed_is_not(
    plugin: Plugin, model: str, olds: dict[str, Any], news: dict[str, Any]
) -> None:
    name = {"name": "web"} if model == PROFILE else {}
    assert plugin.check(model, {**name, **news}, {**name, **olds} if olds else {})[1] == []
    assert plugin.stderr == ""


def test_a_workflow_knows_one_name_only(plugin: Plugin) -> None:
    plugin.check(WORKFLOW, {"machine": "node-1", "workflow": "install", "force": ["my/x"]})
    assert "warning: machine workflow 'node-1': force names 'my/x', which it does not declare" in plugin.stderr
