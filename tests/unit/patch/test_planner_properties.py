"""The laws of a plan, for random documents and a random second writer."""

from typing import Any

import jsonpatch
from hypothesis import given
from hypothesis import strategies as st

from drp_provider.patch.operation import Plan
from drp_provider.patch.planner import Change, Clashes, plan
from drp_provider.patch.pointer import pointer_to
from drp_provider.patch.values import ABSENT, same
from tests.strategies import KEYS, PARAMS, VALUES


def leaves(params: dict[str, Any]) -> dict[str, Any]:
    return {pointer_to("Params", key): value for key, value in params.items()}


def applied(document: dict[str, Any], lines: Plan) -> dict[str, Any]:
    return dict(jsonpatch.JsonPatch([line.to_wire() for line in lines]).apply(document))


@given(PARAMS, PARAMS, PARAMS)
def test_a_plan_gives_what_is_wanted_and_keeps_the_rest(
    reviewed: dict[str, Any], wanted: dict[str, Any], others: dict[str, Any]
) -> None:
    undeclared = {key: value for key, value in others.items() if key not in reviewed and key not in wanted}
    live = {"Params": {**undeclared, **reviewed}}
    after = applied(live, plan(Change(leaves(reviewed), leaves(wanted)), live))
    assert same(after["Params"], {**undeclared, **wanted})


@given(PARAMS, PARAMS)
def test_a_plan_without_new_keys_needs_no_look_at_the_endpoint(
    reviewed: dict[str, Any], values: dict[str, Any]
) -> None:
    wanted = {key: values.get(key, value) for key, value in reviewed.items() if key not in values or values[key]}
    change = Change(leaves(reviewed), leaves(wanted))
    assert not change.needs_live()
    assert same(applied({"Params": reviewed}, plan(change))["Params"], wanted)


@given(PARAMS)
def test_nothing_to_change_is_no_operation(params: dict[str, Any]) -> None:
    assert plan(Change(leaves(params), leaves(params))) == ()
    assert plan(Change(leaves(params), leaves(params)), {"Params": params}) == ()


@given(PARAMS, PARAMS, PARAMS, PARAMS)
def test_every_operation_is_guarded_owned_and_one_of_four(
    reviewed: dict[str, Any], wanted: dict[str, Any], others: dict[str, Any], seeds: dict[str, Any]
) -> None:
    seeds = {key: value for key, value in seeds.items() if key not in reviewed and key not in wanted}
    live = {"Params": {**others, **reviewed}}
    change = Change(leaves(reviewed), leaves(wanted), leaves(seeds), force=frozenset(leaves(wanted)))
    lines = plan(change, live)
    owned = {*leaves(reviewed), *leaves(wanted), *leaves(seeds)}
    for index, line in enumerate(lines):
        assert line.op in {"test", "add", "replace", "remove"}
        if line.op in {"replace", "remove"}:
            assert lines[index - 1].op == "test"
            assert lines[index - 1].path == line.path
        if line.op == "add":
            assert lines[0].op == "test"
            assert lines[0].path == "/Params"
        assert line.path in owned or (line.op, line.path) == ("test", "/Params")


@given(PARAMS, PARAMS, PARAMS)
def test_a_changed_document_fails_the_plan_or_agrees(
    reviewed: dict[str, Any], wanted: dict[str, Any], second: dict[str, Any]
) -> None:
    """The guard: a plan made from the reviewed values never lands on other ones."""
    change = Change(leaves(reviewed), leaves({key: wanted.get(key, value) for key, value in reviewed.items()}))
    lines = plan(change)
    live = {"Params": {**reviewed, **second}}
    touched = [line.path for line in lines if line.op == "replace"]
    differs = [p for p in touched if not same(leaves(live["Params"])[p], leaves(reviewed)[p])]
    try:
        after = applied(live, lines)
    except jsonpatch.JsonPatchConflict:
        assert differs
    except jsonpatch.JsonPatchTestFailed:
        assert differs
    else:
        assert not differs
        assert after["Params"].keys() == live["Params"].keys()


@given(PARAMS, PARAMS, PARAMS)
def test_clashes_name_exactly_the_keys_that_differ(
    reviewed: dict[str, Any], wanted: dict[str, Any], present: dict[str, Any]
) -> None:
    """A key clashes if its value is neither the reviewed nor the wanted one."""

    def differs(key: str) -> bool:
        was, now, then = (values.get(key, ABSENT) for values in (reviewed, wanted, present))
        return not same(was, now) and not same(then, was) and not same(then, now)

    expected = {pointer_to("Params", key) for key in {*reviewed, *wanted} if differs(key)}
    try:
        plan(Change(leaves(reviewed), leaves(wanted)), {"Params": present})
        found: set[str] = set()
    except Clashes as clashes:
        found = {clash.pointer for clash in clashes.clashes}
    assert found == expected


@given(PARAMS, PARAMS, PARAMS)
def test_a_reset_leaves_the_wanted_keys_and_the_seeds_only(
    wanted: dict[str, Any], seeds: dict[str, Any], written: dict[str, Any]
) -> None:
    seeds = {key: value for key, value in seeds.items() if key not in wanted}
    live = {"Params": {**written, **wanted}}
    change = Change(leaves(wanted), leaves(wanted), leaves(seeds), resets=frozenset({"/Params"}))
    assert same(applied(live, plan(change, live))["Params"], {**wanted, **seeds})


@given(VALUES, KEYS)
def test_a_value_is_the_same_as_itself_and_differs_from_absence(value: Any, key: str) -> None:
    assert same(value, value)
    assert not same(value, ABSENT)
    assert not same({key: value}, {})


@given(st.booleans(), st.integers(0, 1))
def test_a_boolean_is_no_number(flag: bool, number: int) -> None:
    assert not same(flag, number)
    assert same(number, float(number))
