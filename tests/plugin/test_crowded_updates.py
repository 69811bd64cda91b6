"""An update adds a key to a profile that machines write 25 times a second: no write is lost."""

from typing import Any

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import Plugin
from tests.support.writers import writing

PROFILE = "profile:Profile"
UPDATES = 40


@pytest.mark.timeout(600)
def test_forty_updates_add_a_key_while_machines_write(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    _, outputs = plugin.create(PROFILE, {"name": name, "owner": f"p/s/{name}", "params": {"my/x": 1}})
    with writing(admin.base, name, a_second=25) as writers:
        for number in range(UPDATES):
            params = {**outputs["params"], f"my/key-{number}": number}
            proxy.before("PATCH", writers.await_write)  # the first attempt of each update always fails
            outputs = plugin.update(PROFILE, name, outputs, {**_inputs(outputs), "params": params})
    held = admin.params(name)
    assert {key: value for key, value in held.items() if key.startswith("my/")} == outputs["params"]
    assert {key: value for key, value in held.items() if key.startswith("theirs/")} == writers.written
    assert writers.refused == []
    assert proxy.calls().count(f"PATCH profiles/{name}") >= 2 * UPDATES


def _inputs(outputs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in outputs.items() if key != "adopted"}
