"""RackN's own drpcli against the endpoint, over TLS; go/README.md says what it is built from."""

import subprocess
from pathlib import Path

import pytest

from tests.content.pack import CONTENT, bundled
from tests.emulator.clients.drpcli import Drpcli

pytestmark = [pytest.mark.go, pytest.mark.timeout(1200)]  # the first test on a machine waits for the build


def machine(number: int) -> str:
    """Each test has a machine of its own, since the endpoint lives as long as this module."""
    return f"Name:node-{number}"


def test_it_is_the_version_that_the_module_has(drpcli: Drpcli) -> None:
    assert drpcli.says("version") == "Version: v4.16.9\n"


def test_it_reads_what_the_endpoint_is(drpcli: Drpcli, dialect: str) -> None:
    assert drpcli.tells("info", "get")["version"].startswith(dialect)


def test_a_profile_is_created_shown_listed_and_destroyed(drpcli: Drpcli, name: str) -> None:
    assert drpcli.tells("profiles", "create", name)["Name"] == name
    assert drpcli.tells("profiles", "show", name)["Available"] is True
    assert [found["Name"] for found in drpcli.tells("profiles", "list", "Name", "Eq", name)] == [name]
    assert drpcli.says("profiles", "exists", name) == ""
    assert drpcli.says("profiles", "destroy", name) == f"Deleted profile {name}\n"
    assert drpcli.fails("profiles", "exists", name) == f"Error: profiles:{name} does not exist\n"


def test_a_param_is_set_read_and_removed(drpcli: Drpcli, name: str) -> None:
    drpcli.says("profiles", "create", name)
    assert drpcli.tells("profiles", "set", name, "param", "my/x", "to", "[1, two]") == [1, "two"]
    assert drpcli.tells("profiles", "get", name, "param", "my/x") == [1, "two"]
    assert drpcli.says("profiles", "get", name, "param", "my/x", "-F", "yaml") == "- 1\n- two\n\n"
    assert drpcli.tells("profiles", "get", name, "param", "my/absent") is None
    assert drpcli.tells("profiles", "params", name) == {"my/x": [1, "two"]}
    assert drpcli.tells("profiles", "remove", name, "param", "my/x") == [1, "two"]
    assert drpcli.fails("profiles", "remove", name, "param", "my/x") == "Error: DELETE: params/my/x: Not Found\n"


def test_set_with_a_reference_is_compare_and_set(drpcli: Drpcli, name: str) -> None:
    drpcli.says("profiles", "create", "-", stdin=f"{{Name: {name}, Params: {{my/leader: none}}}}")
    claim = ("-r", "none", "profiles", "set", name, "param", "my/leader", "to")
    assert drpcli.tells(*claim, "node-1") == "node-1"
    lost = drpcli.fails(*claim, "node-2")
    assert lost.startswith(f"Error: PATCH: profiles/{name}\n  Patch failed to apply at line 0")
    assert drpcli.tells("profiles", "get", name, "param", "my/leader") == "node-1"


def test_a_reference_to_a_key_that_is_not_there_never_matches(drpcli: Drpcli, name: str) -> None:
    drpcli.says("profiles", "create", name)
    for reference in ("none", "null"):
        assert "Patch failed" in drpcli.fails("-r", reference, "profiles", "set", name, "param", "my/x", "to", "me")
    assert drpcli.tells("profiles", "params", name) == {}


def test_add_refuses_a_key_that_is_there(drpcli: Drpcli, name: str) -> None:
    drpcli.says("profiles", "create", name)
    assert drpcli.tells("profiles", "add", name, "param", "my/x", "to", "2") == 2
    refused = drpcli.fails("profiles", "add", name, "param", "my/x", "to", "3")
    assert refused == f"Error: Key, my/x, already present on profile {name}\n"


def test_add_with_a_reference_to_an_older_state_is_refused(drpcli: Drpcli, name: str) -> None:
    drpcli.says("profiles", "create", name)
    drpcli.says("-r", "{}", "profiles", "add", name, "param", "my/x", "to", "1")
    assert "Patch failed" in drpcli.fails("-r", "{}", "profiles", "add", name, "param", "my/y", "to", "2")


def test_remove_with_a_reference_tests_the_value_first(drpcli: Drpcli, name: str) -> None:
    drpcli.says("profiles", "create", name)
    drpcli.says("profiles", "set", name, "param", "my/x", "to", "1")
    assert "Patch failed" in drpcli.fails("-r", "2", "profiles", "remove", name, "param", "my/x")
    drpcli.says("-r", "1", "profiles", "remove", name, "param", "my/x")
    assert drpcli.tells("profiles", "params", name) == {}


def test_a_value_that_the_schema_refuses_fails(drpcli: Drpcli, name: str) -> None:
    drpcli.says("params", "create", "-", stdin=f"{{Name: {name}/text, Schema: {{type: string}}}}")
    refused = drpcli.fails("profiles", "set", "global", "param", f"{name}/text", "to", "5")
    assert "invalid val '5': : (root): Invalid type. Expected: string, given: integer" in refused


def test_machines_are_listed_and_counted(drpcli: Drpcli, dialect: str) -> None:
    names = [found["Name"] for found in drpcli.tells("machines", "list", "sort", "Name", "slim", "Params")]
    assert names == [f"node-{number}" for number in range(1, 9)]
    if dialect == "v4.8":  # older servers send no total, and drpcli panics
        assert drpcli.says("machines", "count", "Name", "In", "node-1,node-2,other") == "2\n"


def test_a_profile_is_added_to_a_machine_and_taken_away(drpcli: Drpcli, name: str) -> None:
    drpcli.says("profiles", "create", "-", stdin=f"{{Name: {name}, Params: {{my/x: 7}}}}")
    assert drpcli.tells("machines", "addprofile", machine(1), name)["Profiles"] == [name]
    assert drpcli.tells("machines", "get", machine(1), "param", "my/x", "--aggregate") == 7
    assert drpcli.fails("profiles", "destroy", name).startswith("Error: ")
    assert drpcli.tells("machines", "removeprofile", machine(1), name)["Profiles"] == []


def test_a_machine_gets_a_workflow_and_is_paused_and_run(drpcli: Drpcli, name: str) -> None:
    for prefix, text in (("stages", f"Name: {name}"), ("workflows", f"{{Name: {name}, Stages: [{name}]}}")):
        drpcli.says(prefix, "create", "-", stdin=text)
    assert drpcli.tells("machines", "workflow", machine(2), name)["Workflow"] == name
    assert "Workflow nope does not exist" in drpcli.fails("machines", "workflow", machine(2), "nope")
    assert drpcli.tells("machines", "pause", machine(2))["Runnable"] is False
    assert drpcli.tells("machines", "run", machine(2))["Runnable"] is True


def test_notes_on_a_machine_are_set_read_and_removed(drpcli: Drpcli) -> None:
    assert drpcli.tells("machines", "meta", "set", machine(3), "key", "role", "to", "queen") == "queen"
    assert drpcli.tells("machines", "meta", "get", machine(3), "role") == "queen"
    assert drpcli.says("machines", "meta", "remove", machine(3), "key", "role") == ""
    assert "role" not in drpcli.tells("machines", "show", machine(3))["Meta"]


def test_wait_hears_of_a_change(drpcli: Drpcli, name: str) -> None:
    waiting = subprocess.Popen(
        [drpcli.program, "machines", "wait", machine(4), "Description", name, "60"],
        env={**drpcli.environment, "HOME": str(drpcli.folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    drpcli.says("machines", "update", machine(4), f'{{"Description": "{name}"}}')
    assert waiting.communicate(timeout=60)[0] == "complete\n"


def test_the_end_of_a_waits_time_is_no_failure(drpcli: Drpcli) -> None:
    assert drpcli.says("machines", "wait", machine(4), "Stage", "never", "1") == "timeout\n"


def test_the_pack_is_bundled_uploaded_and_replaced(drpcli: Drpcli) -> None:
    pack = drpcli.folder / "pack.yaml"
    drpcli.says("contents", "bundle", str(pack), "--src-dir", str(CONTENT))
    counts = {prefix: len(section) for prefix, section in bundled()["sections"].items()}
    for _ in range(2):
        assert drpcli.tells("contents", "upload", str(pack))["Counts"] == counts
    assert "cluster-pattern" in {found["meta"]["Name"] for found in drpcli.tells("contents", "list")}
    assert drpcli.tells("workflows", "show", "cluster-pattern")["Bundle"] == "cluster-pattern"
    assert "cluster-pattern" in drpcli.fails("workflows", "destroy", "cluster-pattern")
    drpcli.says("contents", "destroy", "cluster-pattern")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["profiles", "show", "nope"], "Error: GET: profiles/nope: Not Found\n"),
        (["profiles", "list", "Nope", "Eq", "x"], "Error: GET: profiles: Filter not found: Nope\n"),
        (["-T", "spoiled", "profiles", "list"], None),
        (["-P", "wrong", "-U", "rocketskates", "profiles", "list"], None),
        (["profiles", "show"], None),
    ],
)
def test_failures_are_exit_code_1_and_a_sentence(drpcli: Drpcli, words: list[str], complaint: str | None) -> None:
    said = drpcli.fails(*words)
    assert said == complaint if complaint else said.startswith("Error: ")


def test_the_folder_of_the_program_holds_nothing_else(program: Path) -> None:
    assert list(program.parent.iterdir()) == [program]
