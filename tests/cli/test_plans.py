"""What was reviewed is what is carried out: a saved plan fits each kind of change, and two previews are equal."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import make_workflow
from tests.support.stack import Outcome, Stack, succeeded

pytestmark = pytest.mark.cli

CLUSTER = """
ClusterProfile("web", name="NAME", params={"web/port": PORT}, runtime_params={"web/leader": "none"},
               machines=MACHINES, workflow="flow", wait_for=None, reset=RESET)
"""
FIRST = {"NAME": "web", "PORT": "80", "MACHINES": '["node-1", "node-2"]', "RESET": "None"}
STARTED_AGAIN = re.compile(r"~ start_count *: 1 => 2")
CHANGES = {
    "create": {},
    "change a value": {"PORT": "81"},
    "reset": {"RESET": '"1"'},
    "scale up": {"MACHINES": '["node-1", "node-2", "node-3"]'},
    "scale down": {"MACHINES": '["node-1", "node-3"]'},
    "rename": {"NAME": "web-2"},
}


def program(values: dict[str, str]) -> str:
    text = CLUSTER
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def planned(stack: Stack, plan: Path, *words: str) -> Outcome:
    """Save a plan, and carry it out."""
    succeeded(stack.run("preview", "--save-plan", str(plan), "--color", "never", *words))
    return stack.run("up", "--yes", "--skip-preview", "--color", "never", "--plan", str(plan), *words)


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
    make_workflow(admin, "flow", "task")
    values = dict(FIRST)
    for change, changed in CHANGES.items():
        values.update(changed)
        stack.program(program(values))
        done = planned(stack, tmp_path / "plan.json")
        assert done.ok, f"{change}: {done.text}"
    assert admin.profiles_of("node-3") == ["web-2"]
    nothing = planned(stack, tmp_path / "plan.json")
    assert nothing.ok, nothing.text
    stack.program("")
    gone = planned(stack, tmp_path / "plan.json")
    assert gone.ok, gone.text
    assert not admin.exists("profiles/web-2")
    assert admin.profiles_of("node-1") == []


def test_a_plan_fits_a_replacement_too(stack: Stack, admin: AdminClient, tmp_path: Path) -> None:
    succeeded(stack.up('drp.ClusterProfile("web", params={"web/port": 80}, runtime_params={"web/leader": "none"})'))
    urn = next(r["urn"] for r in stack.resources("ClusterProfile"))
    done = planned(stack, tmp_path / "plan.json", "--replace", urn)
    assert done.ok, done.text
    assert admin.params("web") == {"cluster-profile": "web", "web/port": 80, "web/leader": "none"}


def test_two_previews_of_one_change_are_equal(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    stack.program(program(FIRST))
    assert steps(stack) == steps(stack)
    succeeded(stack.up())
    stack.program(program({**FIRST, "RESET": '"1"', "MACHINES": '["node-1", "node-3"]'}))
    assert steps(stack) == steps(stack)


def test_a_preview_shows_which_machines_run_again(stack: Stack, admin: AdminClient) -> None:
    make_workflow(admin, "flow", "task")
    succeeded(stack.up(program(FIRST)))
    changed = succeeded(stack.preview(program({**FIRST, "PORT": "81"}))).error()
    assert not STARTED_AGAIN.search(changed)
    reset = succeeded(stack.preview(program({**FIRST, "RESET": '"1"'}))).error()
    assert len(STARTED_AGAIN.findall(reset)) == 2
    assert '+ reset: "1"' in reset
