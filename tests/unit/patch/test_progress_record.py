"""The patch that puts back what a machine showed before a cluster."""

import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drp_provider.patch.progress_record import MEMBERS, ProgressRecord, progress_key, record_in, restoration

OURS, OTHER = progress_key("ours"), progress_key("other")
TEXTS = st.sampled_from(["red", "green", "ship", 'a"b', ""])
SHOWN = st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, TEXTS))
RECORDS = st.builds(ProgressRecord, SHOWN, SHOWN)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(MEMBERS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["before", "shown", *MEMBERS, "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
NONSENSE = JSON | JSON.map(json.dumps) | st.text() | st.just("[" * 200_000) | st.just("1" * 5000)


def restored(meta: dict[str, Any]) -> dict[str, Any]:
    """The Meta of a machine that left the cluster, by an implementation of JSON Patch that is not ours."""
    lines = [line.to_wire() for line in restoration(meta, "ours")]
    return dict(jsonpatch.apply_patch({"Meta": meta}, lines)["Meta"])


def record(before: dict[str, str], shown: dict[str, str]) -> dict[str, str]:
    return {OURS: ProgressRecord(before, shown).to_text()}


@pytest.mark.parametrize("meta", [None, {}, {"color": "green"}, {OTHER: "{}"}])
def test_without_a_record_nothing_changes(meta: dict[str, str] | None) -> None:
    assert restoration(meta, "ours") == []


def test_what_the_cluster_shows_goes_back() -> None:
    shown = {"color": "green", "icon": "ship"}
    assert restored({**shown, **record({"color": "pink", "icon": ""}, shown)}) == {"color": "pink", "icon": ""}
    assert restored({**shown, "note": "x", **record({}, shown)}) == {"note": "x"}


def test_what_someone_changed_since_stays() -> None:
    shown = {"color": "green", "icon": "ship"}
    assert restored({"color": "black", "icon": "ship", **record({}, shown)}) == {"color": "black"}
    assert restored({"icon": "ship", **record({"color": "pink"}, shown)}) == {}


def test_every_change_follows_a_test_of_its_place() -> None:
    shown = {"color": "green", "icon": "ship"}
    lines = restoration({**shown, **record({"color": "pink"}, shown)}, "ours")
    assert [line.op for line in lines[::2]] == ["test"] * 3
    assert [line.path for line in lines[::2]] == [line.path for line in lines[1::2]]
    assert {line.op for line in lines[1::2]} == {"replace", "remove"}


def test_a_cluster_that_came_later_gets_the_earlier_value() -> None:
    first, second = {"color": "green"}, {"color": "green", "icon": "ship"}
    later = {OTHER: ProgressRecord(first, second).to_text()}
    left = restored({**second, **record({"color": "pink"}, first), **later})
    assert left == {**second, OTHER: ProgressRecord({"color": "pink"}, second).to_text()}


def test_a_cluster_that_came_earlier_keeps_its_record() -> None:
    earlier = {OTHER: ProgressRecord({"color": "pink"}, {"color": "blue"}).to_text()}
    assert restored({"color": "green", **earlier, **record({"color": "blue"}, {"color": "green"})}) == {
        "color": "blue",
        **earlier,
    }


@pytest.mark.parametrize("order", [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"], ["b", "c", "a"], ["c", "a", "b"]])
def test_clusters_leave_in_any_order(order: list[str]) -> None:
    meta: dict[str, Any] = {"color": "pink"}
    for name, color in zip("abc", ["red", "green", "blue"], strict=True):
        record = ProgressRecord({}, {}).showing({"color": color, "icon": "ship"}, meta)
        meta |= {**record.shown, progress_key(name): record.to_text()}
    for name in order:
        lines = [line.to_wire() for line in restoration(meta, name)]
        meta = jsonpatch.apply_patch({"Meta": meta}, lines)["Meta"]
    assert meta == {"color": "pink"}


@given(NONSENSE, NONSENSE, SHOWN)
def test_nonsense_in_the_record_is_removed_without_an_error(ours: Any, other: Any, shown: dict[str, str]) -> None:
    meta = {**shown, OURS: ours, OTHER: other}
    left = restored(meta)
    assert OURS not in left
    if record_in(meta, OURS) is None:
        assert left == {**shown, OTHER: other}


@given(SHOWN, RECORDS, RECORDS)
def test_only_own_values_change(live: dict[str, str], ours: ProgressRecord, other: ProgressRecord) -> None:
    meta = {**live, "note": "x", OURS: ours.to_text(), OTHER: other.to_text()}
    left = restored(meta)
    assert left["note"] == "x"
    for member in MEMBERS:
        assert left.get(member) in (live.get(member), ours.before.get(member))
        if live.get(member) != ours.shown.get(member):
            assert left.get(member) == live.get(member)
    kept = record_in(left, OTHER)
    assert kept is not None
    assert kept.shown == other.shown


@given(SHOWN, st.lists(SHOWN, min_size=1))
def test_alone_a_cluster_leaves_the_machine_as_it_was(before: dict[str, str], steps: list[dict[str, str]]) -> None:
    meta: dict[str, Any] = {**before, "note": "x"}
    for step in steps:
        found = record_in(meta, OURS) or ProgressRecord({}, {})
        meta |= {**step, OURS: found.showing(step, meta).to_text()}
    assert restored(meta) == {**before, "note": "x"}
