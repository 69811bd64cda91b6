"""The subset of drpcli sends the requests that drpcli sends."""

import json
from typing import Any

from drp_emulator import EmulatedEndpoint
from tests.emulator.machines.conftest import Drpcli
from tests.support.admin import AdminClient


def op(name: str, path: str, value: Any = None) -> dict[str, Any]:
    """An operation as Go's clients send it, with all four members."""
    return {"op": name, "path": path, "from": "", "value": value}


def test_set_asks_if_the_param_is_secure_and_posts(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    assert drpcli.says("profiles", "set", "alpha", "param", "my/x", "to", "[1, two]") == '[\n  1,\n  "two"\n]\n'
    assert drpcli.sent() == [("GET /params/my/x", None), ("POST /profiles/alpha/params/my/x", [1, "two"])]
    assert admin.params("alpha") == {"my/x": [1, "two"]}


def test_set_with_a_reference_is_compare_and_set(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Params": {"my/leader": "none"}})
    words = ("profiles", "set", "alpha", "param", "my/leader", "to", "node-1")
    assert drpcli.says("-r", "none", *words) == '"node-1"\n'
    patch = [op("test", "/my~1leader", "none"), op("replace", "/my~1leader", "node-1")]
    assert drpcli.sent() == [("GET /params/my/leader", None), ("PATCH /profiles/alpha/params", patch)]
    assert drpcli.fails("-r", "none", *words).startswith("Error: PATCH: profiles/alpha\n  Patch failed to apply")
    assert admin.params("alpha") == {"my/leader": "node-1"}


def test_a_reference_to_an_absent_key_never_matches(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    for reference in ("none", "null"):
        assert "Error: PATCH: profiles/alpha" in drpcli.fails(
            "-r", reference, "profiles", "set", "alpha", "param", "my/leader", "to", "me"
        )
    assert admin.params("alpha") == {}


def test_an_empty_reference_is_none(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    drpcli.says("-r", "", "profiles", "set", "alpha", "param", "my/leader", "to", "me")
    assert drpcli.sent()[1] == ("POST /profiles/alpha/params/my/leader", "me")


def test_add_guards_the_whole_map_and_refuses_a_present_key(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Params": {"my/x": 1}})
    assert drpcli.says("profiles", "add", "alpha", "param", "my/y", "to", "2") == "2\n"
    assert drpcli.sent() == [
        ("GET /params/my/y", None),
        ("GET /profiles/alpha/params", None),
        ("PATCH /profiles/alpha/params", [op("test", "", {"my/x": 1}), op("add", "/my~1y", 2)]),
    ]
    complaint = drpcli.fails("profiles", "add", "alpha", "param", "my/y", "to", "3")
    assert complaint == "Error: Key, my/y, already present on profile alpha\n"
    assert drpcli.recorder.lines() == ["GET /params/my/y", "GET /profiles/alpha/params"]


def test_add_with_a_reference_takes_it_for_the_whole_map(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Params": {"my/x": 1}})
    drpcli.says("-r", '{"my/x": 1}', "profiles", "add", "alpha", "param", "my/y", "to", "2")
    assert drpcli.recorder.lines() == ["GET /params/my/y", "PATCH /profiles/alpha/params"]


def test_get_prints_null_for_a_missing_param(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    assert drpcli.says("profiles", "get", "alpha", "param", "my/x") == "null\n"
    assert drpcli.recorder.lines() == ["GET /profiles/alpha/params/my/x"]


def test_get_passes_its_views_on(drpcli: Drpcli) -> None:
    drpcli.says("machines", "get", "Name:node-1", "param", "my/x", "--aggregate", "--decode=true")
    assert drpcli.recorder.lines() == ["GET /machines/Name:node-1/params/my/x?aggregate=true&decode=true"]


def test_remove_deletes_and_a_missing_key_fails(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Params": {"my/x": 1}})
    assert drpcli.says("profiles", "remove", "alpha", "param", "my/x") == "1\n"
    assert drpcli.recorder.lines() == ["DELETE /profiles/alpha/params/my/x"]
    complaint = drpcli.fails("profiles", "remove", "alpha", "param", "my/x")
    assert complaint == "Error: DELETE: params/my/x: Not Found\n"


def test_remove_with_a_reference_tests_first(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Params": {"my/x": 1}})
    drpcli.says("-r", "1", "profiles", "remove", "alpha", "param", "my/x")
    assert drpcli.sent() == [("PATCH /profiles/alpha/params", [op("test", "/my~1x", 1), op("remove", "/my~1x")])]


def test_params_shows_replaces_and_replaces_with_a_reference(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Params": {"my/x": 1}})
    assert json.loads(drpcli.says("profiles", "params", "alpha")) == {"my/x": 1}
    drpcli.says("profiles", "params", "alpha", '{"my/y": 2}')
    assert drpcli.sent() == [("POST /profiles/alpha/params", {"my/y": 2})]
    drpcli.says("-r", '{"my/y": 2}', "profiles", "params", "alpha", '{"my/y": 3, "my/z": 4}')
    patch = [op("test", "", {"my/y": 2}), op("replace", "/my~1y", 3), op("add", "/my~1z", 4)]
    assert drpcli.sent() == [("PATCH /profiles/alpha/params", patch)]
    assert admin.params("alpha") == {"my/y": 3, "my/z": 4}


def test_update_merges_into_what_is_there_and_guards_each_change(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha", "Description": "old", "Params": {"a1": 1}})
    change = {"description": "kept", "Description": "new", "Params": {"a1": None, "b1": 2}, "Nonsense": 3}
    drpcli.says("profiles", "update", "alpha", json.dumps(change))
    patch = [op("test", "/Description", "old"), op("replace", "/Description", "new"), op("add", "/Params/b1", 2)]
    assert drpcli.sent() == [("GET /profiles/alpha", None), ("PATCH /profiles/alpha", patch)]
    assert admin.params("alpha") == {"a1": 1, "b1": 2}


def test_an_update_that_changes_nothing_sends_an_empty_patch(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    drpcli.says("profiles", "update", "alpha", "{}")
    assert drpcli.sent() == [("GET /profiles/alpha", None), ("PATCH /profiles/alpha", [])]


def test_update_with_a_reference_tests_it_whole_and_asks_nothing(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    reference = json.dumps(admin.get("profiles/alpha"))
    drpcli.says("-r", reference, "profiles", "update", "alpha", '{"Description": "new"}')
    ((line, patch),) = drpcli.sent()
    assert line == "PATCH /profiles/alpha"
    assert [(one["op"], one["path"]) for one in patch] == [("test", ""), ("replace", "/Description")]
    assert patch[0]["value"]["Name"] == "alpha"


def test_patch_is_sent_as_it_is(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    patch = [{"op": "add", "path": "/Params/x1", "value": 1}]
    drpcli.says("profiles", "patch", "alpha", "-", stdin=json.dumps(patch))
    assert drpcli.sent() == [("PATCH /profiles/alpha", patch)]


def test_create_sends_the_whole_struct_with_nulls(drpcli: Drpcli) -> None:
    assert json.loads(drpcli.says("profiles", "create", "alpha"))["Name"] == "alpha"
    ((line, body),) = drpcli.sent()
    assert line == "POST /profiles"
    assert body["Name"] == "alpha"
    assert body["Params"] is body["Meta"] is body["Profiles"] is body["Errors"] is None
    drpcli.says("params", "create", "Name: my/x\nSchema:\n  type: string\n")
    assert drpcli.sent()[0][1]["Schema"] == {"type": "string"}


def test_a_param_cannot_be_made_from_a_name_alone(drpcli: Drpcli) -> None:
    assert drpcli.fails("params", "create", "my/x") == "Error: Unable to create a new param by name\n"
    assert drpcli.sent() == []


def test_destroy_deletes_and_says_so(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    assert drpcli.says("profiles", "destroy", "alpha") == "Deleted profile alpha\n"
    assert drpcli.recorder.lines() == ["DELETE /profiles/alpha"]


def test_exists_asks_for_the_head_only(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    assert drpcli.says("profiles", "exists", "alpha") == ""
    assert drpcli.recorder.lines() == ["HEAD /profiles/alpha"]
    assert drpcli.fails("profiles", "exists", "beta") == "Error: profiles:beta does not exist\n"


def test_list_words_become_a_query(drpcli: Drpcli) -> None:
    for words, query in (
        (["Name", "Eq", "node-1", "slim", "Params"], "Name=Eq%28node-1%29&slim=Params"),
        (["Name=node-1", "Meta.icon=a b"], "Meta.icon=a+b&Name=node-1"),
        (["Name", "Between", "a", "b", "sort", "Name", "reverse"], "Name=Between%28a%2Cb%29&reverse=true&sort=Name"),
        (["--limit", "2", "--offset=1"], "limit=2&offset=1"),
        (["--slim", "Meta", "Available", "Eq", "true"], "Available=Eq%28true%29&slim=Meta"),
    ):
        drpcli.says("machines", "list", *words)
        assert drpcli.recorder.lines() == [f"GET /machines?{query}"]


def test_count_reads_a_header(drpcli: Drpcli) -> None:
    assert drpcli.says("machines", "count", "Name", "In", "node-1,node-2,other") == "2\n"
    assert drpcli.recorder.lines() == ["HEAD /machines?Name=In%28node-1%2Cnode-2%2Cother%29"]


def test_addprofile_replaces_the_list_and_twice_is_refused(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "alpha"})
    uuid = admin.get("machines/Name:node-1")["Uuid"]
    drpcli.says("machines", "addprofile", "Name:node-1", "alpha")
    patch = [op("test", "/Profiles", []), op("replace", "/Profiles", ["alpha"])]
    assert drpcli.sent() == [("GET /machines/Name:node-1", None), (f"PATCH /machines/{uuid}", patch)]
    assert "Duplicate profile alpha" in drpcli.fails("machines", "addprofile", uuid, "alpha")
    assert admin.profiles_of("node-1") == ["alpha"]


def test_removeprofile_of_an_absent_one_sends_an_empty_patch(drpcli: Drpcli, admin: AdminClient) -> None:
    uuid = admin.get("machines/Name:node-1")["Uuid"]
    drpcli.says("machines", "removeprofile", uuid, "alpha")
    assert drpcli.sent() == [(f"GET /machines/{uuid}", None), (f"PATCH /machines/{uuid}", [])]


def test_run_and_pause_and_workflow_are_guarded_changes(drpcli: Drpcli, admin: AdminClient) -> None:
    admin.post("stages", {"Name": "one"})
    admin.post("workflows", {"Name": "work", "Stages": ["one"]})
    uuid = admin.get("machines/Name:node-1")["Uuid"]
    for words, member, old, new in (
        (["pause"], "Runnable", True, False),
        (["run"], "Runnable", False, True),
        (["workflow", "work"], "Workflow", "", "work"),
    ):
        drpcli.says("machines", words[0], uuid, *words[1:])
        patch = [op("test", f"/{member}", old), op("replace", f"/{member}", new)]
        assert drpcli.sent()[1] == (f"PATCH /machines/{uuid}", patch)


def test_meta_set_tests_the_old_value_or_the_whole_map(drpcli: Drpcli, admin: AdminClient) -> None:
    machine = admin.get("machines/Name:node-1")
    uuid, notes = machine["Uuid"], machine["Meta"]
    assert drpcli.says("machines", "meta", "set", uuid, "key", "role", "to", "queen") == '"queen"\n'
    line = f"PATCH /meta/machines/{uuid}"
    assert drpcli.sent() == [
        (f"GET /meta/machines/{uuid}", None),
        (line, [op("test", "", notes), op("add", "/role", "queen")]),
    ]
    drpcli.says("machines", "meta", "set", uuid, "key", "role", "to", "7")
    assert drpcli.sent()[1] == (line, [op("test", "/role", "queen"), op("add", "/role", "7")])
    assert drpcli.says("machines", "meta", "get", uuid, "role") == '"7"\n'


def test_the_token_of_the_command_line_wins_over_the_environment(drpcli: Drpcli, admin: AdminClient) -> None:
    token = admin.get("users/rocketskates/token")["Token"]
    drpcli.says("-T", token, "profiles", "list", RS_TOKEN="spoiled")
    assert drpcli.recorder.seen[0].headers["Authorization"] == f"Bearer {token}"
    del drpcli.environment["RS_TOKEN"]
    drpcli.says("profiles", "list", RS_KEY="rocketskates:r0cketsk8ts")
    assert drpcli.recorder.seen[0].headers["Authorization"] == "Basic cm9ja2V0c2thdGVzOnIwY2tldHNrOHRz"


def test_the_flags_of_the_connection_are_understood(drpcli: Drpcli, endpoint: EmulatedEndpoint) -> None:
    drpcli.environment = {name: text for name, text in drpcli.environment.items() if not name.startswith("RS_")}
    where = ("-E", drpcli.recorder.url, "-U", "rocketskates", "-Pr0cketsk8ts")
    assert json.loads(drpcli.says(*where, "profiles", "list"))[0]["Name"] == "global"
    assert drpcli.fails(*where[:-1], "-Pwrong", "profiles", "list") == "Error: : users: Access Denied\n"
