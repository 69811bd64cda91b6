"""Secure params: clients seal values for one object, the endpoint opens them for users who may see them."""

import base64
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .client import Client, fault, fresh_name
from .sealing import HOLDERS, SECRET, add, holding, made, sealed, sealed_text, secure_param

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
    return secure_param(api)


@pytest.fixture(params=HOLDERS)
def holder(request: pytest.FixtureRequest, api: Client) -> str:
    """The path of an object that can hold values."""
    return made(api, request.param)


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


def test_blanks_around_sealed_json_do_not_matter(api: Client, param: str) -> None:
    path = made(api)
    api.post(f"{path}/params/{param}", sealed_text(api, path, b' "x"\n'))
    assert api.get(f"{path}/params/{param}?decode=true").json() == "x"


def test_the_members_of_a_sealed_map_are_sorted_as_in_go(api: Client) -> None:
    path, param = made(api), api.make("params", Secure=True)["Name"]
    api.post(f"{path}/params/{param}", sealed_text(api, path, b'{"b": {"d": 1.0, "c": "<"}, "a": 1e-7}'))
    assert api.get(f"{path}/params/{param}?decode=true").text.strip() == '{"a":1e-7,"b":{"c":"\\u003c","d":1}}'


def test_a_value_is_opened_with_the_key_of_its_level(api: Client) -> None:
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


def test_params_are_listed_by_whether_they_are_secure(api: Client, param: str) -> None:
    other = api.make("params")["Name"]
    for flag, here, elsewhere in (("true", param, other), ("false", other, param)):
        found = [each["Name"] for each in api.get(f"/params?Secure={flag}").json()]
        assert here in found
        assert elsewhere not in found


@pytest.fixture
def anything(api: Client) -> tuple[str, str]:
    """A profile, and a secure param without a schema."""
    return made(api), str(api.make("params", Secure=True)["Name"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_every_value_comes_out_as_it_went_in(api: Client, anything: tuple[str, str], value: Any) -> None:
    path, name = anything
    secret = sealed(api, path, value)
    assert api.post(f"{path}/params/{name}", secret).json() == secret
    assert api.get(f"{path}/params/{name}?decode=true").json() == value
    assert api.get(f"{path}/params/{name}").json() == secret
