"""`drpcli ... wait` listens for events, and always ends well."""

import signal
import subprocess

import pytest

from tests.emulator.machines.conftest import Drpcli
from tests.emulator.machines.harness import eventually
from tests.support.admin import AdminClient


def started(drpcli: Drpcli, *words: str) -> subprocess.Popen[str]:
    """A call that listens by now."""
    process = subprocess.Popen(
        [drpcli.program, *words], env=drpcli.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    eventually(lambda: "register machines.save" in " ".join(drpcli.recorder.lines()))
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    said, complained = process.communicate(timeout=60)
    return process.returncode, said, complained


def test_wait_registers_and_looks_and_says_complete(drpcli: Drpcli, admin: AdminClient) -> None:
    uuid = admin.get("machines/Name:node-1")["Uuid"]
    assert drpcli.says("machines", "wait", "Name:node-1", "Runnable", "true", "60") == "complete\n"
    assert drpcli.recorder.lines() == [
        "GET /machines/Name:node-1",
        "GET /ws",
        f"register machines.update.{uuid}",
        f"register machines.save.{uuid}",
        f"GET /machines/{uuid}",
    ]


def test_wait_looks_again_at_each_event(drpcli: Drpcli, admin: AdminClient) -> None:
    process = started(drpcli, "machines", "wait", "Name:node-1", "Description", "ready")
    for text in ("nearly", "ready"):
        admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Description", "value": text})
    assert ended(process) == (0, "complete\n", "")


def test_the_end_of_the_time_is_exit_code_0_too(drpcli: Drpcli) -> None:
    assert drpcli.says("machines", "wait", "Name:node-1", "Stage", "never", "0") == "timeout\n"


def test_so_is_an_interrupt(drpcli: Drpcli) -> None:
    process = started(drpcli, "machines", "wait", "Name:node-1", "Stage", "never")
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "interrupt\n", "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nope", "Stage", "x"], "Error: GET: machines/nope: Not Found\n"),
        (
            ["Name:node-1", "Stage"],
            "Error: drpcli machines wait [id] [field] [value] [timeout] requires 3 to 4 arguments\n",
        ),
        (["Name:node-1", "Stage", "x", "soon"], 'Error: strconv.ParseInt: parsing "soon": invalid syntax\n'),
    ],
)
def test_what_cannot_be_waited_for_is_one_complaint(drpcli: Drpcli, words: list[str], complaint: str) -> None:
    assert drpcli.fails("machines", "wait", *words) == complaint
