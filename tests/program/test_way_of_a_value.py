"""The way of one value, as docs/architecture.md lists it, is the way that the code takes."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pulumi
import pytest
from pulumi.dynamic import ConfigureRequest

import drp_provider as drp
from drp_provider.engine.provider import DrpProvider
from tests.program.conftest import Run
from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import ROOT

STATION = re.compile(r"^\d\. `(?P<path>[\w/]+\.py)`, `(?P<name>[\w.]+)`: ")
MOST_STATIONS = 8


def stations() -> list[tuple[str, str]]:
    page = (ROOT / "docs" / "architecture.md").read_text()
    found = [match.groups() for line in page.splitlines() if (match := STATION.match(line))]
    return [(path, name) for path, name in found]


def calls_of(run: Callable[[], object]) -> list[tuple[str, str]]:
    """Run, and return the functions of this repository that were called: file and qualified name, in order."""
    seen: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT):
            seen.append((str(path.relative_to(ROOT)), frame.f_code.co_qualname))

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return seen


@pytest.fixture
def endpoint_of_provider(proxy: FaultProxy, bare_environment: pytest.MonkeyPatch) -> None:
    bare_environment.setenv("RS_ENDPOINT", proxy.url)
    bare_environment.setenv("RS_KEY", ":".join(KEY))
    bare_environment.setenv("DRP_DEBUG", "1")  # keeps the tracebacks of this process


def test_the_stations_of_a_value_are_at_most_eight() -> None:
    assert 0 < len(stations()) <= MOST_STATIONS


@pytest.mark.usefixtures("endpoint_of_provider")
def test_a_value_takes_the_way_that_the_page_lists(recorded: Run, admin: AdminClient, proxy: FaultProxy) -> None:
    admin.post("profiles", {"Name": "way", "Params": {"my/x": 1}})
    provider = DrpProvider("profile:Profile")
    provider.configure(ConfigureRequest(pulumi.dynamic.Config({}, "proj")))
    olds = {"name": "way", "params": {"my/x": 1}, "adopted": False}
    proxy.forget()

    called = calls_of(lambda: recorded(lambda: drp.Profile("way", params={"my/x": 2})))
    called += calls_of(lambda: provider.update("way", olds, {"name": "way", "params": {"my/x": 2}}))

    wanted = stations()
    first = [called.index(station) if station in called else None for station in wanted]
    assert None not in first, [station for station, at in zip(wanted, first, strict=True) if at is None]
    assert first == sorted(first, key=lambda at: at or 0)
    assert proxy.calls() == ["PATCH profiles/way"]
