"""What is not sealed, or not for this object, or not as the schema wants it, is refused without being shown."""

import base64
import json
from typing import Any

import pytest

from tests.support.sealing import MEMBERS

from .client import Client, fault, fresh_name
from .sealing import HOLDERS, SECRET, add, cannot, holding, made, sealed, sealed_text, secure_param

PLAIN_JSON = {"Content-Type": "application/json"}


@pytest.fixture
def param(api: Client) -> str:
    """A secure param that holds strings."""
    return secure_param(api)


def zeros(key: int, nonce: int, payload: int) -> dict[str, str]:
    parts = zip(MEMBERS, (key, nonce, payload), strict=True)
    return {name: base64.b64encode(bytes(size)).decode() for name, size in parts}


@pytest.mark.parametrize(
    ("value", "shown", "complaint"),
    [
        ("clear", "clear", cannot("string")),
        (5, "5", cannot("number")),
        (True, "true", cannot("bool")),
        (["a"], "[a]", cannot("array")),
        (None, "<nil>", "Key must be 32 bytes long"),
        ({}, "map[]", "Key must be 32 bytes long"),
        ({"Other": "x"}, "map[Other:x]", "Key must be 32 bytes long"),
        ({"Key": "!"}, "map[Key:!]", "illegal base64 data at input byte 0"),
        ({"Key": "QUJ"}, "map[Key:QUJ]", "illegal base64 data at input byte 0"),
        ({"Key": 1}, "map[Key:1]", "json: cannot unmarshal number into Go struct field SecureData.Key of type []uint8"),
        (zeros(31, 24, 16), None, "Key must be 32 bytes long"),
        (zeros(32, 23, 16), None, "Nonce must be 24 bytes long"),
        (zeros(32, 24, 15), None, "SecureData corrupted"),
        (zeros(32, 24, 16), None, "SecureData corrupted"),
        ({name.lower(): text for name, text in zeros(32, 24, 16).items()}, None, "SecureData corrupted"),
    ],
)
def test_what_is_not_sealed_is_refused_on_every_route(
    api: Client, param: str, value: Any, shown: str | None, complaint: str
) -> None:
    path = made(api)
    key = path.rpartition("/")[2]
    api.get(f"{path}/pubkey")
    if shown is None:
        shown = "map[" + " ".join(f"{name}:{value[name]}" for name in sorted(value)) + "]"
    message = api.worded(key, f"Key '{param}': invalid val '{shown}': {complaint}")
    for answer, code, kind in (
        (api.patch(path, add(param, value)), 422, "ValidationError"),
        (api.put(path, {**api.get(path).json(), "Params": {param: value}}), 422, "ValidationError"),
        (api.send("POST", f"{path}/params/{param}", data=json.dumps(value), headers=PLAIN_JSON), 409, "POST"),
        (api.post(f"{path}/params", {param: value}), 409, "POST"),
        (api.patch(f"{path}/params", add(param, value, "")), 409, "PATCH"),
    ):
        document = fault(answer)
        assert (document["Code"], document["Type"], document["Messages"]) == (code, kind, [message])
    name = fresh_name()
    message = api.worded(name, f"Key '{param}': invalid val '{shown}': {complaint}")
    assert fault(api.post("/profiles", {"Name": name, "Params": {param: value}}))["Messages"] == [message]
    assert api.get(f"{path}/params").json() == {}


@pytest.mark.parametrize("prefix", HOLDERS)
def test_what_was_sealed_for_another_object_is_refused(api: Client, prefix: str, param: str) -> None:
    holder, other = made(api, prefix), made(api)
    api.get(f"{holder}/pubkey")
    answer = api.post(f"{holder}/params/{param}", sealed(api, other, SECRET))
    assert fault(answer)["Messages"][0].endswith(": SecureData corrupted")
    assert api.get(f"{holder}/params").json() == {}


def test_sealed_text_that_is_not_json_is_refused_unshown(api: Client, param: str) -> None:
    path = made(api)
    for text in (b"", b"unquoted-secret", b'{"a":', b'"\\ud800 is half a pair'):
        answer = api.post(f"{path}/params/{param}", sealed_text(api, path, text))
        assert fault(answer)["Messages"][0].endswith("': the sealed text is not JSON")


@pytest.mark.parametrize(
    ("schema", "value", "complaint"),
    [
        ({"type": "integer"}, SECRET, ": (root): Invalid type. Expected: integer, given: string"),
        ({"enum": ["a", "b"]}, SECRET, ': (root): (root) must be one of the following: "a", "b"'),
        ({"maxLength": 3}, SECRET, ": (root): String length must be less than or equal to 3"),
        ({"const": "a"}, SECRET, ": (root): does not match the const value"),
        ({"not": {}}, SECRET, ": (root): Must not validate the schema (not)"),
        ({"format": "ipv4"}, SECRET, ": (root): Does not match format 'ipv4'"),
        ({"contains": {"type": "integer"}}, [SECRET], ": (root): At least one of the items must match"),
        ({"items": [{}], "additionalItems": False}, [1, SECRET], ": (root): No additional items allowed on array"),
        ({"properties": {"a": False}}, {"a": SECRET}, ": (root): False always fails validation"),
        ({"dependencies": {"a": ["b"]}}, {"a": SECRET}, ": (root): Has a dependency on b"),
        ({"items": {"type": "integer"}}, [SECRET], ": 0: Invalid type. Expected: integer, given: string"),
        ({"propertyNames": {"maxLength": 3}}, {SECRET: 1}, ": (root): String length must be less than or equal to 3"),
    ],
)
def test_the_schema_holds_sealed_values_without_showing_them(
    api: Client, schema: Any, value: Any, complaint: str
) -> None:
    param = api.make("params", Secure=True, Schema=schema)["Name"]
    path = made(api)
    secret = sealed(api, path, value)
    (message,) = fault(api.patch(path, add(param, secret)))["Messages"]
    shown = "map[" + " ".join(f"{name}:{secret[name]}" for name in MEMBERS) + "]"
    assert message == api.worded(path.rpartition("/")[2], f"Key '{param}': invalid val '{shown}': {complaint}")
    assert SECRET not in message


def test_a_test_sees_what_is_stored_and_never_what_is_sealed(api: Client, param: str) -> None:
    path, secret = holding(api, param)
    matching = {"op": "test", "path": f"/Params/{param}", "value": secret}
    assert api.patch(path, matching).status_code == 200
    for value in (SECRET, sealed(api, path, SECRET)):
        refused = api.patch(path, {**matching, "value": value})
        assert fault(refused)["Messages"][0] == "Patch error at line 0: Test op failed."
    assert api.patch(path, {"op": "test", "path": "", "value": api.get(path).json()}).status_code == 200
    decoded = api.get(f"{path}?decode=true").json()
    assert api.patch(path, {"op": "test", "path": "", "value": decoded}).status_code == 409


def test_values_from_before_a_param_was_secure_stay_readable(api: Client) -> None:
    param = api.make("params", Schema={"type": "string"})["Name"]
    path = made(api, Params={param: "old"})
    assert api.patch(f"/params/{param}", {"op": "replace", "path": "/Secure", "value": True}).status_code == 200
    for extra in ("", "?decode=true"):
        assert api.get(f"{path}/params/{param}{extra}").json() == "old"
    refused = api.patch(path, {"op": "replace", "path": "/Description", "value": "new"})
    assert cannot("string") in fault(refused)["Messages"][0]
    assert api.post(f"{path}/params/{param}", sealed(api, path, "new")).status_code == 200
    assert api.get(f"{path}/params/{param}?decode=true").json() == "new"


def test_a_pack_brings_secure_params_but_no_values_for_them(api: Client) -> None:
    param, profile, pack = fresh_name(), fresh_name(), fresh_name()
    content = {
        "meta": {"Name": pack, "Version": "1"},
        "sections": {"params": {param: {"Name": param, "Secure": True}}},
    }
    assert api.post("/contents", content).status_code == 201
    try:
        path, _ = holding(api, param)
        assert api.get(f"{path}/params/{param}?decode=true").json() == SECRET
        content["sections"] = {"profiles": {profile: {"Name": profile, "Params": {param: "clear"}}}}
        content["meta"] = {"Name": f"{pack}-values", "Version": "1"}
        assert cannot("string") in fault(api.post("/contents", content))["Messages"][0]
        assert api.get(f"/profiles/{profile}").status_code == 404
    finally:
        api.delete(f"/contents/{pack}")
