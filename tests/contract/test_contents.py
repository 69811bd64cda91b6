"""Content packs: they are loaded, replaced and removed whole, and no other request changes what they hold."""

from collections.abc import Iterator
from typing import Any

import pytest

from .agents import flow, machine, put, run, staged
from .client import Client, fault, fresh_name


class Packs:
    """Uploads packs and takes them away again."""

    def __init__(self, api: Client) -> None:
        self.api = api
        self.names: list[str] = []

    def upload(self, sections: dict[str, Any] | None = None, code: int = 201, **meta: Any) -> Any:
        """POST a pack, by default under a fresh name."""
        content = {"meta": {"Name": fresh_name(), "Version": "1.0.0", **meta}, "sections": sections or {}}
        answer = self.api.post("/contents", content)
        assert answer.status_code == code, answer.text
        if code != 201:
            return fault(answer)
        self.names.append(content["meta"]["Name"])
        return answer.json()


@pytest.fixture
def packs(api: Client) -> Iterator[Packs]:
    """A place to upload to."""
    made = Packs(api)
    yield made
    for name in reversed(made.names):
        api.delete(f"/contents/{name}")


def _profile(name: str, **members: Any) -> dict[str, Any]:
    return {"profiles": {name: {"Name": name, **members}}}


def test_a_pack_comes_with_a_summary_of_itself(api: Client, packs: Packs) -> None:
    first, second = fresh_name(), fresh_name()
    sections = {**_profile(first), "tasks": {second: {"Name": second}}}
    summary = packs.upload(sections, Description="d", Prerequisites="")
    assert list(summary) == ["meta", "Counts", "Warnings"]
    assert (summary["Counts"], summary["Warnings"]) == ({"profiles": 1, "tasks": 1}, [])
    meta = summary["meta"]
    assert (meta["Version"], meta["Description"], meta["Type"]) == ("1.0.0", "d", "dynamic")
    assert summary in api.get("/contents").json()
    assert api.get(f"/contents/{meta['Name']}").json() == {"meta": meta, "sections": sections}


def test_every_endpoint_has_two_packs_of_its_own(api: Client) -> None:
    name = api.make("profiles")["Name"]
    listed = {summary["meta"]["Name"]: summary for summary in api.get("/contents").json()}
    assert listed["BasicStore"]["Counts"]["stages"] == 2
    assert listed["BackingStore"]["Counts"]["profiles"] >= 2
    assert name in api.get("/contents/BackingStore").json()["sections"]["profiles"]
    assert fault(api.delete("/contents/BasicStore"))["Type"] == "STORE_ERROR"
    assert fault(api.post("/contents", {"meta": {"Name": "BasicStore"}}))["Code"] == 409


def test_what_a_pack_holds_is_read_only(api: Client, packs: Packs) -> None:
    name = fresh_name()
    pack = packs.upload(_profile(name, Params={"my/one": 1}))["meta"]["Name"]
    held = api.get(f"/profiles/{name}").json()
    assert (held["ReadOnly"], held["Bundle"], held["Params"]) == (True, pack, {"my/one": 1})
    refused = {"Model": "", "Key": "", "Messages": [name], "Code": 400}
    assert fault(put(api, f"/profiles/{name}", Description="d")) == {**refused, "Type": "PATCH"}
    assert fault(api.put(f"/profiles/{name}", held)) == {**refused, "Type": "PUT"}
    assert fault(api.post(f"/profiles/{name}/params/my/one", 2))["Messages"] == [name]
    assert fault(api.post(f"/profiles/{name}/params/my/one", 2))["Code"] == 409
    assert fault(api.post("/profiles", {"Name": name}))["Messages"] == ["already exists"]
    assert fault(api.delete(f"/profiles/{name}")) == {
        "Model": "", "Key": "", "Type": "DELETE", "Messages": [f"readonly: {name}"], "Code": 404,
    }  # fmt: skip
    assert api.get(f"/profiles/{name}").json() == held


def test_a_pack_brings_a_whole_workflow(api: Client, packs: Packs) -> None:
    param, first, second, stage, workflow = (fresh_name() for _ in range(5))
    template = f"{fresh_name()}.tmpl"
    sections = {
        "workflows": {workflow: {"Name": workflow, "Stages": [stage]}},
        "stages": {stage: {"Name": stage, "Tasks": [first]}},
        "tasks": {
            first: {"Name": first, "Prerequisites": [second], "Templates": [{"Name": "script", "ID": template}]},
            second: {"Name": second, "Prerequisites": []},
        },
        "templates": {template: {"ID": template, "Contents": "true"}},
        "params": {param: {"Name": param, "Schema": {"type": "string", "default": "x"}}},
    }
    assert packs.upload(sections)["Warnings"] == []
    assert all(api.get(f"/tasks/{name}").json()["Available"] for name in (first, second))
    assert run(api, machine(api, workflow)) == [second, first]


def test_what_is_not_usable_yet_is_a_warning(api: Client, packs: Packs) -> None:
    stage, missing = fresh_name(), fresh_name()
    summary = packs.upload({"stages": {stage: {"Name": stage, "Tasks": [missing]}}})
    assert len(summary["Warnings"]) == 1
    assert f"Task {missing} (at 0) does not exist" in summary["Warnings"][0]
    assert api.get(f"/stages/{stage}").json()["Available"] is False


def test_a_section_that_is_not_served_is_a_warning(api: Client, packs: Packs) -> None:
    summary = packs.upload({"ux_views": {"my-view": {"Id": "my-view"}}})
    assert "ux_views" in summary["Warnings"][0]
    assert api.get(f"/contents/{summary['meta']['Name']}").json()["sections"] == {
        "ux_views": {"my-view": {"Id": "my-view"}}
    }


def test_a_pack_is_replaced_whole(api: Client, packs: Packs) -> None:
    kept, gone, added = fresh_name(), fresh_name(), fresh_name()
    name = packs.upload({"profiles": {key: {"Name": key} for key in (kept, gone)}})["meta"]["Name"]
    content = {
        "meta": {"Name": name, "Version": "2.0.0"},
        "sections": {"profiles": {kept: {"Name": kept, "Description": "new"}, added: {"Name": added}}},
    }
    answer = api.put(f"/contents/{name}", content)
    assert (answer.status_code, answer.json()["meta"]["Version"]) == (200, "2.0.0")
    assert api.get(f"/profiles/{kept}").json()["Description"] == "new"
    assert api.get(f"/profiles/{kept}").json()["ReadOnly"] is True
    assert api.get(f"/profiles/{gone}").status_code == 404
    assert api.get(f"/profiles/{added}").json()["Bundle"] == name


def test_a_pack_goes_with_all_it_holds(api: Client, packs: Packs) -> None:
    name = fresh_name()
    pack = packs.upload(_profile(name))["meta"]["Name"]
    answer = api.delete(f"/contents/{pack}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"/profiles/{name}").status_code == 404
    assert fault(api.get(f"/contents/{pack}")) == {
        "Model": "contents", "Key": pack, "Type": "GET", "Messages": ["No such content store"], "Code": 404,
    }  # fmt: skip
    assert fault(api.delete(f"/contents/{pack}"))["Messages"] == ["No such content store"]


def test_what_is_used_elsewhere_keeps_the_pack(api: Client, packs: Packs) -> None:
    profile, task = fresh_name(), fresh_name()
    pack = packs.upload({**_profile(profile), "tasks": {task: {"Name": task}}})["meta"]["Name"]
    stage = staged(api, task)
    uuid = machine(api, flow(api, stage), Profiles=[profile])
    used = [f"machines:{uuid} still uses {task}", f"stages:{stage} still uses {task}"]
    profiles = api.worded(profile, f"Machine {uuid} is using profile {profile}")
    for answer in (api.delete(f"/contents/{pack}"), api.put(f"/contents/{pack}", {"meta": {"Name": pack}})):
        document = fault(answer)
        assert (document["Code"], document["Type"]) == (409, "StillInUseError")
        assert sorted(document["Messages"]) == sorted([*used, profiles])
    assert api.get(f"/profiles/{profile}").status_code == 200
    assert api.get(f"/contents/{pack}").json()["meta"]["Version"] == "1.0.0"


def test_nothing_is_overridden(api: Client, packs: Packs) -> None:
    mine, theirs = api.make("profiles")["Name"], fresh_name()
    packs.upload(_profile(theirs))
    document = packs.upload(_profile(mine), code=422)
    assert (document["Type"], document["Model"]) == ("STORE_ERROR", "contents")
    (message,) = document["Messages"]
    assert message.split("\n\t") == [
        f"New layer violates key restrictions: keysCannotBeOverridden: {mine} is already in layer 0",
        f"keysCannotOverride: {mine} would be overridden by layer 0",
    ]
    document = packs.upload(_profile(theirs), code=422)
    assert f"keysCannotBeOverridden: {theirs} is already in layer " in document["Messages"][0]
    document = packs.upload({"stages": {"none": {"Name": "none"}}}, code=422)
    assert "none is already in layer" in document["Messages"][0]


def test_version_4_replaces_what_people_made_when_asked_to(api: Client) -> None:
    name, pack = api.make("profiles", Description="mine")["Name"], fresh_name()
    content = {"meta": {"Name": pack}, "sections": _profile(name, Description="theirs")}
    answer = api.post("/contents?replaceWritable=true", content)
    assert answer.status_code == (201 if api.modern else 422)
    if api.modern:
        assert api.get(f"/profiles/{name}").json()["Description"] == "theirs"
        assert api.delete(f"/contents/{pack}").status_code == 204


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [("", True), (": >=1.2", True), (": >1.2.3", False), (": <2 >=1.2.3", True), (": =v1.2.3", True), (": 1.3", False)],
)
def test_a_pack_may_need_another_one(api: Client, packs: Packs, wanted: str, fits: bool) -> None:
    base = packs.upload(Version="v1.2.3")["meta"]["Name"]
    name = fresh_name()
    meta: dict[str, Any] = {"Prerequisites": f"{base}{wanted}"}
    if not fits:
        document = packs.upload(_profile(name), code=422, **meta)
        assert base in document["Messages"][0]
        assert api.get(f"/profiles/{name}").status_code == 404
        return
    top = packs.upload(_profile(name), **meta)["meta"]["Name"]
    document = fault(api.delete(f"/contents/{base}"))
    assert (document["Code"], document["Messages"]) == (409, [f"Content {top} requires {base}"])


def test_a_missing_prerequisite_is_named(packs: Packs) -> None:
    document = packs.upload(code=422, Name="my-pack", Prerequisites="gone-one, gone-two: >=1")
    assert document["Messages"] == [
        "Content my-pack requires content gone-one, which is not present",
        "Content my-pack requires content gone-two, which is not present",
    ]


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"profiles": {"p1-bad": {"Name": "p1-bad", "Params": 12}}}, "json: cannot unmarshal number into Go struct"),
        ({"profiles": {"p1-bad": 5}}, "json: cannot unmarshal number into Go value of type backend.Profile"),
        ({"profiles": {"p1-bad": {"Name": "other"}}}, "other stands under the key p1-bad"),
        ({"profiles": {"1bad": {"Name": "1bad"}}}, "Invalid Name `1bad`"),
        ({"params": {"p1-bad": {"Name": "p1-bad", "Schema": {"type": "bogus"}}}}, "NOT VALID"),
    ],
)
def test_a_pack_that_is_wrong_somewhere_leaves_nothing(
    api: Client, packs: Packs, sections: dict[str, Any], message: str
) -> None:
    good, pack = fresh_name(), fresh_name()
    whole = {"tasks": {good: {"Name": good}}, **sections}
    document = packs.upload(whole, code=422, Name=pack)
    assert any(message in said for said in document["Messages"])
    assert api.get(f"/tasks/{good}").status_code == 404
    assert api.get(f"/contents/{pack}").status_code == 404


def test_values_are_checked_against_the_params_of_the_same_pack(packs: Packs) -> None:
    param, profile = fresh_name(), fresh_name()
    sections = {
        "params": {param: {"Name": param, "Schema": {"type": "integer"}}},
        "profiles": {profile: {"Name": profile, "Params": {param: "text"}}},
    }
    document = packs.upload(sections, code=422)
    assert document["Type"] == "ValidationError"
    assert f"Key '{param}': invalid val 'text'" in document["Messages"][0]


def test_names_and_bodies_must_be_right(api: Client, packs: Packs) -> None:
    pack = packs.upload()["meta"]["Name"]
    assert packs.upload(code=409, Name=pack)["Messages"] == [f"Content {pack} already exists"]
    assert packs.upload(code=422, Name="")["Type"] == "STORE_ERROR"
    changed = fault(api.put(f"/contents/{pack}", {"meta": {"Name": "other"}}))
    assert (changed["Code"], changed["Messages"]) == (400, [f"Cannot change name from {pack} to other"])
    missing = fault(api.put("/contents/gone", {"meta": {"Name": "gone"}}))
    assert (missing["Code"], missing["Messages"]) == (404, ["Cannot find gone"])
    bodies: list[Any] = [[], {"meta": 5}, {"meta": {"Name": 5}}, {"sections": {"profiles": []}}]
    for body in bodies:
        assert fault(api.post("/contents", body))["Code"] == 400


def test_packs_are_for_those_who_may(api: Client, packs: Packs) -> None:
    pack = packs.upload()["meta"]["Name"]
    user = api.user(("contents", "get", pack))
    assert user.get(f"/contents/{pack}").status_code == 200
    content = {"meta": {"Name": pack}}
    for answer, right in (
        (user.get("/contents"), "contents list "),
        (user.post("/contents", content), f"contents create {pack}"),
        (user.put(f"/contents/{pack}", content), f"contents update {pack}"),
        (user.delete(f"/contents/{pack}"), f"contents delete {pack}"),
    ):
        assert fault(answer)["Messages"][1] == f"Requires: {right}"
