"""Param values: what their schemas say about them, and which level wins."""

from typing import Any

import pytest

from .client import Client, fault, fresh_name


@pytest.mark.parametrize(
    ("schema", "value", "shown", "complaint"),
    [
        ({"type": "integer"}, "c", "c", "(root): Invalid type. Expected: integer, given: string"),
        ({"type": "string"}, 1, "1", "(root): Invalid type. Expected: string, given: integer"),
        ({"type": "string"}, None, "<nil>", "(root): Invalid type. Expected: string, given: null"),
        ({"type": "string"}, 1.5, "1.5", "(root): Invalid type. Expected: string, given: number"),
        ({"type": "string"}, True, "true", "(root): Invalid type. Expected: string, given: boolean"),
        ({"type": "string"}, ["a", "b"], "[a b]", "(root): Invalid type. Expected: string, given: array"),
        ({"type": "array"}, {"b": 1, "a": 2}, "map[a:2 b:1]", "(root): Invalid type. Expected: array, given: object"),
        ({"required": ["Uuid"]}, {}, "map[]", "Uuid: Uuid is required"),
        (
            {"items": {"properties": {"Uuid": {"type": "string"}}}},
            [{"Uuid": 1}],
            "[map[Uuid:1]]",
            "0.Uuid: Invalid type. Expected: string, given: integer",
        ),
        (
            {"additionalProperties": False, "properties": {"a": {}}},
            {"b": 1},
            "map[b:1]",
            "b: Additional property b is not allowed",
        ),
        ({"enum": ["a", "b"]}, "c", "c", '(root): (root) must be one of the following: "a", "b"'),
        ({"minimum": 1}, 0, "0", "(root): Must be greater than or equal to 1"),
        ({"exclusiveMinimum": 1}, 1, "1", "(root): Must be greater than 1"),
        ({"minimum": 1, "exclusiveMinimum": True}, 1, "1", "(root): Must be greater than 1"),
        ({"maximum": 5}, 6, "6", "(root): Must be less than or equal to 5"),
        ({"multipleOf": 2}, 3, "3", "(root): Must be a multiple of 2"),
        ({"minLength": 2}, "y", "y", "(root): String length must be greater than or equal to 2"),
        ({"maxLength": 3}, "yyyy", "yyyy", "(root): String length must be less than or equal to 3"),
        ({"pattern": "^x+$"}, "y", "y", "(root): Does not match pattern '^x+$'"),
        ({"minItems": 2}, [1], "[1]", "(root): Array must have at least 2 items"),
        ({"uniqueItems": True}, [1, 1], "[1 1]", "(root): array items must be unique"),
        ({"format": "ipv4"}, "nope", "nope", "(root): Does not match format 'ipv4'"),
        ({"const": "a"}, "b", "b", "(root): does not match the const value"),
        ({"contains": {"type": "string"}}, [1], "[1]", "(root): At least one of the items must match"),
        ({"items": [{}], "additionalItems": False}, [1, 2], "[1 2]", "(root): No additional items allowed on array"),
        ({"properties": {"a": False}}, {"a": 1}, "map[a:1]", "(root): False always fails validation"),
        ({"dependencies": {"a": ["b"]}}, {"a": 1}, "map[a:1]", "(root): Has a dependency on b"),
        (
            {"dependencies": {"x is a dependency of y": ["a"]}},
            {"x is a dependency of y": 1},
            "map[x is a dependency of y:1]",
            "(root): Has a dependency on a",
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            [True],
            "[true]",
            "(root): Must validate at least one schema (anyOf)",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(api: Client, schema: Any, value: Any, shown: str, complaint: str) -> None:
    param = api.make("params", Schema=schema)["Name"]
    name = fresh_name()
    answer = api.post("/profiles", {"Name": name, "Params": {param: value}})
    message = f"Key '{param}': invalid val '{shown}': : {complaint}"
    assert fault(answer)["Messages"] == [api.worded(name, message)]
    assert fault(answer)["Code"] == 422


def test_several_failures_stand_on_lines_of_their_own(api: Client) -> None:
    param = api.make("params", Schema={"minLength": 2, "pattern": "^x+$"})["Name"]
    name = fresh_name()
    (message,) = fault(api.post("/profiles", {"Name": name, "Params": {param: "y"}}))["Messages"]
    head, *lines = message.split("\n")
    assert head == api.worded(name, f"Key '{param}': invalid val 'y': ")
    assert sorted(lines) == [
        "  (root): Does not match pattern '^x+$'",
        "  (root): String length must be greater than or equal to 2",
    ]


def test_a_value_without_a_param_is_taken_as_it_is(api: Client) -> None:
    params = {"any/thing": {"deep": [1, None, {"a": "b"}]}}
    assert api.make("profiles", Params=params)["Params"] == params


def test_the_nearest_level_wins_and_nothing_is_merged(api: Client) -> None:
    param = fresh_name()
    api.make("params", Name=param, Schema={"default": {"from": "schema"}})
    levels = {
        "second profile": api.make("profiles", Params={param: {"from": "second profile"}})["Name"],
        "first profile": api.make("profiles", Params={param: {"from": "first profile"}})["Name"],
        "stage profile": api.make("profiles", Params={param: {"from": "stage profile"}})["Name"],
    }
    stage = api.make("stages", Params={param: {"from": "stage"}}, Profiles=[levels["stage profile"]])["Name"]
    machine = api.make(
        "machines",
        Params={param: {"from": "machine"}},
        Profiles=[levels["first profile"], levels["second profile"]],
        Stage=stage,
    )["Uuid"]
    api.post(f"/profiles/global/params/{param}", {"from": "global"})
    holders = [
        ("machine", f"/machines/{machine}"),
        *((f"{place} profile", f"/profiles/{levels[f'{place} profile']}") for place in ("first", "second")),
        ("stage", f"/stages/{stage}"),
        ("stage profile", f"/profiles/{levels['stage profile']}"),
        ("global", "/profiles/global"),
    ]
    for level, holder in holders:
        assert api.get(f"/machines/{machine}/params/{param}?aggregate=true").json() == {"from": level}
        assert api.get(f"/machines/{machine}/params?aggregate=true").json()[param] == {"from": level}
        assert api.delete(f"{holder}/params/{param}").status_code == 200
    assert api.get(f"/machines/{machine}/params/{param}?aggregate=true").json() == {"from": "schema"}
    assert param not in api.get(f"/machines/{machine}/params?aggregate=true").json()


def test_nested_profiles_come_after_the_one_that_names_them(api: Client) -> None:
    if not api.modern:
        pytest.skip("profiles nest from version 4 on")
    inner = api.make("profiles", Params={"one/level": "inner", "two/level": "inner"})["Name"]
    outer = api.make("profiles", Params={"one/level": "outer"}, Profiles=[inner])["Name"]
    circle = {"op": "add", "path": "/Profiles/-", "value": outer}
    assert api.patch(f"/profiles/{inner}", circle).status_code == 200
    machine = api.make("machines", Profiles=[outer])["Uuid"]
    seen = api.get(f"/machines/{machine}/params?aggregate=true").json()
    assert (seen["one/level"], seen["two/level"]) == ("outer", "inner")


@pytest.mark.parametrize(
    "place",
    [
        *(5, "text", [], {"type": 5}, {"type": "nonsense"}, {"minLength": "q"}, {"properties": 5}, {"pattern": 5}),
        *({"enum": 5}, {"$ref": 5}, {"dependencies": {"a": 5}}, {"items": {"required": [1]}}, {"multipleOf": "x"}),
    ],
    ids=str,
)
def test_a_reference_to_what_is_no_schema_is_refused(api: Client, place: Any) -> None:
    param = api.make("params", Schema={"x": place, "$ref": "#/x"})["Name"]
    answer = api.post(f"/profiles/global/params/{param}", {"a": "value"})
    assert answer.status_code == 409
    assert "The schema cannot be applied: Reference #/x is not to a schema" in fault(answer)["Messages"][0]


@pytest.mark.parametrize("place", [5, "text", ["a"], {"zz": {"$ref": 5, "$schema": "http://json-schema.org/draft-04"}}])
def test_a_reference_into_what_holds_none_is_refused(api: Client, place: Any) -> None:
    param = api.make("params", Schema={"x": place, "$ref": "#/x/zz"})["Name"]
    answer = api.post(f"/profiles/global/params/{param}", {"a": "value"})
    assert answer.status_code == 409
    assert "Reference " in fault(answer)["Messages"][0]


def test_a_reference_to_a_schema_anywhere_is_followed(api: Client) -> None:
    param = api.make("params", Schema={"x": {"y": {"type": "object"}}, "$ref": "#/x/y"})["Name"]
    assert api.post(f"/profiles/global/params/{param}", {}).status_code == 200
    assert api.post(f"/profiles/global/params/{param}", 1).status_code == 409
