"""Odd input never gets more than an error document: no 500, no traceback, no broken connection."""

import json
import string
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drp_emulator import EmulatedEndpoint

from .client import Client, fault

_LIMITS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["", "global", "none", "integer", "^(", "~", "$ref", "192.168.1.1", "1e400"])
)
_MEMBERS = st.sampled_from(
    [
        *("Name", "name", "Uuid", "ID", "Params", "Meta", "Profiles", "Tasks", "Stages", "Schema"),
        *("Secure", "Workflow", "Stage", "BootEnv", "Address", "Endpoint", "Locked", "Roles"),
        *("type", "default", "properties", "pattern", "$ref", "required", "enum", "items"),
    ]
) | st.text(max_size=6)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS, inner, max_size=4),
    max_leaves=12,
)
_POINTERS = st.lists(_MEMBERS | st.sampled_from(["-", "0", "-1", "~1", "~0", "~", "99"]), max_size=4)
_OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["test", "add", "replace", "remove", "copy", "move", "bogus"]) | _SCALARS,
        "path": _POINTERS.map(lambda parts: "".join(f"/{part}" for part in parts)) | _SCALARS,
        "from": _POINTERS.map(lambda parts: "".join(f"/{part}" for part in parts)) | _SCALARS,
        "value": _JSON,
    },
)
_PREFIXES = st.sampled_from(
    [
        *("profiles", "machines", "params", "stages", "workflows", "tasks", "templates", "bootenvs"),
        *("users", "roles", "pools", "prefs", "meta/profiles", "indexes", "info", "bogus", ""),
    ]
)


@pytest.fixture
def client(endpoint: EmulatedEndpoint, capfd: pytest.CaptureFixture[str]) -> Any:
    """A client of an endpoint of its own; afterwards nothing must have been printed."""
    with Client(endpoint.url) as api:
        yield api
        api._made.clear()
    assert "Traceback" not in capfd.readouterr().err


def _is_orderly(answer: Any) -> None:
    assert answer.status_code < 500
    if answer.status_code >= 400 and answer.request.method != "HEAD" and answer.content:
        fault(answer)


@_LIMITS
@given(prefix=_PREFIXES, body=_JSON)
def test_any_document_can_be_posted(client: Client, prefix: str, body: Any) -> None:
    answer = client.post(f"/{prefix}", body)
    _is_orderly(answer)
    client._made.clear()


@_LIMITS
@given(body=st.binary(max_size=40) | st.text('{}[]":,0123456789eE.+-\\ntu', max_size=30))
def test_any_bytes_can_be_posted(client: Client, body: bytes | str) -> None:
    headers = {"Content-Type": "application/json"}
    data = body.encode() if isinstance(body, str) else body
    _is_orderly(client.send("POST", "/profiles", data=data, headers=headers))
    _is_orderly(client.send("PATCH", "/profiles/global", data=data, headers=headers))
    _is_orderly(client.send("POST", "/profiles/global/params", data=data, headers=headers))


@_LIMITS
@given(patch=st.lists(_OPERATIONS, max_size=4))
def test_any_patch_can_be_sent(client: Client, patch: list[Any]) -> None:
    for path in ("/profiles/global", "/machines/Name:node-1", "/meta/profiles/global"):
        before = client.get(path)
        answer = client.patch(path, *patch)
        _is_orderly(answer)
        if answer.status_code >= 400:
            assert client.get(path).text == before.text
    _is_orderly(client.patch("/profiles/global/params", *patch))


@_LIMITS
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    parts=st.lists(_PREFIXES | st.text(max_size=6) | _MEMBERS, max_size=4),
    query=st.dictionaries(
        st.sampled_from(["Name", "limit", "offset", "sort", "slim", "params", "ttl", "Address"])
        | st.sampled_from(["Meta.a", "Params", "Profiles", "Available", "decode", "Key"])
        | st.text(max_size=5),
        st.text(string.printable, max_size=6)
        | st.sampled_from(["Re((", "Between(a)", "In()", "Lt(x)", "true", "-1", "9" * 30]),
        max_size=3,
    ),
)
def test_any_address_can_be_asked_for(client: Client, method: str, parts: list[str], query: dict[str, str]) -> None:
    path = "/" + "/".join(quote(part) for part in parts)
    _is_orderly(client.send(method, path, params=query, json=[]))


@pytest.mark.parametrize("nesting", [200, 1_000, 100_000])
def test_a_deep_body_is_taken_or_refused_but_does_no_harm(client: Client, nesting: int) -> None:
    body = '{"Name":"deep","Params":{"some":' + "[" * nesting + "]" * nesting + "}}"
    answer = client.send("POST", "/profiles", data=body, headers={"Content-Type": "application/json"})
    _is_orderly(answer)
    assert client.get("/profiles/global").status_code == 200


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "("},
        {"patternProperties": {"(": {}}},
        {"$ref": "http://127.0.0.1:9/never-fetched"},
        {"$ref": "#/nowhere"},
        {"$ref": "#"},
        {"multipleOf": 0.1},
        {"$schema": "http://json-schema.org/draft-04/schema#", "patternProperties": {"(": {}}},
        {"allOf": [{"type": "bogus"}]},
        True,
        "text",
    ],
)
def test_any_schema_is_refused_or_applied(client: Client, schema: Any) -> None:
    _is_orderly(client.post("/params", {"Name": "odd/schema", "Schema": schema}))
    values: list[Any] = [{"(": 1}, "text", 1e308, 3, None, []]
    for value in values:
        _is_orderly(client.post("/profiles/global/params/odd/schema", value))


def test_half_a_character_pair_becomes_the_replacement_character(client: Client) -> None:
    answer = client.send(
        "POST",
        "/profiles",
        data=json.dumps({"Name": "half", "Description": "a\ud800b"}),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 201
    assert client.get("/profiles/half").json()["Description"] == "a\ufffdb"
