"""Authentication, and the replies without a right."""

import base64

import pytest
import requests

from .client import SUPERUSER, Client, fault, fresh_name


def _bare(api: Client, path: str = "/info", **headers: str) -> requests.Response:
    return requests.get(f"{api.url}/api/v3{path}", headers=headers, timeout=30, verify=False)


@pytest.mark.parametrize("header", [None, "Digest abc", "Basic %%%", "Basic " + base64.b64encode(b"nocolon").decode()])
def test_without_usable_credentials_the_answer_is_an_empty_401(api: Client, header: str | None) -> None:
    answer = _bare(api, **({"Authorization": header} if header else {}))
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == "dr-provision"
    assert answer.headers["Content-Length"] == "0"


@pytest.mark.parametrize("key", ["nobody:secret", "rocketskates:wrong"])
def test_wrong_credentials_are_403_not_401(api: Client, key: str) -> None:
    with requests.Session() as session:
        session.auth = tuple(key.split(":"))  # type: ignore[assignment]
        answer = session.get(f"{api.url}/api/v3/info", timeout=30, verify=False)
    assert answer.json() == {
        "Model": "users", "Key": "", "Type": "", "Messages": ["Access Denied"], "Code": 403,
    }  # fmt: skip


def test_a_token_is_valid_in_the_header_and_in_the_query(api: Client) -> None:
    token = api.get("/users/rocketskates/token?ttl=60").json()["Token"]
    assert _bare(api, Authorization=f"Bearer {token}").status_code == 200
    assert _bare(api, f"/info?token={token}").status_code == 200
    assert _bare(api, f"/info?token={SUPERUSER}").status_code == 200


def test_a_token_renews_itself_and_comes_with_the_info(api: Client) -> None:
    first = api.get("/users/rocketskates/token").json()
    assert first["Info"]["version"] == api.get("/info").json()["version"]
    answer = _bare(api, "/users/rocketskates/token?ttl=60", Authorization=f"Bearer {first['Token']}")
    assert answer.status_code == 200
    assert _bare(api, Authorization=f"Bearer {answer.json()['Token']}").status_code == 200


def test_a_malformed_token_is_echoed_with_a_challenge(api: Client) -> None:
    answer = _bare(api, Authorization="Bearer abc")
    assert answer.headers["WWW-Authenticate"] == "dr-provision"
    document = fault(answer)
    assert (document["Code"], document["Model"]) == (403, "system")
    assert document["Messages"][0].startswith("Invalid Token :")
    assert document["Messages"][1] == "abc"


def test_an_ended_token_says_so(api: Client) -> None:
    token = api.get("/users/rocketskates/token?ttl=-5").json()["Token"]
    document = fault(_bare(api, Authorization=f"Bearer {token}"))
    assert document["Code"] == 403
    assert document["Messages"][0].startswith("Invalid Token :token is expired by ")


def test_a_time_to_live_may_have_a_unit_as_drpcli_sends_it(api: Client) -> None:
    tokens = {ttl: api.get(f"/users/rocketskates/token?ttl={ttl}").json()["Token"] for ttl in ("1h", "0.5 days", "0m")}
    answers = [_bare(api, Authorization=f"Bearer {token}").status_code for token in tokens.values()]
    assert answers == [200, 200, 403]


def test_a_time_to_live_is_a_number(api: Client) -> None:
    document = fault(api.get("/users/rocketskates/token?ttl=abc"))
    assert document["Code"] == 400
    assert document["Messages"] == ['strconv.ParseInt: parsing "abc": invalid syntax']
    assert fault(api.get(f"/users/rocketskates/token?ttl={'9' * 400}"))["Code"] == 400


def test_a_new_password_ends_the_old_tokens(api: Client) -> None:
    user = api.user()
    name = user.session.auth[0]  # type: ignore[index]
    token = user.get(f"/users/{name}/token").json()["Token"]
    assert user.put(f"/users/{name}/password", {"Password": "Other1"}).status_code == 200
    document = fault(_bare(api, "/objects", Authorization=f"Bearer {token}"))
    assert document == {
        "Model": "", "Key": "", "Type": "AUTH", "Messages": ["Validation failed"], "Code": 403,
    }  # fmt: skip
    assert fault(user.get("/objects"))["Messages"] == ["Access Denied"]


def test_a_password_is_never_part_of_the_user(api: Client) -> None:
    user = api.user()
    name = user.session.auth[0]  # type: ignore[index]
    assert "Secret1" not in api.get(f"/users/{name}").text
    assert "assword" not in api.get(f"/users/{name}").text


def test_a_user_without_rights_sees_no_objects(api: Client) -> None:
    profile = api.make("profiles")["Name"]
    user = api.user()
    hidden = user.get(f"/profiles/{profile}")
    absent = user.get(f"/profiles/{fresh_name()}")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert fault(hidden) == {**fault(absent), "Key": profile}
    listed = user.get("/profiles")
    assert (listed.status_code, listed.text) == (200, "[]")
    assert listed.headers["X-DRP-LIST-TOTAL-COUNT"] == "0"
    assert listed.headers["X-DRP-LIST-COUNT"] == "0"
    assert user.send("HEAD", f"/profiles/{profile}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "requires"),
    [
        ("PATCH", "/profiles/{p}", [{"op": "add", "path": "/Params/aa", "value": 1}],
         "profiles patch {p}"),
        ("PUT", "/profiles/{p}", {"Name": "{p}"}, "profiles update {p}"),
        ("DELETE", "/profiles/{p}", None, "profiles delete {p}"),
        ("POST", "/profiles", {"Name": "some-name"}, "profiles create "),
        ("POST", "/profiles/{p}/params/aa", 1, "profiles update {p}"),
        ("PATCH", "/profiles/{p}/params", [{"op": "add", "path": "/aa", "value": 1}],
         "profiles update {p}"),
        ("GET", "/profiles/{p}?decode=true", None, "profiles getSecure {p}"),
    ],
)  # fmt: skip
def test_a_missing_claim_is_named(api: Client, method: str, path: str, body: object, requires: str) -> None:
    profile = api.make("profiles")["Name"]
    reader = api.user(("profiles", "get,list", "*"))
    answer = reader.send(method, path.replace("{p}", profile), json=body)
    assert fault(answer) == {
        "Model": "",
        "Key": "",
        "Type": "AUTH",
        "Messages": [
            f"Cannot access /api/v3{path.replace('{p}', profile).partition('?')[0]}",
            f"Requires: {requires.replace('{p}', profile)}",
        ],
        "Code": 403,
    }
    assert api.get(f"/profiles/{profile}").json()["Params"] == {}


def test_a_patch_of_tests_needs_no_right(api: Client) -> None:
    profile = api.make("profiles")["Name"]
    answer = api.user().patch(f"/profiles/{profile}", {"op": "test", "path": "/Name", "value": profile})
    assert answer.status_code == 200


def test_a_claim_may_cover_one_part_of_one_object(api: Client) -> None:
    mine, other = api.make("profiles")["Name"], api.make("profiles")["Name"]
    user = api.user(("profiles", "get,update:/Params", mine))
    add = {"op": "add", "path": "/Params/my~1leader", "value": "n1"}
    text = {"op": "replace", "path": "/Description", "value": "d"}
    assert user.patch(f"/profiles/{mine}", add).status_code == 200
    assert user.patch(f"/profiles/{mine}", text).status_code == 403
    assert user.patch(f"/profiles/{mine}", add, text).status_code == 403
    assert user.patch(f"/profiles/{other}", add).status_code == 403
    assert user.get(f"/profiles/{mine}").json()["Params"] == {"my/leader": "n1"}
    assert user.get(f"/profiles/{other}").status_code == 404


def test_no_route_needs_no_credentials(api: Client) -> None:
    document = fault(_bare(api, "/bogus"))
    assert document["Messages"] == ["No route"]
    assert (document["Code"], document["Key"]) == (404, "/api/v3/bogus")
