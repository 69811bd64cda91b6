"""A content pack in a real stack: from the folder to the endpoint, changed, drifted, refused and destroyed."""

from pathlib import Path

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

PROGRAM = """
    pack = drp.ContentPack("pack", path="pack")
    pulumi.export("version", pack.version)
    drp.ContentPack("closed", content={"sections": {"profiles": {
        "open": {"Description": DESCRIPTION},
        "closed": {"Params": {"my/key": pulumi.Output.secret("canary"), "my/none": None}}}}})
"""
FIRST = PROGRAM.replace("DESCRIPTION", '"one"')


@pytest.fixture
def pack(stack: Stack) -> Path:
    """A pack's folder in the program's."""
    files = {
        "meta.yaml": "Name: my-pack\nVersion: 1.10\n",
        "params/my.leader.yaml": "Name: my/leader\nSchema: {type: string, x-note: ~}\n",
        "templates/elect.sh.tmpl": "#!/bin/sh\necho elect\n",
        "tasks/elect.yaml": "Name: elect\nTemplates: [{Name: script, ID: elect.sh.tmpl}]\n",
        "tasks/wait.yaml": "Name: wait\nDescription: first\n",
    }
    folder = stack.folder / "pack"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_pack_lives_changes_drifts_and_goes(stack: Stack, proxy: FaultProxy, admin: AdminClient, pack: Path) -> None:
    """Each change is one request, and the preview shows the one object that changes; secrets stay encrypted."""
    succeeded(stack.up(FIRST))
    assert proxy.calls() == ["POST contents"] * 2
    assert stack.output("version") == admin.get("contents/my-pack")["meta"]["Version"] == "1.10"
    assert admin.get("templates/elect.sh.tmpl")["Contents"] == "#!/bin/sh\necho elect\n"
    assert admin.get("params/my/leader")["Schema"] == {"type": "string", "x-note": None}
    assert admin.get("profiles/closed")["Params"] == {"my/key": "canary", "my/none": None}
    assert "canary" not in str(stack.state())

    proxy.forget()
    succeeded(stack.up(None, "--expect-no-changes"))
    assert proxy.calls() == []

    # Without a version of its own, a pack gets another one when its content changes.
    (pack / "tasks" / "wait.yaml").write_text("Name: wait\nDescription: second\n")
    seen = succeeded(stack.preview(PROGRAM.replace("DESCRIPTION", '"two"'))).text
    assert '~ Description: "first" => "second"' in seen
    assert '~ Description: "one" => "two"' in seen
    assert '~ version: "v0.0.0+sha256.' in seen
    assert "elect" not in seen
    assert "canary" not in seen
    succeeded(stack.up())
    assert sorted(proxy.calls()) == ["PUT contents/closed", "PUT contents/my-pack"]

    succeeded(stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes"))
    live = admin.get("contents/my-pack")
    del live["sections"]["tasks"]["elect"]
    assert admin.send("PUT", "contents/my-pack", live).status_code == 200
    assert admin.send("DELETE", "contents/closed").status_code == 204
    drifted = succeeded(stack.refresh())
    assert "elect" in drifted.text
    assert "second" not in drifted.text
    assert "canary" not in drifted.text + str(stack.state())
    assert [resource["id"] for resource in stack.resources("ContentPack")] == ["my-pack"]
    succeeded(stack.up())
    assert admin.exists("tasks/elect")
    assert admin.exists("profiles/closed")

    # Another name replaces the pack, though both hold the same objects.
    succeeded(stack.up(FIRST.replace('path="pack"', 'path="pack", name="other"')))
    assert admin.get("tasks/elect")["Bundle"] == "other"
    assert not admin.exists("contents/my-pack")

    admin.post("stages", {"Name": "theirs", "Tasks": ["elect"]})
    refused = stack.destroy()
    assert not refused.ok
    assert "because it or its objects are in use: task elect by stage theirs; remove these uses first" in refused.text
    admin.delete("stages/theirs")
    succeeded(stack.destroy())
    assert not admin.exists("tasks/elect")


def test_a_broken_file_is_one_line_with_its_place(stack: Stack, pack: Path) -> None:
    (pack / "tasks" / "wait.yaml").write_text("Name: wait\nTemplates: [\n")
    refused = stack.preview(FIRST)
    assert not refused.ok
    assert "pack/tasks/wait.yaml:3 is not YAML (" in refused.text
    assert "Traceback" not in refused.text
