"""Secure params: clients seal values for one object, the endpoint opens them for whoever may see them."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.sealing import MEMBERS

from .agents import flow, machine, post, scripted, staged
from .client import Client, fault, fresh_name
from .sealing import sealed, sealed_text

PLAIN_JSON = {"Content-Type": "application/json"}
SECRET = "correct horse battery staple"
HOLDERS = ("profiles", "machines", "stages")
JSON = st.recursive(
    st.none()
    | st.booleans()
    # Beyond them Go's shortest digits are others than Python's.
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def param(api: Client) -> str:
    """A secure param that holds strings."""
    return str(api.make("params", Secure=True, Schema={"type": "string"})["Name"])


@pytest.fixture(params=HOLDERS)
def holder(request: pytest.FixtureRequest, api: Client) -> str:
    """The path of an object that can hold values."""
    return made(api, request.param)


def made(api: Client, prefix: str = "profiles", **members: Any) -> str:
    """A new object, as a path."""
    return f"/{prefix}/{api.make(prefix, **members)[{'machines': 'Uuid'}.get(prefix, 'Name')]}"


def holding(api: Client, param: str, value: Any = SECRET, prefix: str = "profiles") -> tuple[str, dict[str, str]]:
    """A new object with a sealed value, and the value as it travelled."""
    path = made(api, prefix)
    secret = sealed(api, path, value)
    answer = api.post(f"{path}/params/{param}", secret)
    assert answer.status_code == 200, answer.text
    return path, secret


def add(param: str, value: Any, at: str = "/Params") -> dict[str, Any]:
    return {"op": "add", "path": f"{at}/{param}", "value": value}


def test_every_object_has_a_key_of_its_own_that_stays(api: Client, holder: str) -> None:
    key = api.get(f"{holder}/pubkey").json()
    assert len(base64.b64decode(key, validate=True)) == 32
    assert api.get(f"{holder}/pubkey").json() == key
    other = made(api, holder.split("/")[1])
    assert api.get(f"{other}/pubkey").json() != key


def test_the_key_of_nothing_is_not_found(api: Client) -> None:
    for prefix in HOLDERS:
        assert fault(api.get(f"/{prefix}/{fresh_name()}/pubkey"))["Messages"] == ["Not Found"]
    assert fault(api.get("/tasks/any/pubkey"))["Messages"] == ["No route"]


def test_a_key_goes_with_its_object_and_with_it_what_was_sealed(api: Client, param: str) -> None:
    path, secret = holding(api, param)
    key = api.get(f"{path}/pubkey").json()
    assert api.delete(path).json()["Params"] == {param: secret}
    api.make("profiles", Name=path.rpartition("/")[2])
    assert api.get(f"{path}/pubkey").json() != key
    assert "SecureData corrupted" in fault(api.post(f"{path}/params/{param}", secret))["Messages"][0]


def test_a_value_comes_in_by_every_route(api: Client, holder: str, param: str) -> None:
    def expect(answer: Any, stored: Any) -> None:
        assert answer.status_code == 200, answer.text
        assert api.get(f"{holder}/params").json() == {param: stored}
        assert api.get(f"{holder}/params?decode=true").json() == {param: SECRET}

    first = sealed(api, holder, SECRET)
    answer = api.post(f"{holder}/params/{param}", first)
    assert answer.json() == first
    expect(answer, first)
    for route in ("POST params", "PATCH params", "PATCH", "PUT"):
        secret = sealed(api, holder, SECRET)
        assert secret != first
        if route == "POST params":
            answer = api.post(f"{holder}/params", {param: secret})
        elif route == "PATCH params":
            answer = api.patch(f"{holder}/params", add(param, secret, ""))
        elif route == "PATCH":
            answer = api.patch(holder, add(param, secret))
        else:
            answer = api.put(holder, {**api.get(holder).json(), "Params": {param: secret}})
        expect(answer, secret)
        assert SECRET not in answer.text


def test_a_value_is_in_clear_with_decode_and_nowhere_else(api: Client, holder: str, param: str) -> None:
    secret = sealed(api, holder, SECRET)
    api.post(f"{holder}/params/{param}", secret)
    prefix, key = holder.split("/")[1:]
    index = "Uuid" if prefix == "machines" else "Name"
    query = f"/{prefix}?{index}={key}&"

    def seen(extra: str) -> list[Any]:
        return [
            api.get(f"{holder}?{extra}").json()["Params"][param],
            api.get(f"{query}{extra}").json()[0]["Params"][param],
            api.get(f"{query}{extra}&params={param}").json()[0]["Params"][param],
            api.get(f"{holder}?{extra}&params={param}").json()["Params"][param],
            api.get(f"{holder}/params?{extra}").json()[param],
            api.get(f"{holder}/params?{extra}&params={param}").json()[param],
            api.get(f"{holder}/params/{param}?{extra}").json(),
        ]

    assert seen("decode=true") == [SECRET] * 7
    assert seen("decode=false") == [secret] * 7
    assert seen("decode=1") == [secret] * 7
    assert api.get(f"{query}decode=true&slim=Params").json()[0]["Params"] == {}
    assert api.delete(f"{holder}/params/{param}?decode=true").json() == secret


def test_a_missing_value_is_null_with_decode_as_well(api: Client, holder: str, param: str) -> None:
    assert api.get(f"{holder}/params/{param}?decode=true").text.strip() == "null"
    assert api.get(f"{holder}/params?decode=true").json() == {}


def zeros(key: int, nonce: int, payload: int) -> dict[str, str]:
    parts = zip(MEMBERS, (key, nonce, payload), strict=True)
    return {name: base64.b64encode(bytes(size)).decode() for name, size in parts}


def cannot(kind: str) -> str:
    return f"json: cannot unmarshal {kind} into Go value of type models.SecureData"


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


def test_what_was_sealed_for_another_object_is_refused(api: Client, holder: str, param: str) -> None:
    other = made(api)
    api.get(f"{holder}/pubkey")
    answer = api.post(f"{holder}/params/{param}", sealed(api, other, SECRET))
    assert fault(answer)["Messages"][0].endswith(": SecureData corrupted")
    assert api.get(f"{holder}/params").json() == {}


def test_sealed_text_that_is_not_json_is_refused_without_showing_it(api: Client, param: str) -> None:
    path = made(api)
    for text in (b"", b"unquoted-secret", b'{"a":', b'"\\ud800 is half a pair'):
        answer = api.post(f"{path}/params/{param}", sealed_text(api, path, text))
        assert fault(answer)["Messages"][0].endswith("': the sealed text is not JSON")


def test_blanks_around_sealed_json_do_not_matter(api: Client, param: str) -> None:
    path = made(api)
    api.post(f"{path}/params/{param}", sealed_text(api, path, b' "x"\n'))
    assert api.get(f"{path}/params/{param}?decode=true").json() == "x"


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
def test_the_schema_holds_what_is_sealed_and_the_complaint_does_not_show_it(
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


def test_a_value_is_opened_with_the_key_of_the_level_it_comes_from(api: Client) -> None:
    names = [str(api.make("params", Secure=True)["Name"]) for _ in range(5)]
    stage_profile, stage, profile = made(api), made(api, "stages"), made(api)
    api.patch(stage, {"op": "add", "path": "/Profiles/-", "value": stage_profile.rpartition("/")[2]})
    uuid = made(api, "machines", Profiles=[profile.rpartition("/")[2]], Stage=stage.rpartition("/")[2])
    levels = dict(zip(names, (uuid, profile, stage, stage_profile, "/profiles/global"), strict=True))
    stored = {}
    try:
        for name, level in levels.items():
            stored[name] = sealed(api, level, {"level": level})
            assert api.post(f"{level}/params/{name}", stored[name]).status_code == 200
        query = ",".join(names)
        closed = api.get(f"{uuid}/params?aggregate=true&params={query}").json()
        assert closed == stored
        opened = api.get(f"{uuid}/params?aggregate=true&decode=true&params={query}").json()
        assert opened == {name: {"level": level} for name, level in levels.items()}
        for name, level in levels.items():
            assert api.get(f"{uuid}/params/{name}?aggregate=true").json() == stored[name]
            assert api.get(f"{uuid}/params/{name}?aggregate=true&decode=true").json() == {"level": level}
    finally:
        api.delete(f"/profiles/global/params/{names[-1]}")


def test_composed_values_are_opened_level_by_level(api: Client) -> None:
    if not api.modern:
        pytest.skip("values are composed from version 4 on")
    param = api.make("params", Secure=True)["Name"]
    profile, _ = holding(api, param, {"a": 1, "b": "profile"})
    uuid = made(api, "machines", Profiles=[profile.rpartition("/")[2]])
    api.post(f"{uuid}/params/{param}", sealed(api, uuid, {"b": "machine"}))
    whole = {"a": 1, "b": "machine"}
    assert api.get(f"{uuid}/params/{param}?compose=true&decode=true").json() == whole
    assert api.get(f"{uuid}/params?compose=true&decode=true").json()[param] == whole


def test_the_default_of_a_secure_param_is_not_sealed(api: Client) -> None:
    param = api.make("params", Secure=True, Schema={"type": "string", "default": "a default"})["Name"]
    uuid = made(api, "machines")
    for extra in ("", "&decode=true"):
        assert api.get(f"{uuid}/params/{param}?aggregate=true{extra}").json() == "a default"


def test_a_filter_on_a_secure_param_does_not_tell_what_is_sealed(api: Client, param: str) -> None:
    path, _ = holding(api, param)
    key = path.rpartition("/")[2]
    assert key not in [found["Name"] for found in api.get(f"/profiles?{param}={SECRET}&decode=true").json()]


def test_values_from_before_the_param_was_secure_stay_readable_and_must_go(api: Client) -> None:
    param = api.make("params", Schema={"type": "string"})["Name"]
    path = made(api, Params={param: "old"})
    assert api.patch(f"/params/{param}", {"op": "replace", "path": "/Secure", "value": True}).status_code == 200
    for extra in ("", "?decode=true"):
        assert api.get(f"{path}/params/{param}{extra}").json() == "old"
    refused = api.patch(path, {"op": "replace", "path": "/Description", "value": "new"})
    assert cannot("string") in fault(refused)["Messages"][0]
    assert api.post(f"{path}/params/{param}", sealed(api, path, "new")).status_code == 200
    assert api.get(f"{path}/params/{param}?decode=true").json() == "new"


@pytest.mark.parametrize(
    ("path", "requires"),
    [
        ("/profiles/{p}?decode=true", "profiles getSecure {p}"),
        ("/profiles/Name:{p}?decode=true", "profiles getSecure Name:{p}"),
        ("/profiles?decode=true", "profiles getSecure "),
        ("/profiles/{p}/params?decode=true", "profiles getSecure {p}"),
        ("/profiles/{p}/params?aggregate=true&decode=true", "profiles getSecure {p}"),
        ("/profiles/{p}/params/{k}?decode=true", "profiles getSecure {p}"),
        ("/profiles/{p}/pubkey", "profiles updateSecure {p}"),
    ],
)
def test_who_may_read_may_not_decode_or_seal(api: Client, param: str, path: str, requires: str) -> None:
    holder, secret = holding(api, param)
    key = holder.rpartition("/")[2]
    reader = api.user(("profiles", "get,list,update", "*"))
    document = fault(reader.get(path.replace("{p}", key).replace("{k}", param)))
    assert (document["Code"], document["Type"]) == (403, "AUTH")
    assert document["Messages"][1] == f"Requires: {requires.replace('{p}', key)}"
    assert reader.get(f"{holder}/params/{param}").json() == secret


def test_the_rights_to_decode_and_to_seal_are_two(api: Client, param: str) -> None:
    path, secret = holding(api, param)
    sealer = api.user(("profiles", "update,updateSecure", "*"))
    assert sealer.post(f"{path}/params/{param}", sealed(sealer, path, "new")).status_code == 200
    assert sealer.get(f"{path}/params/{param}?decode=true").status_code == 404
    opener = api.user(("profiles", "get,list,getSecure", "*"))
    assert opener.get(f"{path}/params/{param}?decode=true").json() == "new"
    assert opener.get(f"/profiles?Name={path.rpartition('/')[2]}&decode=true").json()[0]["Params"] == {param: "new"}
    assert opener.get(f"{path}/pubkey").status_code == 403
    assert opener.post(f"{path}/params/{param}", secret).status_code == 403


def test_who_may_not_list_sees_an_empty_list_decoded_or_not(api: Client) -> None:
    for extra in ("", "?decode=true"):
        assert api.user(("profiles", "get", "*")).get(f"/profiles{extra}").json() == []


def test_params_are_listed_by_whether_they_are_secure(api: Client, param: str) -> None:
    other = api.make("params")["Name"]
    for flag, here, elsewhere in (("true", param, other), ("false", other, param)):
        found = [each["Name"] for each in api.get(f"/params?Secure={flag}").json()]
        assert here in found
        assert elsewhere not in found


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


def _script(api: Client, text: str, **members: Any) -> tuple[str, Any]:
    """A job with this script, and what its machine gets."""
    uuid = machine(api, flow(api, staged(api, scripted(api, text))), **members)
    job = post(api, uuid).json()["Uuid"]
    return job, api.get(f"/jobs/{job}/actions")


def test_a_script_gets_values_in_clear(api: Client, param: str) -> None:
    path, _ = holding(api, param, "for {{.Machine.Name}}")
    text = '{{.Param "P"}}|{{.ParamAsJSON "P"}}|{{.ParamExpand "P"}}|{{.ParamExists "P"}}'.replace('"P"', f'"{param}"')
    _, answer = _script(api, text, Name=fresh_name(), Profiles=[path.rpartition("/")[2]])
    name = answer.json()[0]["Content"].split("|")[2].removeprefix("for ")
    clear = "for {{.Machine.Name}}"
    assert answer.json()[0]["Content"] == f'{clear}|"{clear}"\n|for {name}|true'
    assert api.get(f"/machines/Name:{name}").status_code == 200


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{{.Param (.Param "P")}}', "No such machine parameter (secure)"),
        ('{{.ParamExpand "P"}}', "its secure value cannot be rendered"),
        ('{{.Param "P" | .ParamExpand}}', "No such machine parameter (secure)"),
        ('{{.ParamExpand "my/outer"}}', "No such machine parameter (secure)"),
    ],
)
def test_what_a_script_cannot_do_with_a_value_does_not_show_it(
    api: Client, param: str, text: str, complaint: str
) -> None:
    path, _ = holding(api, param, f"{SECRET} {{{{ {SECRET} }}}}")
    profiles = [path.rpartition("/")[2]]
    outer = '{{.Param (.Param "P")}}'.replace('"P"', f'"{param}"')
    job, answer = _script(api, text.replace('"P"', f'"{param}"'), Profiles=profiles, Params={"my/outer": outer})
    assert fault(answer)["Code"] == 422
    for told in (answer.text, api.get(f"/jobs/{job}/log").text):
        assert complaint in told
        assert not any(word in told for word in SECRET.split())


def test_a_number_that_was_sealed_is_masked_in_complaints_too(api: Client) -> None:
    param = api.make("params", Secure=True)["Name"]
    path, _ = holding(api, param, 86753)
    text = '{{.Param (printf "%.0f" (.Param "P"))}}'.replace('"P"', f'"{param}"')
    _, answer = _script(api, text, Profiles=[path.rpartition("/")[2]])
    assert "No such machine parameter (secure)" in fault(answer)["Messages"][0]
    assert "86753" not in answer.text


@pytest.fixture
def anything(api: Client) -> tuple[str, str]:
    """A profile, and a secure param without a schema."""
    return made(api), str(api.make("params", Secure=True)["Name"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_every_value_comes_out_as_it_went_in(api: Client, anything: tuple[str, str], value: Any) -> None:
    path, name = anything
    secret = sealed(api, path, value)
    assert api.post(f"{path}/params/{name}", secret).json() == secret
    assert api.get(f"{path}/params/{name}?decode=true").json() == value
    assert api.get(f"{path}/params/{name}").json() == secret
