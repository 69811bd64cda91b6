"""What a request costs grows with what it asks for, and not with the product of its parts."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from . import agents
from .client import Client, fresh_name
from .processes import server

_PATIENCE_SECONDS = 200
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
# Less cannot be told from the noise of the measurement.
_SHORTEST_SECONDS = 0.2
_LONG = "x" * 10_000_000


@pytest.fixture(scope="module")
def endpoint() -> Iterator[tuple[subprocess.Popen[str], str]]:
    with server("--machines", "1000") as running:
        yield running


@pytest.fixture
def api(endpoint: tuple[subprocess.Popen[str], str]) -> Iterator[Client]:
    with Client(endpoint[1]) as client:
        yield client


Spent = Callable[[str, str, Any], float]


@pytest.fixture
def spent(endpoint: tuple[subprocess.Popen[str], str], api: Client) -> Spent:
    """Send a request; the seconds of a processor that the endpoint used for it."""

    def used() -> float:
        fields = Path(f"/proc/{endpoint[0].pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / _CLOCK_TICKS

    def measured(method: str, path: str, body: Any = None) -> float:
        before = used()
        answer = api.session.request(method, f"{api.url}/api/v3{path}", json=body, timeout=_PATIENCE_SECONDS)
        assert answer.status_code < requests.codes.server_error, answer.text[:500]
        return max(used() - before, _SHORTEST_SECONDS)

    return measured


def test_a_large_task_is_read_once_for_a_list(api: Client, spent: Spent) -> None:
    task = agents.scripted(api, _LONG)
    for path in ("/stages", "/machines"):
        once = spent("POST", path, {"Name": fresh_name(), "Tasks": [task]})
        often = spent("POST", path, {"Name": fresh_name(), "Tasks": [task] * 300})
        assert often < 10 * once


def test_a_large_stage_is_read_once_for_a_workflow(api: Client, spent: Spent) -> None:
    stage = agents.staged(api, Description=_LONG)
    once, often = (agents.flow(api, *[stage] * times) for times in (1, 300))
    cost = spent("POST", "/machines", {"Name": fresh_name(), "Workflow": once})
    assert spent("POST", "/machines", {"Name": fresh_name(), "Workflow": often}) < 10 * cost


def test_missing_profiles_are_looked_up_one_by_one(spent: Spent) -> None:
    def cost(number: int) -> float:
        body = {"Name": fresh_name(), "Profiles": [f"none-{place}" for place in range(number)]}
        return spent("POST", "/machines?force=true", body)

    assert cost(40_000) < 15 * cost(5_000)


def test_a_large_value_is_encoded_once_for_a_filter(api: Client, spent: Spent) -> None:
    name = f"costly/{fresh_name()}"
    api.make("params", Name=name)
    api.make("profiles", Params={name: list(range(800_000))})
    once = spent("GET", f"/profiles?{name}=0&slim=Params", None)
    filters = "&".join(f"{name}={number}" for number in range(200))
    assert spent("GET", f"/profiles?{filters}&slim=Params", None) < 10 * once


def test_a_pack_is_deleted_in_one_look_at_its_users(api: Client, spent: Spent) -> None:
    def cost(number: int) -> float:
        pack = fresh_name()
        profiles = {name: {"Name": name} for name in (fresh_name() for _ in range(number))}
        content = {"meta": {"Name": pack}, "sections": {"profiles": profiles}}
        assert api.post("/contents", content).status_code == requests.codes.created
        return spent("DELETE", f"/contents/{pack}", None)

    assert cost(500) < 20 * cost(50)


def test_a_log_is_not_read_for_its_length_or_its_end(endpoint: tuple[subprocess.Popen[str], str], api: Client) -> None:
    task = agents.scripted(api, "true")
    job = agents.post(api, agents.machine(api, agents.flow(api, agents.staged(api, task)))).json()["Uuid"]
    for content in (b"x" * 15_000_000, b"y" * 15_000_000, b"end"):
        octets = {"Content-Type": "application/octet-stream"}
        assert api.send("PUT", f"/jobs/{job}/log", data=content, headers=octets).ok
    process = Path(f"/proc/{endpoint[0].pid}")
    (process / "clear_refs").write_text("5")  # resets the highest use of memory
    before = _kilobytes(process, "VmRSS")

    length = int(api.send("HEAD", f"/jobs/{job}/log").headers["Content-Length"])
    assert api.get(f"/jobs/{job}/log", headers={"Range": f"bytes={length - 1}-"}).content == b"d"

    assert _kilobytes(process, "VmHWM") - before < 10_000


def _kilobytes(process: Path, name: str) -> int:
    lines = (process / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
