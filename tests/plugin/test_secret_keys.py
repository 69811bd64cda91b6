"""A conflict shows no value that a secret contains, or that contains a secret."""

from typing import Any

import pytest

from tests.support.admin import AdminClient
from tests.support.plugin import Plugin, PluginError


def test_a_schema_with_a_secret_inside_is_secret_whole(plugin: Plugin, admin: AdminClient, name: str) -> None:
    olds = _schema(f"{name}/x", "canary-1")
    id_, outputs = plugin.create("param:Param", olds)
    admin.patch(f"params/{id_}", {"op": "replace", "path": "/Schema", "value": {"default": "canary-theirs"}})
    with pytest.raises(
        PluginError, match=r"schema: reviewed \[secret\] / live \[secret\] / wanted \[secret\]"
    ) as caught:
        plugin.update("param:Param", id_, outputs, _schema(f"{name}/x", "canary-2"))
    assert "canary" not in str(caught.value)


def _schema(name: str, default: str) -> dict[str, Any]:
    schema = {"type": "string", "default": default}
    return {"name": name, "schema": schema, "secret_keys": ["schema.default"]}


def test_a_value_that_moves_to_another_key_is_masked_under_both(plugin: Plugin, admin: AdminClient, name: str) -> None:
    olds = {"name": name, "params": {"my/old": "canary-1"}, "secret_keys": ["params.my/old"]}
    news = {"name": name, "params": {"my/new": "canary-1"}, "secret_keys": ["params.my/new"]}
    _, outputs = plugin.create("profile:Profile", olds)
    for key in ("my/old", "my/new"):
        admin.set_param(name, key, "canary-theirs")
    with pytest.raises(PluginError) as caught:
        plugin.update("profile:Profile", name, outputs, news)
    assert "params.my/old: reviewed [secret] / live [secret] / wanted (absent)" in str(caught.value)
    assert "params.my/new: reviewed (absent) / live [secret] / wanted [secret]" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_value_that_becomes_secret_later_is_masked(plugin: Plugin, admin: AdminClient, name: str) -> None:
    _, outputs = plugin.create("profile:Profile", {"name": name, "params": {"my/x": "canary-1"}})
    admin.set_param(name, "my/x", "canary-theirs")
    news = {"name": name, "params": {"my/x": "canary-2"}, "secret_keys": ["params.my/x"]}
    with pytest.raises(PluginError, match=r"reviewed \[secret\] / live \[secret\] / wanted \[secret\]"):
        plugin.update("profile:Profile", name, outputs, news)


def test_the_drift_of_a_secret_is_masked_after_a_refresh(plugin: Plugin, admin: AdminClient, name: str) -> None:
    inputs = {"name": name, "params": {"my/x": "canary-1"}, "secret_keys": ["params.my/x"]}
    _, outputs = plugin.create("profile:Profile", inputs)
    admin.set_param(name, "my/x", "canary-drift")
    _, outputs, _ = plugin.read("profile:Profile", name, outputs)
    admin.set_param(name, "my/x", "canary-theirs")
    with pytest.raises(PluginError, match=r"reviewed \[secret\] / live \[secret\] / wanted \[secret\]"):
        plugin.update("profile:Profile", name, outputs, {**inputs, "params": {"my/x": "canary-2"}})


def test_a_secret_that_is_adopted_is_masked(plugin: Plugin, admin: AdminClient, name: str) -> None:
    admin.post("profiles", {"Name": name, "Params": {"my/x": "canary-theirs"}})
    inputs = {"name": name, "params": {"my/x": "canary-1"}, "secret_keys": ["params.my/x"], "adopt": True}
    with pytest.raises(PluginError, match=r"params.my/x: live \[secret\] / wanted \[secret\]"):
        plugin.create("profile:Profile", inputs)
