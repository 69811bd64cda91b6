"""Requests and the answers a real server gave to them, replayed over TCP."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from .client import MEMBERS, Client

_FOLDER = Path(__file__).parent / "traces"
_SCENARIOS = [
    pytest.param(scenario, id=f"{file.stem}: {scenario['scenario']}")
    for file in sorted(_FOLDER.glob("*.json"))
    for scenario in json.loads(file.read_text())
]


@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_every_answer_is_the_one_recorded(api: Client, scenario: dict[str, Any]) -> None:
    dialect = "v4.8" if api.modern else "v3.13"
    if scenario.get("dialect", dialect) != dialect:
        pytest.skip(f"recorded from {scenario['dialect']}")
    for step in scenario["steps"]:
        _compare(api, step, _send(api, step))


def _send(api: Client, step: dict[str, Any]) -> requests.Response:
    method, _, path = step["request"].partition(" ")
    headers = step.get("headers", {})
    if "raw" in step:
        headers = {"Content-Type": "application/json", **headers}
        return api.send(method, path, data=step["raw"].encode(), headers=headers)
    if "body" in step:
        return api.send(method, path, json=step["body"], headers=headers)
    return api.send(method, path, headers=headers)


def _compare(api: Client, step: dict[str, Any], answer: requests.Response) -> None:
    assert answer.status_code == step["status"], f"{step['request']}: {answer.text}"
    if "answer_text" in step:
        wanted = step["answer_text"]
        assert wanted in answer.text if wanted else answer.text == ""
    if "answer" in step:
        wanted = step["answer"]
        if api.modern and "modern_messages" in step:
            wanted = {**wanted, "Messages": step["modern_messages"]}
        assert answer.json() == wanted
        if isinstance(wanted, dict):
            order = MEMBERS if "Messages" in wanted else list(wanted)
            assert list(answer.json()) == order
    for member, value in step.get("answer_has", {}).items():
        found = answer.json()[member]
        if member == "Errors" and api.modern:
            # Version 4 puts the key in front of what older servers say.
            found = [message.rpartition(": ")[2] for message in found]
        assert found == value, member
