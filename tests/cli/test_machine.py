"""Settings and workflows of machines that DRP discovered, with the real `pulumi` command."""

from typing import Any

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack

pytestmark = pytest.mark.cli

SETTINGS = 'drp.MachineSettings("rack", machine="node-1", params={"my/port": 80, "my/role": ROLE}, force=["my/role"])'
WORKFLOW = 'drp.MachineWorkflow("run", machine="node-1", workflow="prepare", runnable=True, restart=RESTART)'


def machine(admin: AdminClient) -> dict[str, Any]:
    return dict(admin.get("machines/Name:node-1"))


def changes(proxy: FaultProxy) -> list[str]:
    """The requests that changed something, or tried to."""
    return [call.partition(" ")[0] for call in proxy.calls() if not call.startswith("GET")]


def write(admin: AdminClient, key: str, value: Any) -> None:
    admin.patch("machines/Name:node-1", {"op": "add", "path": f"/Params/{key.replace('/', '~1')}", "value": value})


def test_settings_are_made_changed_guarded_and_given_back(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    write(admin, "my/role", "canary-overwritten")
    write(admin, "theirs", 1)
    before = machine(admin)
    proxy.forget()
    done = stack.up(f'ROLE = "db"\n{SETTINGS}')
    assert done.ok, done.text
    assert changes(proxy) == ["PATCH"]
    assert machine(admin)["Params"] == {"my/port": 80, "my/role": "db", "theirs": 1}
    assert "canary" not in done.text
    assert "canary" not in str(stack.state())
    proxy.forget()
    assert stack.up(None, "--expect-no-changes").ok
    assert stack.up(f'ROLE = "web"\n{SETTINGS}').ok
    assert changes(proxy) == ["PATCH"]
    # Drift is shown, taken back by the next up, and nothing of it comes into the state in clear.
    write(admin, "my/port", 81)
    seen = stack.refresh()
    assert seen.ok, seen.text
    assert "80 => 81" in seen.text
    assert "canary" not in seen.text
    assert stack.up().ok
    assert machine(admin)["Params"]["my/port"] == 80
    assert "canary" not in str(stack.state())
    assert stack.destroy().ok
    assert machine(admin) == before


def test_settings_meet_another_value_and_name_it(stack: Stack, admin: AdminClient) -> None:
    write(admin, "my/role", "theirs")
    before = machine(admin)
    refused = stack.up('drp.MachineSettings("rack", machine="node-1", params={"my/role": "db", "my/port": 80})')
    assert not refused.ok
    assert 'params.my/role: live "theirs" / wanted "db"' in refused.text
    assert machine(admin) == before
    settings = 'drp.MachineSettings("rack", machine="{}", params={{"my/port": 80}})'
    assert stack.up(settings.format("node-1")).ok
    # The machine's other name is no change; another machine takes over, and the first gets everything back.
    assert stack.up(settings.format(before["Uuid"]), "--expect-no-changes").ok
    assert stack.up(settings.format("node-2")).ok
    assert machine(admin) == before
    assert admin.get("machines/Name:node-2")["Params"] == {"my/port": 80}


def test_settings_under_another_name_in_the_program_keep_their_keys(stack: Stack, admin: AdminClient) -> None:
    program = 'drp.MachineSettings("{}", machine="node-1", params={})'
    assert stack.up(program.format("one", {"my/a": 1, "my/b": 2})).ok
    two = f"{program.format('two', {'my/a': 1})}\n{program.format('three', {'my/c': 3})}"
    done = stack.up(two)
    assert done.ok, done.text
    assert machine(admin)["Params"] == {"my/a": 1, "my/c": 3}
    assert stack.destroy().ok
    assert machine(admin)["Params"] == {}


def test_a_workflow_is_set_restarted_refreshed_and_cleared(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    admin.post("stages", {"Name": "ready"})
    for name in ("prepare", "repair"):
        admin.post("workflows", {"Name": name, "Stages": ["ready"]})
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Runnable", "value": False})
    proxy.forget()
    done = stack.up(f"RESTART = None\n{WORKFLOW}")
    assert done.ok, done.text
    assert proxy.calls() == ["PATCH machines/Name:node-1"]
    assert (machine(admin)["Workflow"], machine(admin)["Runnable"]) == ("prepare", True)
    proxy.forget()
    assert stack.up(None, "--expect-no-changes").ok
    assert proxy.calls() == []
    restarted = stack.up(f'RESTART = "again"\n{WORKFLOW}')
    assert restarted.ok, restarted.text
    assert changes(proxy) == ["PATCH", "PATCH"]
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Workflow", "value": "repair"})
    seen = stack.refresh()
    assert '"prepare" => "repair"' in seen.text
    refused = stack.up()
    assert "machine 'node-1' has the workflow 'repair' instead of 'prepare'" in refused.error()
    assert machine(admin)["Workflow"] == "repair"
    assert stack.up(f'RESTART = "once more"\n{WORKFLOW}').ok
    assert machine(admin)["Workflow"] == "prepare"
    assert stack.destroy().ok
    assert machine(admin)["Workflow"] == ""
