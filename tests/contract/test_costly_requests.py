"""A request that asks for too much is refused, and the endpoint goes on serving others with little memory."""

import json
import resource
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from . import agents
from .client import Client, fault, fresh_name
from .processes import server

_JSON = {"Content-Type": "application/json"}
_BACKTRACKING, _TEXT = "^(a+)+$", "a" * 40 + "!"
# Far more than a request takes, on a computer that has much else to do.
_PATIENCE_SECONDS = 200
_GIBIBYTE = 1 << 30


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """An endpoint of its own with two gibibytes of address space: a request that needs more fails."""
    with server() as (process, url):
        resource.prlimit(process.pid, resource.RLIMIT_AS, (2 * _GIBIBYTE, 2 * _GIBIBYTE))
        yield url


@pytest.fixture
def api(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def refused(api: Client, method: str, path: str, body: Any = None, code: int = 422) -> str:
    """Send a request that must be refused, and another on a second connection meanwhile; the reasons."""
    answers: list[int] = []

    def ask() -> None:
        with Client(api.url) as other:
            found = other.session.get(f"{api.url}/api/v3/profiles/global", timeout=_PATIENCE_SECONDS)
            answers.append(found.status_code)

    second = threading.Thread(target=ask)
    second.start()
    data = body if isinstance(body, bytes | None) else json.dumps(body)
    url = f"{api.url}/api/v3{path}"
    answer = api.session.request(method, url, data=data, headers=_JSON, timeout=_PATIENCE_SECONDS)
    second.join()
    assert (answer.status_code, answers) == (code, [200]), answer.text[:500]
    return " ".join(fault(answer)["Messages"])


def value_refused(api: Client, schema: Any, value: Any) -> str:
    """Make a param with this schema, and set this value, which must be refused."""
    param = api.make("params", Name=f"costly/{fresh_name()}", Schema=schema)["Name"]
    profile = api.make("profiles")["Name"]
    return refused(api, "POST", f"/profiles/{profile}/params/{param}", value, code=409)


def script_refused(api: Client, template: str, **params: Any) -> str:
    """Run a task with this script on a machine with these params; rendering it must be refused."""
    task = agents.scripted(api, template)
    uuid = agents.machine(api, agents.flow(api, agents.staged(api, task)), Params=params)
    while (job := agents.post(api, uuid)).json()["Task"] != task:
        agents.end(api, job.json())
    return refused(api, "GET", f"/jobs/{job.json()['Uuid']}/actions")


@pytest.mark.parametrize("filter_", ["Name=Re", "Meta.text=Re"])
def test_a_filter_that_backtracks_is_applied(api: Client, filter_: str) -> None:
    made = api.make("profiles", Name=f"{fresh_name()}{_TEXT[:-1]}", Meta={"text": _TEXT})["Name"]

    found = api.get(f"/profiles?{filter_}((a%2B)%2B$)&sort=Name").json()

    assert (made in [profile["Name"] for profile in found]) is (filter_ == "Name=Re")


@pytest.mark.parametrize("pattern", ["\\pL%2B", "(?P<letters>[[:alpha:]]%2B)", "^(?i)GLOBAL$", "\\Aglobal\\z"])
def test_a_filter_is_an_expression_of_go(api: Client, pattern: str) -> None:
    names = [profile["Name"] for profile in api.get(f"/profiles?Name=Re({pattern})").json()]
    assert "global" in names


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "missing closing ): `(`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
    ],
)
def test_a_filter_that_go_refuses_is_refused_in_its_words(api: Client, pattern: str, reason: str) -> None:
    assert refused(api, "GET", f"/profiles?Name=Re({pattern})", code=406) == f"error parsing regexp: {reason}"


def test_a_large_expression_over_long_texts_is_refused(api: Client) -> None:
    api.make("profiles", Description="x" * 1_000_000, Meta={"text": "abcd" * 250_000})
    reason = refused(api, "GET", "/profiles?Meta.text=Re((a|b|c|d)*.{500}z)", code=406)
    assert reason == "The filters cannot be applied: it needs more than 500000 steps"


def test_many_expressions_with_large_programs_are_refused(api: Client) -> None:
    filters = "&".join(f"Name=Re(\\pL{{20}}{number})" for number in range(300))
    reason = refused(api, "GET", f"/profiles?{filters}", code=406)
    assert "more than 500000 steps" in reason
    schema: Any = {"patternProperties": {f"\\pL{{20}}{number}": {} for number in range(300)}}
    param = {"Name": f"costly/{fresh_name()}", "Schema": schema}
    assert "more than 500000 steps" in refused(api, "POST", "/params", param)


def test_an_expression_is_paid_for_once(api: Client) -> None:
    schema = {"items": {"pattern": "^\\pL{20}$"}}
    param = api.make("params", Name=f"costly/{fresh_name()}", Schema=schema)["Name"]
    profile = api.make("profiles")["Name"]
    assert api.post(f"/profiles/{profile}/params/{param}", ["x" * 20] * 500).status_code == 200


def test_thousands_of_filters_over_many_objects_are_refused(api: Client) -> None:
    sections = {"profiles": {(name := fresh_name()): {"Name": name} for _ in range(2000)}}
    pack = fresh_name()
    assert api.post("/contents", {"meta": {"Name": pack}, "sections": sections}).status_code == 201
    filters = "&".join(f"Name={number:x}" for number in range(5000))
    assert "more than 500000 steps" in refused(api, "GET", f"/profiles?{filters}", code=406)
    assert api.delete(f"/contents/{pack}").status_code == 204


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": _BACKTRACKING}, _TEXT),
        ({"patternProperties": {_BACKTRACKING: {}}, "additionalProperties": False}, {_TEXT: 1}),
        ({"not": {"not": {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": _BACKTRACKING}}}, _TEXT),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "pattern": _BACKTRACKING}, _TEXT),
        ({"propertyNames": {"pattern": _BACKTRACKING}}, {_TEXT: 1}),
    ],
)
def test_a_schema_whose_pattern_backtracks_is_applied(api: Client, schema: Any, value: Any) -> None:
    assert "invalid val" in value_refused(api, schema, value)


def doubling(keyword: str) -> Any:
    parts = {f"p{n}": {keyword: [{"$ref": f"#/definitions/p{n + 1}"}] * 2} for n in range(40)}
    return {"definitions": {**parts, "p40": {"type": "string"}}, "$ref": "#/definitions/p0"}


LONG = ["x" * 100] * 20_000


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (doubling("allOf"), "text"),
        (doubling("anyOf"), 1),
        (doubling("oneOf"), "text"),
        ({"allOf": [{"type": "string"}] * 2000}, LONG),
        ({"allOf": [{"items": False}] * 1000}, LONG),
        ({"items": {"enum": [[n] for n in range(20_000)]}}, [[n] for n in range(20_000, 0, -1)]),
        ({"items": {"required": [f"n{n}" for n in range(20_000)]}}, [{}] * 1000),
        ({"definitions": {"a": {"$id": "#a"}}, "items": {"$ref": "#a"}, "title": "x" * 100_000}, LONG),
        ({"items": {f"x{n}": 1 for n in range(20_000)}}, LONG),
        ({"additionalProperties": {"items": {"type": "string"}}}, {"x" * 100_000: [1] * 30_000}),
        ({"items": {"enum": ["x" * 100_000]}}, [1] * 30_000),
    ],
    ids=[
        *("allOf", "anyOf", "oneOf", "messages", "false", "enum", "required", "named parts", "unknown keywords"),
        *("long path", "long enum"),
    ],
)
def test_a_schema_that_multiplies_work_is_refused(api: Client, schema: Any, value: Any) -> None:
    reason = value_refused(api, schema, value)
    assert "The schema cannot be applied: it needs more than 500000 steps" in reason


def test_a_reference_to_itself_is_refused(api: Client) -> None:
    param = api.make("params", Name=f"costly/{fresh_name()}", Schema={"allOf": [{"$ref": "#"}, {"$ref": "#"}]})["Name"]
    assert refused(api, "POST", f"/profiles/global/params/{param}", 1, code=400) == "exceeded max depth"


def test_twenty_thousand_maps_are_compared_quickly(api: Client) -> None:
    maps = [{"a": {"n": n}, "b": [n]} for n in range(20_000)]
    param = api.make("params", Name=f"costly/{fresh_name()}", Schema={"uniqueItems": True})["Name"]
    profile = api.make("profiles")["Name"]

    assert api.post(f"/profiles/{profile}/params/{param}", maps).status_code == 200
    again = [*maps[1:], {"b": [7], "a": {"n": 7}}]
    reason = refused(api, "POST", f"/profiles/{profile}/params/{param}", again, code=409)
    assert "array items must be unique" in reason


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "(" * 100_000},
        {"properties": {f"n{n}": {"type": "string"} for n in range(100_000)}},
        {"required": ["x"] * 300_000},
        {"type": ["x"] * 900_000},
    ],
    ids=["pattern", "properties", "required", "type"],
)
def test_a_schema_that_is_a_burden_itself_is_refused(api: Client, schema: Any) -> None:
    reason = refused(api, "POST", "/params", {"Name": f"costly/{fresh_name()}", "Schema": schema})
    assert "Schema is invalid" in reason
    assert len(reason) < 2000


def test_all_params_of_a_request_share_its_budget(api: Client) -> None:
    schema = {"items": {"allOf": [{"type": "integer"}] * 10}}
    names = [api.make("params", Name=f"costly/{fresh_name()}", Schema=schema)["Name"] for _ in range(20)]
    body = {"Name": fresh_name(), "Params": {name: list(range(5000)) for name in names}}
    assert "it needs more than 500000 steps" in refused(api, "POST", "/profiles", body)


@pytest.mark.parametrize(
    "template",
    [
        '{{range 1000000}}{{$x := printf "%4000000s" "a"}}{{end}}',
        '{{printf "%9999999s" "a"}}',
        '{{printf "%.9999999d" 1}}{{printf "%.9999999f" 0.5}}',
        '{{$x := .Param "text"}}{{range 1000000}}{{if eq $x ($.Param "text")}}{{end}}{{end}}',
        '{{$x := .Param "text"}}{{range 1000000}}{{$y := index $x 1}}{{end}}',
        '{{range 1000000}}{{$x := $.ParamAsJSON "text"}}{{end}}',
        '{{range 1000000}}{{$x := $.ParamAsYAML "text"}}{{end}}',
        "{{range 1000000}}{{$x := $.GenerateToken}}{{end}}",
        "{{range 1000000}}{{if and" + " 1" * 40_000 + "}}{{end}}{{end}}",
        "{{.Machine.Name}}" * 500_000,
        '{{"' + "\\a" * 4_000_000,
        '{{.ParamExpand "e0"}}',
        '{{.ParamExpand "self"}}',
        '{{range 6}}{{$x := $.ParamExpand "nodes"}}{{end}}',
        '{{range 1000000}}{{$y := printf ($.Param "flags")}}{{end}}',
        '{{printf ($.Param "places")}}',
    ],
    ids=lambda text: str(text)[:50],
)
def test_a_template_that_costs_too_much_is_refused(api: Client, template: str) -> None:
    doubling = {f"e{n}": f'{{{{.ParamExpand "e{n + 1}"}}}}' * 2 for n in range(30)}
    nodes = "{{if 0}}" + "{{.}}" * 32_000 + "{{end}}"
    own = {
        "self": '{{.ParamExpand "self"}}',
        "nodes": nodes,
        "flags": "%" + "-" * 1_000_000 + "s",
        "places": "%[" * 1_000_000,
    }
    long = {"text": "é" * 2_000_000} if '"text"' in template else {}
    reason = script_refused(api, template, e30="x", **long, **doubling, **own)
    assert reason.startswith(("template: ", "Templates["))
    assert len(reason) < 3000


def test_all_scripts_of_a_task_share_one_budget(api: Client) -> None:
    loop = "{{range 300000}}{{end}}"
    entries = [{"Name": f"s{number}", "Path": "", "Contents": loop} for number in range(50)]
    task = api.make("tasks", Templates=entries)["Name"]
    uuid = agents.machine(api, agents.flow(api, agents.staged(api, task)))
    while (job := agents.post(api, uuid)).json()["Task"] != task:
        agents.end(api, job.json())
    reason = refused(api, "GET", f"/jobs/{job.json()['Uuid']}/actions")
    assert "more than 1000000 steps" in reason


@pytest.mark.parametrize("member", ["Path", "Contents"])
def test_reading_the_texts_of_a_task_is_paid_for(api: Client, member: str) -> None:
    text = "{{if 0}}" + "{{.}}" * 32_000 + "{{end}}"
    entries = [{"Name": f"s{number}", "Path": "", "Contents": "true", member: text} for number in range(12)]
    task = api.make("tasks", Templates=entries)["Name"]
    uuid = agents.machine(api, agents.flow(api, agents.staged(api, task)))
    while (job := agents.post(api, uuid)).json()["Task"] != task:
        agents.end(api, job.json())
    assert "more than 1000000 steps" in refused(api, "GET", f"/jobs/{job.json()['Uuid']}/actions")


def test_long_common_templates_do_not_stop_short_ones(api: Client) -> None:
    text = "{{if 0}}" + "{{.}}" * 32_000 + "{{end}}"
    long = [api.make("templates", ID=f"a-{number}-{fresh_name()}", Contents=text)["ID"] for number in range(12)]
    short = api.make("templates", ID=f"z-{fresh_name()}", Contents="short")["ID"]

    task = agents.scripted(api, f'{{{{template "{short}"}}}}')
    uuid = agents.machine(api, agents.flow(api, agents.staged(api, task)))
    while (job := agents.post(api, uuid).json())["Task"] != task:
        agents.end(api, job)
    assert api.get(f"/jobs/{job['Uuid']}/actions").json()[0]["Content"] == "short"
    assert "the common templates need more than" in script_refused(api, f'{{{{template "{long[-1]}"}}}}')


def test_copies_of_copies_that_fill_the_memory_are_refused(api: Client) -> None:
    name = api.make("profiles", Params={"aa": ["x" * 1000] * 10})["Name"]
    double = [{"op": "copy", "from": "/Params/aa", "path": "/Params/aa/-"}] * 40
    reason = refused(api, "PATCH", f"/profiles/{name}", double, code=409)
    assert "The patch cannot be applied: it needs more than 500000 steps" in reason
    assert api.get(f"/profiles/{name}").json()["Params"] == {"aa": ["x" * 1000] * 10}


def test_a_copy_is_independent_of_what_it_was_copied_from(api: Client) -> None:
    name = api.make("profiles", Params={"aa": {"n": 1}})["Name"]
    copied = api.patch(
        f"/profiles/{name}",
        {"op": "copy", "from": "/Params/aa", "path": "/Params/bb"},
        {"op": "replace", "path": "/Params/bb/n", "value": 2},
        {"op": "copy", "from": "/Params", "path": "/Params/cc"},
    ).json()["Params"]
    assert copied == {"aa": {"n": 1}, "bb": {"n": 2}, "cc": {"aa": {"n": 1}, "bb": {"n": 2}}}


def test_a_patch_of_too_many_operations_is_refused(api: Client) -> None:
    name = api.make("profiles", Params={"aa": [1]})["Name"]
    reason = refused(
        api, "PATCH", f"/profiles/{name}", [{"op": "add", "path": "/Params/aa/0", "value": 1}] * 200_000, 400
    )
    assert "The patch cannot be applied: it needs more than 500000 steps" in reason
    assert len(reason) < 100_000


@pytest.mark.parametrize("route", ["", "/params"])
def test_a_pointer_of_very_many_parts_is_refused(api: Client, route: str) -> None:
    for pointer in ("/a" * 100_000, "/" * 15_000_000):
        patch = [{"op": "add", "path": pointer, "value": 1}]
        refused(api, "PATCH", f"/profiles/global{route}", patch, 400 if len(pointer) > 1_000_000 else 409)


def test_a_refused_patch_with_a_deep_value_is_quoted_in_short(api: Client) -> None:
    deep = "[" * 400 + ",".join("0" * 200_000) + "]" * 400
    body = f'[{{"op":"test","path":"/Params/none","value":{deep}}}]'
    reason = refused(api, "PATCH", "/profiles/global", body.encode(), code=409)
    assert len(reason) < 100_000


@pytest.mark.parametrize("item", ["{}", "[]", "0"])
def test_a_body_of_millions_of_values_is_refused(api: Client, item: str) -> None:
    body = '{"Name":"many","Params":{"x":[' + ",".join([item] * 5_000_000) + "]}}"
    assert refused(api, "POST", "/profiles", body.encode(), code=400) == "more than 1000000 values"


def test_commas_in_a_text_are_no_values(api: Client) -> None:
    name = api.make("profiles", Params={"text": 'a,"[{' * 600_000})["Name"]
    assert api.get(f"/profiles/{name}").json()["Params"]["text"] == 'a,"[{' * 600_000


def test_a_sealed_value_of_megabytes_is_refused_in_words_of_go(api: Client) -> None:
    param = api.make("params", Name=f"costly/{fresh_name()}", Secure=True)["Name"]
    value = {"Key": "AAAA" * 3_500_000 + "!", "Nonce": "", "Payload": ""}
    assert "illegal base64 data at input byte 14000000" in refused(
        api, "POST", f"/profiles/global/params/{param}", value, code=409
    )


def test_a_workflow_that_multiplies_tasks_is_refused(api: Client) -> None:
    task = agents.scripted(api, "true")
    stage = agents.staged(api, *[task] * 5000)
    workflow = api.make("workflows", Stages=[stage] * 500)["Name"]
    reason = refused(api, "POST", "/machines", {"Name": fresh_name(), "Workflow": workflow})
    assert reason.endswith("The task list would have more than 10000 entries")


def test_an_object_with_a_million_references_is_refused(api: Client) -> None:
    stage = {"Name": fresh_name(), "Tasks": ["t"] * 900_000}
    assert "it needs more than 500000 steps" in refused(api, "POST", "/stages", stage)


def test_spaces_and_digits_without_end_in_versions_are_harmless(api: Client) -> None:
    first, second = fresh_name(), fresh_name()
    sections: dict[str, Any] = {}
    made = api.post("/contents", {"meta": {"Name": first, "Version": "v" + "9" * 5000}, "sections": sections})
    assert made.status_code == 201
    wanted = f"{first}: >={' ' * 200_000}x"
    meta = {"Name": second, "Version": "v1", "Prerequisites": wanted}
    assert api.post("/contents", {"meta": meta, "sections": sections}).status_code == 201
    for name in (second, first):
        assert api.delete(f"/contents/{name}").status_code == 204
