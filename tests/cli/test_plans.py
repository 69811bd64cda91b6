"""What was reviewed is what is carried out: a saved plan fits each kind of change, and two previews are equal."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import make_workflow
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

CLUSTER = """
ClusterProfile("web", name="NAME", params={"web/port": PORT}, runtime_params={"web/leader": "none"},
               machines=MACHINES, workflow="flow", wait_for=None, reset=RESET)
"""
FIRST = {"NAME": "web", "PORT": "80", "MACHINES": '["node-1", "node-2"]', "RESET": "None"}
STARTED_AGAIN = re.compile(r"~ start_count *: 1 => 2")
CHANGES = {
    "create": {},
    "change a value, and one machine for another": {"PORT": "81", "MACHINES": '["node-1", "node-3"]'},
    "reset": {"RESET": '"1"'},
    "rename": {"NAME": "web-2"},
}


def program(values: dict[str, str]) -> str:
    text = CLUSTER
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def planned(stack: Stack, plan: Path, *words: str) -> str:
    """Save a plan, and carry it out; return what the preview showed."""
    shown = succeeded(stack.run("preview", "--diff", "--save-plan", str(plan), "--color", "never", *words))
    done = stack.run("up", "--yes", "--skip-preview", "--color", "never", "--plan", str(plan), *words)
    assert done.ok, f"{shown.text}\n{done.text}"
    return shown.error()


def steps(stack: Stack) -> list[dict[str, Any]]:
    """What a preview shows of each resource; they come in no order."""
    shown = json.loads(succeeded(stack.run("preview", "--json")).text)
    kept = [
        {
            **{key: step.get(key) for key in ("op", "urn", "detailedDiff", "diffReasons", "replaceReasons")},
            "inputs": step.get("newState", {}).get("inputs"),
        }
        for step in shown["steps"]
    ]
    return sorted(kept, key=lambda step: str(step["urn"]))


def test_a_saved_plan_fits_every_kind_of_change(stack: Stack, admin: AdminClient, tmp_path: Path) -> None:
    """The preview also says which machines run again: all of them after a reset, none for another value."""
    make_workflow(admin, "flow", "task")
    values = dict(FIRST)
    shown = {}
    for change, changed in CHANGES.items():
        values.update(changed)
        stack.program(program(values))
        shown[change] = planned(stack, tmp_path / "plan.json")
    assert [len(STARTED_AGAIN.findall(shown[change])) for change in list(CHANGES)[:3]] == [0, 0, 2]
    assert '+ reset: "1"' in shown["reset"]
    assert admin.params("web-2") == {"cluster-profile": "web-2", "web/port": 81, "web/leader": "none"}
    assert [admin.profiles_of(f"node-{number}") for number in (1, 2, 3)] == [["web-2"], [], ["web-2"]]
    stack.program("")
    planned(stack, tmp_path / "plan.json")
    assert not admin.exists("profiles/web-2")
    assert admin.profiles_of("node-1") == []


def test_a_plan_fits_a_replacement_too(stack: Stack, admin: AdminClient, tmp_path: Path) -> None:
    succeeded(stack.up('drp.ClusterProfile("web", params={"web/port": 80}, runtime_params={"web/leader": "none"})'))
    urn = next(r["urn"] for r in stack.resources("ClusterProfile"))
    planned(stack, tmp_path / "plan.json", "--replace", urn)
    assert admin.params("web") == {"cluster-profile": "web", "web/port": 80, "web/leader": "none"}


def test_two_previews_of_one_change_are_equal(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    succeeded(stack.up(program(FIRST)))
    stack.program(program({**FIRST, "RESET": '"1"', "MACHINES": '["node-1", "node-3"]'}))
    assert steps(stack) == steps(stack)
