"""Tokens that scripts get from their templates: exactly the rights they need, while the machine stays the same."""

from typing import Any

import pytest

from .agents import end, flow, machine, post, put, scripted, staged
from .client import Client, fault, fresh_name
from .sealing import sealed


def _rendered(api: Client, text: str, **members: Any) -> tuple[str, str]:
    """A machine, and what a template comes to on it."""
    uuid = machine(api, flow(api, staged(api, scripted(api, text))), **members)
    (action,) = api.get(f"/jobs/{post(api, uuid).json()['Uuid']}/actions").json()
    return uuid, action["Content"]


@pytest.fixture
def profile(api: Client) -> str:
    """A cluster's profile."""
    return str(api.make("profiles", Params={"my/leader": "none"})["Name"])


@pytest.fixture
def holder(api: Client, profile: str) -> Client:
    """Return a client with a token for a profile."""
    _, token = _rendered(api, '{{.GenerateProfileToken "NAME" 600}}'.replace("NAME", profile), Profiles=[profile])
    return Client(api.url, token=token)


@pytest.fixture
def runner(api: Client, profile: str) -> tuple[Client, str]:
    """An agent with its machine's token, and the machine."""
    uuid, token = _rendered(api, "{{.GenerateToken}}", Profiles=[profile])
    return Client(api.url, token=token), uuid


def test_a_profile_token_reads_and_changes_its_profile(holder: Client, profile: str) -> None:
    path = f"/profiles/{profile}"
    for part in ("", "?decode=true", "/params", "/params?decode=true", "/params/my%2Fleader"):
        assert holder.get(f"{path}{part}").status_code == 200
    add = {"op": "add", "path": "/Params/aa", "value": 1}
    changed = holder.patch(path, add)
    assert changed.status_code == 200
    assert holder.put(path, changed.json()).status_code == 200
    assert holder.patch(f"{path}/params", {"op": "add", "path": "/bb", "value": 2}).json()["bb"] == 2
    assert holder.post(f"{path}/params/cc", 3).json() == 3
    assert holder.delete(f"{path}/params/cc").json() == 3
    assert holder.post(f"{path}/params", {"dd": 4}).json() == {"dd": 4}
    assert holder.patch(f"/profiles/Name:{profile}", add).status_code == 200
    assert holder.get(f"/profiles/Name:{profile}").status_code == 200


def test_a_profile_token_seals_and_opens_its_profiles_values(api: Client, holder: Client, profile: str) -> None:
    param = api.make("params", Secure=True, Schema={"type": "string"})["Name"]
    path = f"/profiles/{profile}"
    assert holder.get(f"{path}/pubkey").status_code == 200
    for value in ("first", "second"):
        secret = sealed(holder, path, value)
        assert holder.patch(path, {"op": "add", "path": f"/Params/{param}", "value": secret}).status_code == 200
        assert holder.get(f"{path}/params/{param}").json() == secret
        for whole in (f"{path}?decode=true", f"{path}/params?decode=true"):
            answer = holder.get(whole).json()
            assert answer.get("Params", answer)[param] == value
        assert holder.get(f"{path}/params/{param}?decode=true").json() == value
    other = api.make("profiles")["Name"]
    assert fault(holder.get(f"/profiles/{other}/pubkey"))["Messages"][1] == f"Requires: profiles updateSecure {other}"
    assert fault(holder.get(f"/profiles/{other}?decode=true"))["Code"] == 404


def test_the_params_of_an_index_are_hidden_from_it(holder: Client, profile: str) -> None:
    assert holder.get(f"/profiles/Name:{profile}/params").status_code == 404
    assert holder.post(f"/profiles/Name:{profile}/params/aa", 1).status_code == 403


def test_a_profile_token_does_nothing_else(api: Client, holder: Client, profile: str) -> None:
    other, uuid = api.make("profiles")["Name"], machine(api)
    param = api.make("params")["Name"]
    add = {"op": "add", "path": "/Params/aa", "value": 1}
    assert fault(holder.delete(f"/profiles/{profile}"))["Code"] == 403
    assert fault(holder.post("/profiles", {"Name": fresh_name()}))["Code"] == 403
    assert fault(holder.get(f"/profiles/{other}"))["Code"] == 404
    refused = fault(holder.patch(f"/profiles/{other}", add))
    assert (refused["Code"], refused["Messages"][1]) == (403, f"Requires: profiles patch {other}")
    for prefix in ("profiles", "machines", "params", "jobs"):
        listed = holder.get(f"/{prefix}")
        assert (listed.status_code, listed.json()) == (200, [])
    assert holder.get(f"/params/{param}").status_code == 200
    assert fault(holder.get("/info"))["Code"] == 404
    assert fault(holder.get(f"/machines/{uuid}"))["Code"] == 404
    assert fault(holder.patch(f"/machines/{uuid}", add))["Code"] == 403


@pytest.mark.parametrize(
    ("name", "word"),
    [("global", "InvalidTokenNotAllowedNotOnMachine"), ("gone", "InvalidTokenNotAllowedNotOnMachine")],
)
def test_a_word_comes_where_no_token_may(api: Client, name: str, word: str) -> None:
    assert _rendered(api, '{{.GenerateProfileToken "NAME" 0}}'.replace("NAME", name))[1] == word


def test_a_profile_that_is_gone_gives_another_word(api: Client) -> None:
    gone = fresh_name()
    workflow = flow(api, staged(api, scripted(api, '{{.GenerateProfileToken "NAME" 0}}'.replace("NAME", gone))))
    uuid = machine(api, workflow)
    job = post(api, uuid).json()["Uuid"]
    put(api, f"/machines/{uuid}", Profiles=[gone])
    (action,) = api.get(f"/jobs/{job}/actions").json()
    assert action["Content"] == "InvalidTokenNotAllowedNoProfile"


def test_no_time_means_no_end(api: Client, profile: str) -> None:
    text = '{{.GenerateProfileToken "NAME" 0}}'.replace("NAME", profile)
    _, token = _rendered(api, text, Profiles=[profile])
    assert Client(api.url, token=token).get(f"/profiles/{profile}").status_code == 200


def test_a_machine_token_runs_the_machines_jobs(runner: tuple[Client, str]) -> None:
    agent, uuid = runner
    now = agent.get(f"/machines/{uuid}").json()
    job = agent.get(f"/jobs/{now['CurrentJob']}").json()
    assert agent.get(f"/jobs/{job['Uuid']}/actions").status_code == 200
    octets = {"Content-Type": "application/octet-stream"}
    assert agent.send("PUT", f"/jobs/{job['Uuid']}/log", data=b"x", headers=octets).status_code == 204
    assert agent.get(f"/jobs/{job['Uuid']}/log").content.endswith(b"x")
    end(agent, job)
    assert post(agent, uuid).status_code == 204
    assert put(agent, f"/machines/{uuid}", Description="d").status_code == 200
    assert agent.get("/info").status_code == 200
    assert agent.get("/stages/none").status_code == 200
    assert agent.post("/events", {"Type": "my", "Action": "test", "Key": "k"}).status_code == 204


def test_a_machine_token_reads_profiles_only_through_its_machine(
    api: Client, runner: tuple[Client, str], profile: str
) -> None:
    agent, uuid = runner
    assert agent.get(f"/profiles/{profile}").status_code == 404
    whole = agent.get(f"/machines/{uuid}/params?aggregate=true&decode=true")
    assert whole.json()["my/leader"] == "none"
    assert agent.get(f"/machines/{uuid}/params/my/leader?aggregate=true").json() == "none"
    param = api.make("params", Secure=True)["Name"]
    api.post(f"/profiles/{profile}/params/{param}", sealed(api, f"/profiles/{profile}", "of the profile"))
    own = api.make("params", Secure=True)["Name"]
    assert (
        agent.post(f"/machines/{uuid}/params/{own}", sealed(agent, f"/machines/{uuid}", "its own")).status_code == 200
    )
    whole = agent.get(f"/machines/{uuid}/params?aggregate=true&decode=true").json()
    assert (whole[param], whole[own]) == ("of the profile", "its own")
    assert fault(agent.get(f"/profiles/{profile}/pubkey"))["Code"] == 403
    other = machine(api)
    assert agent.get(f"/machines/{other}").status_code == 404
    assert fault(agent.get(f"/machines/{other}/pubkey"))["Code"] == 403
    assert fault(put(agent, f"/machines/{other}", Description="d"))["Code"] == 403
    assert fault(agent.delete(f"/machines/{uuid}"))["Code"] == 403
    assert agent.get("/machines").json() == []


def test_the_jobs_of_others_are_hidden(api: Client, runner: tuple[Client, str]) -> None:
    agent, _ = runner
    other = machine(api, flow(api, staged(api, scripted(api, "true"))))
    assert fault(post(agent, other))["Messages"][1] == f"Requires: jobs create {other}"
    job = post(api, other).json()["Uuid"]
    assert agent.get(f"/jobs/{job}").status_code == 404
    assert fault(agent.get(f"/jobs/{job}/log"))["Messages"][1] == f"Requires: jobs log {other}"
    assert fault(agent.get(f"/jobs/{job}/actions"))["Messages"][1] == f"Requires: jobs actions {other}"
    assert fault(put(agent, f"/jobs/{job}", State="failed"))["Code"] == 403
    assert fault(agent.delete(f"/jobs/{job}"))["Code"] == 403


@pytest.mark.parametrize("call", ["GenerateToken", "GenerateInfiniteToken"])
def test_a_new_secret_ends_the_tokens_of_a_machine(api: Client, call: str) -> None:
    uuid, token = _rendered(api, "{{.CALL}}".replace("CALL", call))
    agent = Client(api.url, token=token)
    assert agent.get(f"/machines/{uuid}").status_code == 200
    put(api, f"/machines/{uuid}", Secret="another-secret")
    assert fault(agent.get(f"/machines/{uuid}"))["Messages"] == ["Validation failed"]


def test_the_tokens_of_a_machine_end_with_it(api: Client, holder: Client, profile: str) -> None:
    for owner in api.get(f"/machines?Profiles={profile}").json():
        assert api.delete(f"/machines/{owner['Uuid']}").status_code == 200
    assert fault(holder.get(f"/profiles/{profile}"))["Messages"] == ["Validation failed"]


def test_a_machine_token_can_be_asked_for(api: Client) -> None:
    uuid = machine(api)
    answer = api.get(f"/machines/{uuid}/token?ttl=60")
    if not api.modern:
        assert fault(answer)["Messages"] == ["No route"]
        return
    agent = Client(api.url, token=answer.json()["Token"])
    assert agent.get(f"/machines/{uuid}").status_code == 200
    assert fault(agent.get(f"/machines/{uuid}/token"))["Code"] == 403
    assert fault(api.get(f"/machines/{uuid}/token?ttl=abc"))["Code"] == 400


def test_a_machine_finds_out_who_it_is(api: Client) -> None:
    uuid = machine(api, HardwareAddrs=["52:54:00:aa:bb:cc"])
    answer = api.post("/whoami", {"MacAddrs": ["00:00:00:00:00:01", "52:54:00:AA:BB:CC"]})
    if not api.modern:
        assert fault(answer)["Messages"] == ["No route"]
        return
    assert answer.json()["Result"]["Uuid"] == uuid
    agent = Client(api.url, token=answer.json()["Result"]["Token"])
    assert agent.get(f"/machines/{uuid}").status_code == 200
    assert fault(api.post("/whoami", {"MacAddrs": ["00:00:00:00:00:02"]}))["Code"] == 404


def test_a_task_may_ask_for_more_rights(api: Client, profile: str) -> None:
    if not api.modern:
        pytest.skip("tasks ask for rights from version 4 on")
    claim = {"scope": "profiles", "action": "get", "specific": profile}
    task = scripted(api, "true", ExtraClaims=[claim])
    job = post(api, machine(api, flow(api, staged(api, task)))).json()
    assert Client(api.url, token=job["Token"]).get(f"/profiles/{profile}").status_code == 200
    assert "Token" not in api.get(f"/jobs/{job['Uuid']}").json()


@pytest.mark.parametrize("text", ["9" * 400, "9" * 5000, "9" * 101])
def test_a_preference_of_many_digits_leaves_tokens_valid(api: Client, text: str) -> None:
    before = api.get("/prefs").json()["knownTokenTimeout"]
    try:
        assert api.post("/prefs", {"knownTokenTimeout": text}).status_code == 201
        uuid, token = _rendered(api, "{{.GenerateToken}}")
    finally:
        api.post("/prefs", {"knownTokenTimeout": before})
    assert Client(api.url, token=token).get(f"/machines/{uuid}").status_code == 200
