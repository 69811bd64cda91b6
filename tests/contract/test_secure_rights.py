"""To read, to decode and to seal are three rights; a machine's scripts need none of them."""

from typing import Any

import pytest

from .agents import flow, machine, post, scripted, staged
from .client import Client, fault, fresh_name
from .sealing import SECRET, holding, sealed, secure_param


@pytest.fixture
def param(api: Client) -> str:
    """A secure param that holds strings."""
    return secure_param(api)


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
