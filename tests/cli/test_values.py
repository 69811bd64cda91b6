"""Values on their way from a program to DRP and back: unknown, secret, null, numbers."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

CANARY = "canary-5f0e1c"


def test_values_of_every_kind_arrive_and_come_back(stack: Stack, admin: AdminClient) -> None:
    """A value that is not known yet leaves the others readable, and a refresh finds no change in any of them."""
    value = {"n": [1, 1.5, True, "x", {}, [], None], "deep": {"a/b": {"~": -0.25}}, "unicode": "ä☃"}
    program = f"""
        first = drp.MachineAssignment("one", machine="node-1", profile=drp.Profile("base").name)
        drp.Profile("web", params={{"web/uuid": first.machine_uuid, "web/port": 80}})
        drp.Profile("all", params={{"web/value": {value!r}, "web/zero": 0, "web/empty": "", "web/no": False}})
    """
    shown = succeeded(stack.preview(program)).text
    assert "web/port: 80" in shown
    assert "web/uuid:" in shown
    succeeded(stack.up())
    uuid = admin.get("machines/Name:node-1")["Uuid"]
    assert admin.params("web") == {"web/uuid": uuid, "web/port": 80}
    assert admin.params("all") == {"web/value": value, "web/zero": 0, "web/empty": "", "web/no": False}
    succeeded(stack.up(None, "--refresh", "--expect-no-changes"))


def test_secrets_are_nowhere_in_clear_but_in_drp(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    succeeded(stack.run("config", "set", "--secret", "password", CANARY))
    program = """
        password = pulumi.Config().require_secret("password")
        cluster = ClusterProfile("web", params={
            "web/password": password, "web/nested": {"user": "root", "password": password}, "web/port": 80,
        })
        pulumi.export("params", cluster.params)
    """
    seen = [stack.preview(program), stack.up()]
    assert admin.params("web")["web/password"] == CANARY
    admin.set_param("web", "web/password", f"{CANARY}-theirs")
    admin.set_param("web", "web/nested", {"password": f"{CANARY}-theirs"})
    changed = program.replace('"web/password": password', '"web/password": password.apply(lambda p: p + "2")')
    changed = changed.replace('"root"', '"admin"')
    refused = stack.up(changed)
    assert not refused.ok
    assert "params.web/password: reviewed [secret] / live [secret] / wanted [secret]" in refused.text
    assert "params.web/nested: reviewed [secret] / live [secret] / wanted [secret]" in refused.text
    seen += [refused, stack.refresh(), stack.preview(), stack.up(None, "--diff")]
    assert admin.params("web")["web/password"] == f"{CANARY}2"
    # State, its backups and history, configuration: nothing on the disk of the stack's owner has it.
    written = [path for path in stack.folder.parent.rglob("*") if path.is_file()]
    assert any("stacks" in path.parts for path in written)
    assert [path for path in written if CANARY.encode() in path.read_bytes()] == []
    for outcome in seen:
        assert CANARY not in outcome.text
