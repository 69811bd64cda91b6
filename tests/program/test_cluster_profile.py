"""How the component wires its parts, seen through Pulumi's own mocks."""

import asyncio
import datetime
import enum
import re
from decimal import Decimal
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks

import drp_provider as drp
from components import ClusterProfile
from tests.program.conftest import Run


def test_a_cluster_is_one_profile_and_one_assignment_per_machine(recorded: Run) -> None:
    seen = recorded(lambda: ClusterProfile("ex", params={"a/b": 1}, machines=["node-1", "node-2"], description="d"))
    assert seen.inputs("ClusterProfile")["ex"]["params"] == {"a/b": 1}
    assert seen.inputs("ClusterProfile")["ex"]["description"] == "d"
    assert seen.inputs("MachineAssignment") == {
        "ex-node-1": {"machine": "node-1", "profile": "ex"},
        "ex-node-2": {"machine": "node-2", "profile": "ex"},
    }


@pytest.mark.parametrize("adopt", [True, None])
def test_an_adopted_cluster_adopts_its_content(recorded: Run, adopt: bool | None) -> None:
    more: dict[str, Any] = {} if adopt is None else {"adopt": adopt}
    seen = recorded(lambda: ClusterProfile("ex", content="content", **more))
    assert seen.inputs("ContentPack")["ex-content"].get("adopt") is adopt
    assert seen.inputs("ClusterProfile")["ex"].get("adopt") is adopt


def test_a_mapping_names_the_assignments(recorded: Run) -> None:
    machines: dict[str, pulumi.Input[str]] = {"first": pulumi.Output.from_input("node-1"), "second": "node-2"}
    seen = recorded(lambda: ClusterProfile("ex", machines=machines))
    assert sorted(seen.inputs("MachineAssignment")) == ["ex-first", "ex-second"]


def test_the_owner_mark_names_project_stack_and_resource(recorded: Run) -> None:
    seen = recorded(lambda: ClusterProfile("ex", name="other"))
    assert seen.inputs("ClusterProfile")["ex"]["owner"] == "proj/dev/ex"


def test_the_owner_mark_can_be_switched_off(recorded: Run) -> None:
    pulumi.runtime.set_config("drp:ownerMark", "false")
    try:
        seen = recorded(lambda: drp.Profile("ex"))
    finally:
        pulumi.runtime.set_config("drp:ownerMark", "true")
    assert "owner" not in seen.inputs("Profile")["ex"]


def test_every_secret_is_named_by_the_path_of_its_leaf(recorded: Run) -> None:
    params = {
        "plain": "a",
        "open": pulumi.Output.from_input("b"),
        "secret": pulumi.Output.secret("c"),
        "nested": {"deep": [pulumi.Output.secret("d"), pulumi.Output.from_input("e")]},
    }
    seen = recorded(lambda: drp.Profile("ex", params=params))
    assert seen.inputs("Profile")["ex"]["secret_keys"] == ["params.nested", "params.secret"]


def test_what_the_option_calls_a_secret_output_is_secret(recorded: Run) -> None:
    opts = pulumi.ResourceOptions(additional_secret_outputs=["params", "adopted"])
    seen = recorded(lambda: drp.Profile("ex", params={"a/b": 1}, meta={"icon": "x"}, opts=opts))
    assert seen.inputs("Profile")["ex"]["secret_keys"] == ["params"]


def test_a_secret_inside_what_an_output_holds_is_listed(recorded: Run) -> None:
    def program() -> None:
        inner = pulumi.Output.from_input("x").apply(lambda value: {"deep": [pulumi.Output.secret(value)]})
        proxied = MappingProxyType({"deep": inner})
        later: asyncio.Future[Any] = asyncio.ensure_future(_secret())
        drp.Profile("ex", params={"a/nested": inner, "a/proxied": proxied, "a/awaited": later, "a/plain": 1})
        ClusterProfile("web", machines=["node-1"], params={"a/nested": inner}, wait_for=["a/nested"])

    seen = recorded(program)
    assert seen.inputs("Profile")["ex"]["secret_keys"] == ["params.a/awaited", "params.a/nested", "params.a/proxied"]
    assert seen.inputs("ClusterReady")["web-ready"]["secret_params"] == ["a/nested"]


def test_what_is_secret_in_a_pack_is_masked_in_logs(recorded: Run) -> None:
    secret = pulumi.Output.secret("s3cret")

    def program() -> None:
        opts = pulumi.ResourceOptions(transformations=[lambda _args: None])
        packs = [
            drp.ContentPack("one", content=_pack("one", {"Contents": secret, "Meta": pulumi.Output.from_input({})})),
            drp.ContentPack("two", content=_pack("two", {"Contents": "changed"}), opts=opts),
            drp.ContentPack("three", content=_pack("three", {"Contents": "open"})),
        ]
        ClusterProfile("ex", machines=["node-1"], content=packs, wait_for=["a/b"], masked_values=["given"])
        ClusterProfile("no", machines=["node-1"], content=packs[2], wait_for=["a/b"])

    ready = recorded(program).inputs("ClusterReady")
    masked = ready["ex-ready"]["masked_values"]["value"]
    assert masked == ["given", "s3cret", _pack("two", {"Contents": "changed"})]
    assert "masked_values" not in ready["no-ready"]


def _pack(name: str, template: dict[str, Any]) -> dict[str, Any]:
    return {"meta": {"Name": name}, "sections": {"templates": {"t": {"ID": "t", **template}}}}


async def _secret() -> Any:
    return {"deep": pulumi.Output.secret("x")}


def test_a_component_is_published_under_its_persisted_token() -> None:
    assert ClusterProfile.TYPE == "drp:components:ClusterProfile"


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"machines": "node-1"}, "machines is one text; write a list: ['node-1']."),
        ({"machines": ["node-1", "node-1"]}, "machine 'node-1' is listed twice; list it once."),
        ({"machines": 3}, "machines has the type int; write a list."),
        ({"wait_for": "a/b"}, "wait_for is one text; write a list: ['a/b']."),
        ({"wait_for_secrets": "a/b"}, "wait_for_secrets is one text; write a list: ['a/b']."),
        ({"masked_values": "secret"}, "masked_values is one text; write a list"),
        ({"force": "a/b"}, "force is one text; write a list: ['a/b']."),
        ({"content": ["a/b"]}, "content holds 'a/b', which is no drp.ContentPack: write one path"),
        ({"content": 1}, "content has the type int; write a list."),
    ],
)
def test_what_is_no_list_is_refused(recorded: Run, inputs: dict[str, Any], sentence: str) -> None:
    with pytest.raises(pulumi.RunError, match=re.escape(f"ClusterProfile 'ex': {sentence}")):
        recorded(lambda: ClusterProfile("ex", **inputs))


@pytest.mark.parametrize("name", ["machines", "wait_for", "wait_for_secrets", "masked_values", "content"])
def test_a_list_that_is_one_output_is_refused(recorded: Run, name: str) -> None:
    def program() -> None:
        ClusterProfile("ex", **{name: pulumi.Output.from_input(["a/b"])})  # type: ignore[arg-type]

    with pytest.raises(pulumi.RunError, match=f"ClusterProfile 'ex': {name} is one Output, so its length is not known"):
        recorded(program)


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            datetime.date(2020, 1, 1),
            "has the type date, which JSON does not have: write a text, as `.isoformat()` gives it",
        ),
        (
            datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
            "has the type datetime, which JSON does not have: write a text",
        ),
        (datetime.timedelta(1), "has the type timedelta, which JSON does not have: write a number or a text"),
        ({"a", "b"}, "has the type set, which JSON does not have: write a list"),
        (b"x", "has the type bytes, which JSON does not have: write a text, as `.decode()` or base64 gives it"),
        (PurePath("x"), "has the type PurePosixPath, which JSON does not have: write a text, as `str()` gives it"),
        (Colour.RED, "has the type Colour, which JSON does not have: write its `.value`"),
        (Decimal(1), "has the type Decimal, which JSON does not have: write a number or a text"),
        (iter([1]), "has the type list_iterator, which JSON does not have: write a list"),
        (object(), "has the type object, which JSON does not have: write text, numbers, booleans, lists or maps"),
        ("a\ud800", "holds half of a surrogate pair, which is not Unicode: correct the text"),
        ({2: "x"}, "has the key 2, and keys of JSON are text: write '2'"),
        (10**400, "is a number that no float can hold: write a text"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_json_does_not_have_is_refused(recorded: Run, value: Any, sentence: str) -> None:
    def named(path: str) -> Any:
        return pytest.raises(pulumi.RunError, match=f"^Profile 'ex': {re.escape(path)}.* ?{re.escape(sentence)}")

    with named("params.a/b"):
        recorded(lambda: drp.Profile("ex", params={"a/b": value}))
    with named("params.a/b.deep[0]"):
        recorded(lambda: drp.Profile("ex", params={"a/b": {"deep": [value]}}))
    later = {"deep": [value, pulumi.Output.from_input(1)]}
    with named("params.a/b.deep[0]"):
        recorded(lambda: drp.Profile("ex", params={"a/b": later}))
    with named("params.a/b[0]"):
        recorded(lambda: drp.Profile("ex", params={"a/b": pulumi.Output.from_input(1).apply(lambda _: [value])}))


def test_a_required_input_that_is_none_is_visible(recorded: Run) -> None:
    with pytest.raises(pulumi.RunError, match=r"^MachineAssignment 'ex': machine is None, and this resource needs it"):
        recorded(lambda: drp.MachineAssignment("ex", machine=None, profile="web"))  # type: ignore[arg-type]
    nothing: Any = pulumi.Output.from_input(None)
    seen = recorded(lambda: drp.MachineAssignment("ex", machine=nothing, profile="web"))
    assert seen.inputs("MachineAssignment")["ex"]["machine"] == "␀ null"


def test_a_value_that_holds_itself_is_refused(recorded: Run) -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(pulumi.RunError, match=r"^Profile 'ex': params.a/b holds itself or is too deep for JSON"):
        recorded(lambda: drp.Profile("ex", params={"a/b": loop}))


def test_sequences_and_maps_of_any_type_are_lists_and_maps(recorded: Run) -> None:
    given = {"a/b": [range(2), (1, None), MappingProxyType({"x": None})]}
    seen = recorded(lambda: drp.Profile("ex", params=given))
    assert seen.inputs("Profile")["ex"]["params"] == {"a/b": [[0, 1], [1, None], {"x": "␀ null"}]}


def test_an_unknown_keyword_is_a_type_error(recorded: Run) -> None:
    with pytest.raises(TypeError, match="parms"):
        recorded(lambda: drp.Profile("ex", parms={}))  # type: ignore[call-arg]


class Echo(Mocks):
    """The mock of Pulumi's documentation: an id and the inputs, in a list."""

    def new_resource(self, args: MockResourceArgs) -> Any:
        return [args.name + "_id", args.inputs]

    def call(self, args: MockCallArgs) -> Any:
        return {}


def test_the_component_runs_under_the_documented_mock(recorded: Run) -> None:
    found: list[Any] = []

    def program() -> None:
        set_mocks(Echo(), project="proj", stack="dev")
        web = ClusterProfile("web", machines=["node-1"], workflow="w", wait_for=["a/b"], wait_for_secrets=["a/c"])
        outputs = pulumi.Output.all(web.name, web.leader, web.members, web.collected, web.collected_secrets)
        outputs.apply(found.append)

    recorded(program)
    assert found == [["web", None, {}, {}, {}]]


def test_without_the_list_of_transforms_everything_is_hidden(recorded: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def program() -> None:
        with monkeypatch.context() as older:
            older.delattr("pulumi.runtime._callbacks._CallbackServicer._servicers")
            drp.Profile("ex", params={"a/b": 1})

    seen = recorded(program)
    assert seen.inputs("Profile")["ex"]["secret_keys"] == ["*"]


def test_a_transform_of_an_earlier_ancestor_is_seen(recorded: Run) -> None:
    def program() -> None:
        shop = pulumi.ComponentResource("t:t:Shop", "s", {}, pulumi.ResourceOptions(transforms=[lambda _args: None]))
        shelf = pulumi.ComponentResource("t:t:Shelf", "s", {}, pulumi.ResourceOptions(parent=shop))
        drp.Profile("inside", params={"a/b": 1}, opts=pulumi.ResourceOptions(parent=shelf))
        drp.Profile("outside", params={"a/b": 1})

    seen = recorded(program)
    assert seen.inputs("Profile")["inside"]["secret_keys"] == ["*"]
    assert "secret_keys" not in seen.inputs("Profile")["outside"]
