"""What must hold on every endpoint of every version."""

import pytest

from .client import Client, fault, fresh_name


def _test(path: str, value: object) -> dict[str, object]:
    return {"op": "test", "path": path, "value": value}


def _set(path: str, value: object) -> dict[str, object]:
    return {"op": "replace", "path": path, "value": value}


@pytest.mark.parametrize("prefix", ["profiles", "machines", "params", "stages", "workflows", "tasks", "templates"])
def test_a_fresh_get_body_passes_a_test_of_the_whole_document(api: Client, prefix: str) -> None:
    made = api.make(prefix)
    key = made.get("Uuid") or made.get("Name") or made["ID"]
    body = api.get(f"/{prefix}/{key}").json()
    answer = api.patch(f"/{prefix}/{key}", _test("", body))
    assert (answer.status_code, answer.json()) == (200, body)


def test_a_failed_patch_changes_nothing_and_names_the_line(api: Client) -> None:
    name = api.make("profiles", Params={"my/leader": "none"})["Name"]
    before = api.get(f"/profiles/{name}").text
    answer = api.patch(
        f"/profiles/{name}",
        _set("/Description", "changed"),
        _set("/Params/my~1leader", "node-1"),
        _test("/Params/my~1leader", "none"),
    )
    document = fault(answer)
    assert (document["Code"], document["Type"], document["Key"]) == (409, "PATCH", name)
    assert document["Messages"][0] == "Patch error at line 2: Test op failed."
    assert api.get(f"/profiles/{name}").text == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/profiles/{missing}", None),
        ("GET", "/{missing}", None),
        ("GET", "/profiles?{missing}=1", None),
        ("POST", "/profiles", {"Name": "1bad"}),
        ("POST", "/profiles", [1]),
        ("POST", "/profiles", {}),
        ("PATCH", "/profiles/{missing}", []),
        ("PATCH", "/profiles/global", {"op": "test"}),
        ("PATCH", "/profiles/global", [{"op": "test", "path": "/Name", "value": "x"}]),
        ("DELETE", "/profiles/global", None),
        ("DELETE", "/profiles/global/params/{missing}", None),
    ],
)
def test_every_no_is_a_document_of_five_members(api: Client, method: str, path: str, body: object) -> None:
    answer = api.send(method, path.replace("{missing}", fresh_name()), json=body)
    assert answer.status_code >= 400
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    fault(answer)


def test_deleting_a_used_profile_names_each_machine(api: Client) -> None:
    profile = api.make("profiles")["Name"]
    machines = [api.make("machines", Profiles=[profile])["Uuid"] for _ in range(3)]
    document = fault(api.delete(f"/profiles/{profile}"))
    assert (document["Code"], document["Type"]) == (422, "ValidationError")
    for uuid in machines:
        assert sum(uuid in message for message in document["Messages"]) == 1
    assert api.get(f"/profiles/{profile}").status_code == 200


def test_a_missing_profile_is_hard_on_create_and_soft_on_update(api: Client) -> None:
    missing = fresh_name()
    created = api.post("/machines", {"Name": fresh_name(), "Profiles": [missing]})
    assert fault(created)["Code"] == 422
    assert f"Profile {missing} (at 0) does not exist" in fault(created)["Messages"][0]

    uuid = api.make("machines")["Uuid"]
    add = {"op": "add", "path": "/Profiles/-", "value": missing}
    updated = api.patch(f"/machines/{uuid}", add)
    assert updated.status_code == 200
    assert updated.json()["Available"] is False
    assert updated.json()["Runnable"] is False
    assert f"Profile {missing} (at 0) does not exist" in updated.json()["Errors"][0]


def test_values_are_checked_on_every_save_of_their_holder(api: Client) -> None:
    param = fresh_name()
    profile = api.make("profiles", Params={param: "text"})["Name"]
    api.make("params", Name=param, Schema={"type": "integer"})
    answer = api.patch(f"/profiles/{profile}", _set("/Description", "d"))
    assert fault(answer)["Code"] == 422
    assert f"Key '{param}': invalid val 'text'" in fault(answer)["Messages"][0]
    repaired = api.patch(f"/profiles/{profile}", _set(f"/Params/{param}", 1))
    assert repaired.status_code == 200


def test_a_missing_param_is_null_with_200(api: Client) -> None:
    name = api.make("profiles")["Name"]
    answer = api.get(f"/profiles/{name}/params/not-there")
    assert (answer.status_code, answer.text) == (200, "null")


def test_delete_answers_the_object_that_was(api: Client) -> None:
    made = api.make("profiles", Description="to be gone")
    answer = api.delete(f"/profiles/{made['Name']}")
    assert (answer.status_code, answer.json()) == (200, made)
    assert api.get(f"/profiles/{made['Name']}").status_code == 404


def test_head_has_the_status_of_get_and_no_body(api: Client) -> None:
    name = api.make("profiles")["Name"]
    there = api.send("HEAD", f"/profiles/{name}")
    gone = api.send("HEAD", f"/profiles/{fresh_name()}")
    assert (there.status_code, there.text) == (200, "")
    assert (gone.status_code, gone.text) == (404, "")


def test_one_connection_carries_every_kind_of_answer(api: Client) -> None:
    name = api.make("profiles")["Name"]
    for method, path, status in (
        ("HEAD", f"/profiles/{name}", 200),
        ("GET", "/bogus", 404),
        ("HEAD", "/profiles", 200),
        ("DELETE", f"/profiles/{name}/params/none", 404),
        ("GET", f"/profiles/{name}", 200),
    ):
        assert api.send(method, path).status_code == status
    pools = api.session.get_adapter(api.url).poolmanager.pools  # type: ignore[attr-defined]
    (place,) = pools.keys()
    assert pools[place].num_connections == 1


def test_the_endpoint_says_what_it_is(api: Client) -> None:
    info = api.get("/info").json()
    assert info["version"].startswith("v")
    assert info["id"]
    assert {"profiles", "machines", "params"} <= set(api.get("/objects").json())
    assert ("pools" in api.get("/objects").json()) is api.modern
    indexes = api.get("/indexes/machines").json()
    assert indexes["Name"]["Unique"] is True
    assert "Workflow" in indexes


def test_preferences_are_read_and_set(api: Client) -> None:
    before = api.get("/prefs").json()
    changed = api.post("/prefs", {"knownTokenTimeout": "4000"})
    assert (changed.status_code, changed.json()["knownTokenTimeout"]) == (201, "4000")
    restored = api.post("/prefs", {"knownTokenTimeout": before["knownTokenTimeout"]})
    assert restored.json() == before
