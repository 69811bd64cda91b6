"""Scripts as an agent gets them: rendered for its machine, with the values that count there."""

from typing import Any

import pytest
import requests

from .agents import flow, machine, post, put, scripted, staged
from .client import Client, fault, fresh_name


def _actions(api: Client, uuid: str) -> requests.Response:
    return api.get(f"/jobs/{post(api, uuid).json()['Uuid']}/actions")


def _with_task(api: Client, task: str, **members: Any) -> str:
    return machine(api, flow(api, staged(api, task)), **members)


def _rendered(api: Client, text: str, **members: Any) -> str:
    """What a template comes to on a machine with these members."""
    answer = _actions(api, _with_task(api, scripted(api, text), **members))
    assert answer.status_code == 200, answer.text
    (action,) = answer.json()
    content: str = action["Content"]
    return content


def _refused(api: Client, uuid: str) -> list[str]:
    document = fault(_actions(api, uuid))
    assert (document["Code"], document["Type"]) == (422, "ValidationError")
    messages: list[str] = document["Messages"]
    return messages


def test_every_template_of_the_task_becomes_an_action_in_order(api: Client) -> None:
    shared = api.make("templates", ID=f"{fresh_name()}.tmpl", Contents="shared for {{.Machine.Name}}\n")["ID"]
    task = api.make(
        "tasks",
        Templates=[
            {"Name": "config", "Path": "/tmp/../etc/{{.Machine.Name}}.conf", "ID": shared},
            {
                "Name": "script",
                "Contents": '#!/bin/bash\n{{template "NAME" .}}'.replace("NAME", shared),
                "Meta": {"OS": "linux,darwin"},
            },
        ],
    )["Name"]
    uuid = _with_task(api, task)
    name = api.get(f"/machines/{uuid}").json()["Name"]
    job = post(api, uuid).json()["Uuid"]
    first = {"Name": "config", "Path": f"/etc/{name}.conf", "Content": f"shared for {name}\n", "Meta": {}}
    content = f"#!/bin/bash\nshared for {name}\n"
    second = {"Name": "script", "Path": "", "Content": content, "Meta": {"OS": "linux,darwin"}}
    assert api.get(f"/jobs/{job}/actions").json() == [first, second]
    assert api.get(f"/jobs/{job}/actions?os=windows").json() == [first]
    assert api.get(f"/jobs/{job}/actions?os=darwin").json() == [first, second]


def test_a_task_without_templates_has_no_actions(api: Client) -> None:
    assert _actions(api, _with_task(api, scripted(api))).json() == []


def test_the_strongest_level_wins(api: Client) -> None:
    text = '{{.Param "my/where"}}'
    first, second = (api.make("profiles", Params={"my/where": f"profile {n}"})["Name"] for n in (1, 2))
    ofstage = api.make("profiles", Params={"my/where": "profile of the stage"})["Name"]
    stage = staged(api, scripted(api, text), Params={"my/where": "stage"}, Profiles=[ofstage])
    bare = staged(api, scripted(api, text), Profiles=[ofstage])
    in_stage, in_bare = flow(api, stage), flow(api, bare)
    for workflow, members, expected in (
        (in_stage, {"Params": {"my/where": "machine"}, "Profiles": [first, second]}, "machine"),
        (in_stage, {"Profiles": [second, first]}, "profile 2"),
        (in_stage, {}, "stage"),
        (in_bare, {}, "profile of the stage"),
    ):
        (action,) = _actions(api, machine(api, workflow, **members)).json()
        assert action["Content"] == expected


def test_global_and_the_default_come_last(api: Client) -> None:
    name = f"{fresh_name()}/where"
    text = '{{.Param "NAME"}} {{.ParamExists "NAME"}}'.replace("NAME", name)
    api.make("params", Name=name, Schema={"type": "string", "default": "default"})
    assert _rendered(api, text) == "default true"
    api.post(f"/profiles/global/params/{name}", "global")
    try:
        assert _rendered(api, text) == "global true"
    finally:
        api.delete(f"/profiles/global/params/{name}")
    assert _rendered(api, '{{.ParamExists "not/there"}}') == "false"


def test_nested_profiles_come_after_the_one_that_names_them(api: Client) -> None:
    if not api.modern:
        pytest.skip("profiles nest from version 4 on")
    inner = api.make("profiles", Params={"my/one": "inner", "my/two": "inner"})["Name"]
    outer = api.make("profiles", Params={"my/one": "outer"}, Profiles=[inner])["Name"]
    assert _rendered(api, '{{.Param "my/one"}} {{.Param "my/two"}}', Profiles=[outer]) == "outer inner"


def test_values_come_as_json_as_yaml_and_expanded(api: Client) -> None:
    params = {"my/map": {"b": [1, "x"], "a": True}, "my/text": "on {{.Machine.Name}}", "my/number": 5}
    assert _rendered(api, '{{.ParamAsJSON "my/map"}}', Params=params) == '{"a":true,"b":[1,"x"]}\n'
    assert _rendered(api, '{{.ParamAsYAML "my/map"}}', Params=params) == "a: true\nb:\n- 1\n- x\n"
    assert _rendered(api, '{{.ParamExpand "my/text"}}', Name="my-node", Params=params) == "on my-node"
    assert _rendered(api, '{{.ParamExpand "my/number"}}', Params=params) == "5"
    assert _rendered(api, '{{range .Param "my/list"}}<{{.}}>{{end}}', Params={"my/list": ["a", 2]}) == "<a><2>"


def test_the_machine_and_the_endpoint_have_names(api: Client) -> None:
    text = "{{.Machine.UUID}} {{.Machine.Uuid}} {{.Machine.Address}} {{.ApiURL}} {{.ProvisionerURL}}"
    uuid = _with_task(api, scripted(api, text), Address="10.1.2.3")
    (action,) = _actions(api, uuid).json()
    assert action["Content"] == f"{uuid} {uuid} 10.1.2.3 {api.url} {api.url}"
    text = "{{.Machine.ShortName}} {{.Machine.Stage}} {{.Stage.Name}} {{.Task.Name}} {{.Env.Name}}"
    words = _rendered(api, text, Name="my-node.example").split()
    assert (words[0], words[1], words[4]) == ("my-node", words[2], "local")


@pytest.mark.parametrize(
    ("text", "line", "construct", "reason"),
    [
        ('one\n{{.Param "not/there"}}', 2, "<.Param>", "No such machine parameter not/there"),
        ("one\ntwo {{.Machine.Nothing}}", 2, "Nothing", "Nothing"),
        ('\n\n{{template "gone" .}}', 3, "", "gone"),
        ("{{ break-me", 1, "", ""),
    ],
)
def test_what_cannot_be_rendered_names_the_place_also_in_the_log(
    api: Client, text: str, line: int, construct: str, reason: str
) -> None:
    uuid = _with_task(api, scripted(api, "fine", text))
    messages = _refused(api, uuid)
    assert len(messages) == 1
    for part in (f"step-1:{line}:", construct, reason):
        assert part in messages[0]
    job = api.get(f"/machines/{uuid}").json()["CurrentJob"]
    assert messages[0] in api.get(f"/jobs/{job}/log").text
    assert api.get(f"/jobs/{job}").json()["State"] == "created"


def test_an_unreadable_template_hurts_only_who_uses_it(api: Client) -> None:
    bad = api.make("templates", ID=f"{fresh_name()}.tmpl", Contents="one\n{{ if }}")["ID"]
    assert _rendered(api, "fine") == "fine"
    (message,) = _refused(api, _with_task(api, scripted(api, '{{template "NAME" .}}'.replace("NAME", bad))))
    assert f"{bad}:2:" in message


def test_a_required_param_must_be_there(api: Client) -> None:
    task = scripted(api, "true", RequiredParams=["my/needed"])
    message = f"Missing required parameter my/needed for tasks {task}"
    assert _refused(api, _with_task(api, task)) == [message]
    assert _actions(api, _with_task(api, task, Params={"my/needed": None})).status_code == 200


def test_a_missing_common_template_is_named(api: Client) -> None:
    task = api.make("tasks", Templates=[{"Name": "script", "ID": "gone.tmpl"}])["Name"]
    assert _refused(api, _with_task(api, task)) == ["Templates[script]: No common template for gone.tmpl"]


def test_scripts_show_the_values_of_the_moment(api: Client) -> None:
    uuid = _with_task(api, scripted(api, '{{.Param "my/now"}}'), Params={"my/now": "before"})
    job = post(api, uuid).json()["Uuid"]
    put(api, f"/machines/{uuid}", Params={"my/now": "after"})
    assert api.get(f"/jobs/{job}/actions").json()[0]["Content"] == "after"


def test_a_composed_value_has_something_of_every_level(api: Client) -> None:
    name = f"{fresh_name()}/all"
    profile = api.make("profiles", Params={name: {"a": 1, "m": {"x": 1}}, "my/list": [3]})["Name"]
    uuid = machine(api, Profiles=[profile], Params={name: {"b": 2, "m": {"y": 2}}, "my/list": [1, 2]})
    own = {"b": 2, "m": {"y": 2}}
    assert api.get(f"/machines/{uuid}/params/{name}?aggregate=true").json() == own
    composed = {"a": 1, "b": 2, "m": {"x": 1, "y": 2}} if api.modern else own
    assert api.get(f"/machines/{uuid}/params/{name}?aggregate=true&compose=true").json() == composed
    whole = api.get(f"/machines/{uuid}/params?aggregate=true&compose=true").json()
    assert (whole[name], whole["my/list"]) == (composed, [1, 2, 3] if api.modern else [1, 2])
