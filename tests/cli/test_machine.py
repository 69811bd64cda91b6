"""Settings and workflow of a machine that DRP discovered, with the real `pulumi` command."""

from typing import Any

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

PROGRAM = """
    drp.MachineSettings("rack", machine="node-1", params={"my/port": 80, "my/role": ROLE}, force=["my/role"])
    drp.MachineWorkflow("run", machine="node-2", workflow="prepare", runnable=True, restart=RESTART)
"""


def program(role: str, restart: str) -> str:
    return PROGRAM.replace("ROLE", role).replace("RESTART", restart)


def machine(admin: AdminClient, name: str = "node-1") -> dict[str, Any]:
    return dict(admin.get(f"machines/Name:{name}"))


def changes(proxy: FaultProxy) -> list[str]:
    """Return the methods of the requests that changed something, or tried to."""
    return [call.partition(" ")[0] for call in proxy.calls() if not call.startswith("GET")]


def write(admin: AdminClient, key: str, value: Any) -> None:
    admin.patch("machines/Name:node-1", {"op": "add", "path": f"/Params/{key.replace('/', '~1')}", "value": value})


def test_a_machine_is_set_run_guarded_and_given_back(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    """A change of the settings is one patch and a restart two; drift is shown; a destroy restores what was there."""
    write(admin, "my/role", "canary-overwritten")
    write(admin, "theirs", 1)
    before = machine(admin)
    admin.post("stages", {"Name": "ready"})
    for name in ("prepare", "repair"):
        admin.post("workflows", {"Name": name, "Stages": ["ready"]})
    admin.patch("machines/Name:node-2", {"op": "replace", "path": "/Runnable", "value": False})

    proxy.forget()
    done = succeeded(stack.up(program('"db"', "None")))
    assert changes(proxy) == ["PATCH", "PATCH"]
    assert machine(admin)["Params"] == {"my/port": 80, "my/role": "db", "theirs": 1}
    assert (machine(admin, "node-2")["Workflow"], machine(admin, "node-2")["Runnable"]) == ("prepare", True)
    assert "canary" not in done.text + str(stack.state())
    proxy.forget()
    succeeded(stack.up(None, "--expect-no-changes"))
    assert proxy.calls() == []
    succeeded(stack.up(program('"web"', '"again"')))
    assert changes(proxy) == ["PATCH"] * 3

    # Drift of a setting is taken back by the next up; a workflow that others have set is refused.
    write(admin, "my/port", 81)
    admin.patch("machines/Name:node-2", {"op": "replace", "path": "/Workflow", "value": "repair"})
    seen = succeeded(stack.refresh())
    assert "80 => 81" in seen.text
    assert '"prepare" => "repair"' in seen.text
    assert "canary" not in seen.text
    refused = stack.up()
    assert "machine 'node-2' has the workflow 'repair' instead of 'prepare'" in refused.error()
    assert machine(admin, "node-2")["Workflow"] == "repair"
    succeeded(stack.up(program('"web"', '"once more"')))
    assert machine(admin, "node-2")["Workflow"] == "prepare"
    assert machine(admin)["Params"]["my/port"] == 80
    assert "canary" not in str(stack.state())
    succeeded(stack.destroy())
    assert machine(admin) == before
    assert machine(admin, "node-2")["Workflow"] == ""
