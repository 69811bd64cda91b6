"""Fixtures of every test: no endpoint of the caller's, a fresh one of its own, and a proxy in front of it."""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support import marks
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack
from tests.support.thoroughness import choose_profile

# A shell that runs the tests in the background may let them, and every process that they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

choose_profile()


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing of the caller's: for tests whose subject reads the environment itself."""
    for name in list(os.environ):
        if name.startswith(("RS_", "DRP_", "PULUMI_")):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def endpoint() -> Iterator[EmulatedEndpoint]:
    """A real endpoint on loopback with eight simulated machines."""
    with EmulatedEndpoint(machines=8) as running:
        yield running


@pytest.fixture
def admin(endpoint: EmulatedEndpoint) -> AdminClient:
    """Another client with rights on the endpoint, such as an admin's shell or a machine's script."""
    return AdminClient(endpoint.url)


@pytest.fixture
def proxy(endpoint: EmulatedEndpoint) -> Iterator[FaultProxy]:
    """The way from the provider to the endpoint: it records every request, and can be told to misbehave."""
    with FaultProxy(endpoint.url) as opened:
        yield opened


@pytest.fixture
def stack(tmp_path: Path, proxy: FaultProxy) -> Stack:
    """An empty Pulumi stack of its own, whose provider reaches the endpoint through the proxy."""
    return Stack(tmp_path, proxy.url)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that starts `pulumi`, Go or a browser without the mark of it."""
    with marks.running(item):
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the fault matrix has tried (tests/matrix)."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    tallies = [value for r in reports for name, value in r.user_properties if name == "matrix"]
    if tallies:
        faults = {name for tally in tallies for name in tally["faults"]}
        cases, requests = (sum(tally[name] for tally in tallies) for name in ("cases", "requests"))
        terminalreporter.write_line(
            f"fault matrix: {cases} cases: {len(faults)} faults at {requests} requests of {len(tallies)} operations"
        )
