"""A content pack in a real stack: from the folder to the endpoint, changed, drifted, refused and destroyed."""

from pathlib import Path

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack

pytestmark = pytest.mark.cli

PROGRAM = 'pack = drp.ContentPack("pack", path="pack")\npulumi.export("version", pack.version)\n'


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


def test_a_folder_lives_and_each_change_is_one_request_and_one_object_in_the_preview(
    stack: Stack, proxy: FaultProxy, admin: AdminClient, pack: Path
) -> None:
    made = stack.up(PROGRAM)
    assert made.ok, made.text
    assert proxy.calls() == ["POST contents"]
    assert admin.get("contents/my-pack")["meta"]["Version"] == "1.10"
    assert admin.get("templates/elect.sh.tmpl")["Contents"] == "#!/bin/sh\necho elect\n"
    assert admin.get("params/my/leader")["Schema"] == {"type": "string", "x-note": None}

    proxy.forget()
    unchanged = stack.up(None, "--expect-no-changes")
    assert unchanged.ok, unchanged.text
    assert proxy.calls() == []

    (pack / "tasks" / "wait.yaml").write_text("Name: wait\nDescription: second\n")
    seen = stack.preview()
    assert '~ Description: "first" => "second"' in seen.text
    assert "wait" in seen.text
    assert "elect" not in seen.text
    assert stack.up().ok
    assert proxy.calls() == ["PUT contents/my-pack"]

    proxy.forget()
    refreshed = stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert refreshed.ok, refreshed.text
    live = admin.get("contents/my-pack")
    del live["sections"]["tasks"]["elect"]
    assert admin.send("PUT", "contents/my-pack", live).status_code == 200
    drifted = stack.refresh()
    assert drifted.ok, drifted.text
    assert "elect" in drifted.text
    assert "second" not in drifted.text
    assert stack.up().ok
    assert admin.exists("tasks/elect")

    admin.post("stages", {"Name": "theirs", "Tasks": ["elect"]})
    refused = stack.destroy()
    assert not refused.ok
    assert "what would go with it is in use: task elect by stage theirs; take it away there first" in refused.text
    admin.delete("stages/theirs")
    assert stack.destroy().ok
    assert not admin.exists("tasks/elect")


def test_a_version_that_nobody_gave_changes_when_the_content_does(stack: Stack, pack: Path) -> None:
    (pack / "meta.yaml").unlink()
    assert stack.up(PROGRAM).ok
    assert stack.up(None, "--expect-no-changes").ok
    (pack / "templates" / "elect.sh.tmpl").write_text("#!/bin/sh\necho other\n")
    seen = stack.preview()
    assert "elect.sh.tmpl" in seen.text
    assert '~ version: "v0.0.0+sha256.' in seen.text
    assert stack.resources("ContentPack")[0]["id"] == "pack"


def test_a_pack_that_is_gone_leaves_the_state(stack: Stack, admin: AdminClient, pack: Path) -> None:
    assert stack.up(PROGRAM).ok
    assert admin.send("DELETE", "contents/my-pack").status_code == 204
    assert stack.refresh().ok
    assert stack.resources("ContentPack") == []
    assert stack.up().ok
    assert admin.exists("tasks/elect")


def test_another_name_replaces_the_pack_though_it_holds_the_same_objects(
    stack: Stack, admin: AdminClient, pack: Path
) -> None:
    assert stack.up(PROGRAM).ok
    renamed = stack.up(PROGRAM.replace('path="pack"', 'path="pack", name="other"'))
    assert renamed.ok, renamed.text
    assert admin.get("tasks/elect")["Bundle"] == "other"
    assert not admin.exists("contents/my-pack")


def test_a_broken_file_is_one_line_with_its_place(stack: Stack, pack: Path) -> None:
    (pack / "tasks" / "wait.yaml").write_text("Name: wait\nTemplates: [\n")
    refused = stack.preview(PROGRAM)
    assert not refused.ok
    assert "pack/tasks/wait.yaml:3 is no YAML (" in refused.text
    assert "Traceback" not in refused.text


def test_a_secret_in_an_object_is_stored_encrypted_and_the_rest_is_shown(stack: Stack, admin: AdminClient) -> None:
    program = """
        drp.ContentPack("pack", content={"sections": {"profiles": {
            "open": {"Description": "first"},
            "closed": {"Params": {"my/key": pulumi.Output.secret("canary"), "my/none": None}}}}})
    """
    made = stack.up(program)
    assert made.ok, made.text
    assert admin.get("profiles/closed")["Params"] == {"my/key": "canary", "my/none": None}
    assert "canary" not in stack.run("stack", "export").text
    seen = stack.preview(program.replace("first", "second"))
    assert '~ Description: "first" => "second"' in seen.text
    assert "canary" not in seen.text
    assert stack.refresh().ok
    assert "canary" not in stack.run("stack", "export").text
