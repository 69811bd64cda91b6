"""The sentence for each answer of an endpoint; its own words are kept for programs and shown to nobody."""

import json
from typing import Any

import pytest
import requests

from drp_provider import errors
from drp_provider.api.responses import error_of

CANARY = "canary"


def answer(status: int, type_: str = "", *messages: str, model: str = "", key: str = "") -> requests.Response:
    response = requests.Response()
    response.status_code = status
    document = {"Model": model, "Key": key, "Type": type_, "Messages": list(messages), "Code": status}
    response._content = json.dumps(document).encode() if type_ or messages or model else b""
    return response


@pytest.mark.parametrize(
    ("response", "kind", "text"),
    [
        (answer(401), errors.Unauthorized, "the token is wrong, expired or revoked; set a new RS_TOKEN or RS_KEY"),
        (
            answer(403, "", "Invalid Token :ciphertext too short", CANARY, model="system"),
            errors.Forbidden,
            "the token is wrong, expired or revoked",
        ),
        (answer(403, "AUTH", "Validation failed"), errors.Forbidden, "the token is wrong, expired or revoked"),
        (answer(403, "", "Access Denied", model="users"), errors.Forbidden, "the user name, password or token is"),
        (
            answer(403, "AUTH", "Cannot access /api/v3/profiles/x", "Requires: profiles patch x"),
            errors.Forbidden,
            "the credentials lack the right to patch on profiles x",
        ),
        (
            answer(403, "AUTH", "Cannot access /api/v3/profiles", "Requires: profiles create "),
            errors.Forbidden,
            "the credentials lack the right to create on profiles;",
        ),
        (answer(403, "PATCH", "Locked", model="machines", key="u"), errors.Forbidden, "the object is locked"),
        (answer(403, "PATCH", "u-1: Locked", model="machines", key="u"), errors.Forbidden, "the object is locked"),
        (answer(404, "GET", "Not Found", model="profiles", key="x"), errors.NotFound, "profiles/x is not on"),
        (
            answer(409, "PATCH", "Patch error at line 0: Test op failed.", f'Patch line: "{CANARY}"', model="profiles"),
            errors.PatchRejected,
            "",
        ),
        (answer(409, "CREATE", "already exists", model="profiles", key="x"), errors.Duplicate, "already exists"),
        (
            answer(409, "StillInUseError", "Stage sa in use by Machine m2", model="stages", key="sa"),
            errors.Unprocessable,
            "stages/sa was refused",
        ),
        (
            answer(422, "ValidationError", f"Key 'my/x': invalid val '{CANARY}': : (root): Invalid type. Expected: "
                   "integer, given: string", model="profiles", key="x"),
            errors.Unprocessable,
            "param my/x violates its schema: (root): Invalid type. Expected: integer, given: string",
        ),
        (
            answer(422, "ValidationError", f"x: Key 'my/x': invalid val '{CANARY}': \n  (root): A is required\n  "
                   f"(root): Array must have at least 2 items", model="profiles", key="x"),
            errors.Unprocessable,
            "(root): A is required, (root): Array must have at least 2 items",
        ),
        (
            answer(422, "ValidationError", f"something new about {CANARY}", model="profiles", key="x"),
            errors.Unprocessable,
            "the endpoint gave a reason that may hold others' values, 422",
        ),
        (
            answer(422, "ValidationError", "Invalid Name `1bad`", model="profiles", key="1bad"),
            errors.Unprocessable,
            "profiles/1bad was refused (Invalid Name `1bad`)",
        ),
        (
            answer(422, "ValidationError", "Key 'my/x': invalid val 'a: canary is required\n': : (root): Invalid type."
                   " "
                   "Expected: integer, given: string", model="profiles", key="x"),
            errors.Unprocessable,
            "param my/x violates its schema: (root): Invalid type. Expected: integer, given: string)",
        ),
        (
            answer(422, "ValidationError", "Error in default value: (root): Invalid type. Expected: integer, given: "
                   "string", model="params", key="my/x"),
            errors.Unprocessable,
            "Error in default value: (root): Invalid type. Expected: integer, given: string",
        ),
        (answer(400, "PATCH", "profiles"), errors.Refused, "POST profiles was refused"),
        (answer(406, "PATCH", f"json: cannot unmarshal {CANARY}"), errors.Refused, "POST profiles was refused"),
        (answer(500), errors.OutcomeUnknown, "500 with no content type, which is not DRP's, so whether it was applied"),
        (
            answer(500, "POST", "Error parsing inline templates: template: :1: bad character U+002D '-'"),
            errors.ServerFault,
            "(Error parsing inline templates: template: :1: bad character U+002D '-')",
        ),
        (answer(500, "POST", f"something about {CANARY}"), errors.ServerFault, "failed on the endpoint (500): read"),
    ],
)  # fmt: skip
def test_an_answer_has_one_sentence_and_no_value_in_it(response: requests.Response, kind: type, text: str) -> None:
    fault = error_of(response, "POST", "profiles")
    assert type(fault) is kind
    assert text in str(fault)
    assert CANARY not in str(fault)
    assert "\n" not in str(fault)


@pytest.mark.parametrize("status", [301, 304, 400, 403, 404, 408, 413, 429, 500, 502, 503, 504])
def test_only_drps_own_error_refuses_a_write(status: int) -> None:
    response = answer(status)
    response._content, response.headers["Content-Type"] = b"<html>", "text/html"
    assert isinstance(error_of(response, "PATCH", "profiles/x"), errors.OutcomeUnknown)
    assert not isinstance(error_of(response, "GET", "profiles/x"), errors.OutcomeUnknown)


def test_an_errors_members_are_kept_for_programs() -> None:
    fault: Any = error_of(answer(404, "GET", "Not Found", model="profiles", key="x"), "GET", "profiles/x")
    assert (fault.code, fault.model, fault.key, fault.type, fault.messages) == (
        404, "profiles", "x", "GET", ("Not Found",),
    )  # fmt: skip


def test_no_error_shows_where_its_class_is_kept() -> None:
    assert {getattr(errors, name).__module__ for name in errors.__all__ if name != "DrpError"} <= {
        "builtins",
        "drp_provider.errors",
    }
    assert errors.Conflict.__module__ == "builtins"


def test_an_object_of_a_content_pack_is_said_to_be_read_only() -> None:
    fault = error_of(answer(400, "PATCH", "mp-prof"), "PATCH", "profiles/mp-prof")
    assert "the object is a content pack's and read-only" in str(fault)


def test_a_route_that_drp_does_not_know_is_no_missing_object() -> None:
    unknown = answer(404, "GET", "No route", key="/api/v3/x")
    assert isinstance(error_of(unknown, "GET", "x"), errors.UnexpectedAnswer)
    assert isinstance(error_of(answer(404), "GET", "x"), errors.UnexpectedAnswer)
    assert isinstance(error_of(answer(404), "HEAD", "x"), errors.NotFound)
