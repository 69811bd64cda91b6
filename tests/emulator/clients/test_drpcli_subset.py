"""The emulator's subset of drpcli beside the real one: the same calls, on two endpoints that start out the same."""

import re
import shutil
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from drp_emulator.machines.path_setup import write_subset
from drp_emulator.server.certificate import write_certificate
from tests.emulator.clients.commands import DIFFERENT, SAME, Difference, calls
from tests.emulator.clients.drpcli import Drpcli
from tests.emulator.machines.recorder import Recorder
from tests.support.admin import AdminClient

pytestmark = [pytest.mark.go, pytest.mark.timeout(1200)]  # the first test on a machine waits for the build

# Members that objects have in 4.16 and had not in 4.8. They are sent and shown, and empty.
NEWER = (
    *("CreatedAt", "CreatedBy", "LastModifiedAt", "LastModifiedBy", "JobState", "JobExitState", "JobResultErrors"),
    *("PendingWorkOrders", "RunningWorkOrders", "WorkOrderMode"),
)
NEWER_LINE = re.compile(rf"""^ *"?({"|".join(NEWER)})"?: ("0001-01-01T00:00:00Z"|""|null|0|false),?\n""", re.MULTILINE)
# 4.16 asks for the features of the endpoint before it encrypts or listens.
ASKED_BY_4_16 = ("GET /info", None)


@dataclass
class Outcome:
    """What a call came to."""

    code: int
    said: str
    complained: str
    sent: list[tuple[str, Any]]


@dataclass
class Caller:
    """A drpcli whose requests are written down."""

    drpcli: Drpcli
    recorder: Recorder

    def outcome(self, words: list[str], stdin: str) -> Outcome:
        self.recorder.seen.clear()
        done = self.drpcli.run(*words, stdin=stdin)
        sent = [(seen.line, older(seen.body)) for seen in self.recorder.seen if not seen.line.startswith("register")]
        sent = [request for request in sent if request != ASKED_BY_4_16]
        return Outcome(done.returncode, NEWER_LINE.sub("", done.stdout), done.stderr, sent)


def older(body: Any) -> Any:
    return {name: value for name, value in body.items() if name not in NEWER} if isinstance(body, dict) else body


@pytest.fixture
def both(program: Path, tmp_path: Path) -> Iterator[tuple[Caller, Caller]]:
    """The real one and the subset; each with an endpoint, and both endpoints with the same objects."""
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    with EmulatedEndpoint(first, machines=3) as endpoint:
        admin = AdminClient(endpoint.url)
        admin.post("profiles", {"Name": "alpha", "Params": {"my/leader": "none"}})
        admin.post("stages", {"Name": "one"})
        admin.post("workflows", {"Name": "work", "Stages": ["one"]})
    shutil.copy(first, second)
    certificate, key = write_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with ExitStack() as stack:
        callers = []
        for store, path in ((first, program), (second, write_subset(tmp_path))):
            endpoint = stack.enter_context(EmulatedEndpoint(store))
            recorder = stack.enter_context(Recorder(endpoint.url, tls=tls))
            token = AdminClient(endpoint.url).get("users/rocketskates/token")["Token"]
            home = tmp_path / store.stem
            home.mkdir()
            callers.append(Caller(Drpcli(path, home, {"RS_ENDPOINT": recorder.url, "RS_TOKEN": token}), recorder))
        yield callers[0], callers[1]


@pytest.mark.parametrize("theme", SAME)
def test_both_send_print_and_answer_the_same(both: tuple[Caller, Caller], theme: str) -> None:
    real, subset = both
    for words, stdin in calls(SAME[theme]):
        assert subset.outcome(words, stdin) == real.outcome(words, stdin), words


@pytest.mark.parametrize("difference", DIFFERENT, ids=lambda difference: difference.line)
def test_they_differ_where_it_is_known_and_nowhere_else(both: tuple[Caller, Caller], difference: Difference) -> None:
    ((words, stdin),) = calls(difference.line)
    real, subset = (caller.outcome(words, stdin) for caller in both)
    assert (real.code, subset.code) == difference.codes
    assert real != subset
