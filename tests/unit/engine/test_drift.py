"""Real and apparent differences between an uploaded pack and the pack on the endpoint."""

import copy
from typing import Any

import pytest
from hypothesis import given

from drp_provider.engine.content.drift import meta_seen, sections_seen
from tests.strategies import VALUES

FILLED = {"Validated": True, "Available": False, "Errors": ["x"], "ReadOnly": True, "Bundle": "p", "Partial": False}


def seen(ours: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """Return one task of a pack as a refresh records it."""
    return dict(sections_seen({"tasks": {"t": ours}}, {"tasks": {"t": live}})["tasks"]["t"])


@given(VALUES, VALUES)
def test_params_are_shown_just_as_they_are(ours: Any, live: Any) -> None:
    one = {"Name": "t", "Params": {"x": ours}}
    assert seen(one, copy.deepcopy(one)) == one
    assert seen(one, {"Name": "t", "Params": {"x": live}})["Params"] == {"x": live}


@pytest.mark.parametrize(
    ("ours", "live"),
    [
        ({"Description": ""}, {}),
        ({}, {"Description": "", "Templates": None, "Params": {}, "Reboot": False, "Count": 0}),
        ({"Reboot": True, "Count": 5}, {"Reboot": True, "Count": 5, **FILLED}),
        ({"Validated": True, "RunnerWait": False}, {"Validated": False, "RunnerWait": True}),
        ({"Meta": {"icon": "x"}}, {"Meta": {"icon": "x", "feature-flags": "sane-exit-codes"}}),
        ({"Meta": {"feature-flags": "x"}}, {"Meta": {"feature-flags": "x"}}),
        ({"Templates": [{"Name": "a"}]}, {"Templates": [{"Name": "a", "Path": "", "Meta": {}, "ID": ""}]}),
        ({"ExtraRoles": ["x"]}, FILLED),
    ],
)
def test_what_the_endpoint_fills_in_or_does_not_know_is_no_drift(ours: dict[str, Any], live: dict[str, Any]) -> None:
    assert seen(ours, live) == ours


@pytest.mark.parametrize(
    ("ours", "live", "shown"),
    [
        ({"Description": "a"}, {}, {}),
        ({"Count": 5}, {"Count": 0}, {"Count": 0}),
        ({}, {"Description": "theirs"}, {"Description": "theirs"}),
        ({"Meta": {"icon": "x"}}, {"Meta": {"icon": "y", "feature-flags": "z"}}, {"Meta": {"icon": "y"}}),
        ({"Templates": [{"ID": "a"}]}, {"Templates": [{"ID": "b"}]}, {"Templates": [{"ID": "b"}]}),
        ({"Templates": [{"ID": "a"}]}, {"Templates": []}, {"Templates": []}),
        ({"Params": {"x": False}}, {"Params": {}}, {"Params": {}}),
        ({"Params": {"x": {"y": 1}}}, {"Params": {"x": {"y": 1, "z": ""}}}, {"Params": {"x": {"y": 1, "z": ""}}}),
    ],
)
def test_what_somebody_changed_is_shown(ours: dict[str, Any], live: dict[str, Any], shown: dict[str, Any]) -> None:
    assert seen(ours, live) == shown


def test_objects_that_are_gone_or_new_are_shown() -> None:
    ours: dict[str, Any] = {"tasks": {"a": {}, "b": {}}, "stages": {"s": {}}}
    live = {"tasks": {"b": {}, "c": {"Name": "c"}}, "params": {"p": {}}, "templates": {}}
    assert sections_seen(ours, live) == {"tasks": {"b": {}, "c": {"Name": "c"}}, "params": {"p": {}}}


def test_of_a_packs_meta_only_declared_fields_are_shown() -> None:
    ours = {"Author": "me", "Icon": "book", "Color": "", "Meta": {"a": "b"}}
    assert meta_seen(ours, {"Author": "you", "Tags": "x"}) == {"Author": "you", "Color": "", "Meta": {"a": "b"}}
    assert meta_seen(ours, {**ours, "Meta": {}}) == {**ours, "Meta": {}}
