"""Holds the marks of tests that start a slow program: `make test-fast` leaves these tests out."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = {"pulumi": "cli", "go": "go", "chromedriver": "browser"}
"""The mark that a test carries if it starts this program."""
_running: list[pytest.Item] = []


@contextmanager
def running(item: pytest.Item) -> Iterator[None]:
    """Watch what is started while this test runs, its fixtures included."""
    _running.append(item)
    try:
        yield
    finally:
        _running.pop()


def require(mark: str) -> None:
    """Raise an error unless the running test carries this mark."""
    if _running and _running[-1].get_closest_marker(mark) is None:
        raise AssertionError(f"{_running[-1].nodeid} needs `@pytest.mark.{mark}`: `make test-fast` must leave it out")


def _on_event(event: str, details: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        command = details[1]
        program = command[0] if isinstance(command, list | tuple) else command
        mark = PROGRAMS.get(Path(os.fsdecode(program)).name)
        if mark is not None:
            require(mark)


sys.addaudithook(_on_event)
