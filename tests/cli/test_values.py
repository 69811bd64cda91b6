"""Values on their way from a program to DRP and back: unknown, secret, null, numbers."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack

pytestmark = pytest.mark.cli

CANARY = "canary-5f0e1c"


def test_an_output_that_is_not_known_yet_leaves_the_other_keys_readable(stack: Stack, admin: AdminClient) -> None:
    program = """
        first = drp.MachineAssignment("one", machine="node-1", profile=drp.Profile("base").name)
        drp.Profile("web", params={"web/uuid": first.machine_uuid, "web/port": 80})
    """
    shown = stack.preview(program)
    assert shown.ok, shown.text
    assert "web/port: 80" in shown.text
    assert "web/uuid:" in shown.text
    done = stack.up()
    assert done.ok, done.text
    uuid = admin.get("machines/Name:node-1")["Uuid"]
    assert admin.params("web") == {"web/uuid": uuid, "web/port": 80}


def test_every_kind_of_json_value_comes_back_with_an_empty_diff(stack: Stack, admin: AdminClient) -> None:
    value = {"n": [1, 1.5, True, "x", {}, [], None], "deep": {"a/b": {"~": -0.25}}, "unicode": "ä☃"}
    program = f'drp.Profile("web", params={{"web/value": {value!r}, "web/zero": 0, "web/empty": "", "web/no": False}})'
    created = stack.up(program)
    assert created.ok, created.text
    assert admin.params("web")["web/value"] == value
    assert stack.refresh().ok
    again = stack.up(None, "--expect-no-changes")
    assert again.ok, again.text


def test_a_null_that_somebody_wrote_is_drift_and_not_absence(stack: Stack, admin: AdminClient) -> None:
    assert stack.up('drp.Profile("web", params={"web/port": 80})').ok
    admin.patch("profiles/web", {"op": "replace", "path": "/Params/web~1port", "value": None})
    refused = stack.up('drp.Profile("web", params={"web/port": 81})')
    assert "reviewed 80 / live null / wanted 81" in refused.text
    drift = stack.refresh()
    assert "null" in drift.text
    assert stack.up().ok
    assert admin.params("web") == {"web/port": 81}


def test_secrets_are_nowhere_in_clear_but_in_drp(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    stack.run("config", "set", "--secret", "password", CANARY)
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
    seen += [refused, stack.refresh(), stack.preview(), stack.up(), stack.up(None, "--diff")]
    assert admin.params("web")["web/password"] == f"{CANARY}2"
    # State, its backups and history, configuration: nothing on the disk of the stack's owner has it.
    written = [path for path in stack.folder.parent.rglob("*") if path.is_file()]
    assert any("stacks" in path.parts for path in written)
    assert [path for path in written if CANARY.encode() in path.read_bytes()] == []
    for outcome in seen:
        assert CANARY not in outcome.text


def test_a_secret_that_violates_its_schema_is_not_printed(stack: Stack, admin: AdminClient) -> None:
    admin.post("params", {"Name": "web/port", "Schema": {"type": "integer"}})
    stack.run("config", "set", "--secret", "port", CANARY)
    refused = stack.up('drp.Profile("web", params={"web/port": pulumi.Config().require_secret("port")})')
    assert not refused.ok
    assert "param web/port violates its schema: (root): Invalid type. Expected: integer, given: string" in refused.text
    assert CANARY not in refused.text


def test_values_that_would_not_arrive_unchanged_are_all_refused_in_the_preview(stack: Stack) -> None:
    refused = stack.preview("""
        drp.Profile("web", params={
            "my/a": 2**53 + 1, "my/b": {"deep": [2**60]}, "my/c": float("nan"), "my/d": None, "my/e": {"deep": None},
            "my/f": pulumi.Output.from_input({"deep": None}), "my/g": 1,
        })
    """)
    assert not refused.ok
    assert "params.my/a: DRP keeps whole numbers exactly only between" in refused.text
    assert "params.my/b: .deep[0] DRP keeps whole numbers exactly only between" in refused.text
    assert "params.my/c: NaN and infinities are not JSON" in refused.text
    assert "params.my/d: None cannot be a param value" in refused.text
    assert "params.my/e: .deep None cannot be a param value" in refused.text
    assert "params.my/f: .deep None cannot be a param value" in refused.text
    assert "params.my/g" not in refused.text
