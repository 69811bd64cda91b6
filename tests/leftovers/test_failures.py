"""Failures of `drp-leftovers`: one sentence on stderr, exit code 1, and an empty stdout."""

import json
import socket
from pathlib import Path

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support import leftovers
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.leftovers import resource, state

EXPORT = "is not the output of `pulumi stack export`"
NO_STATES: list[tuple[bytes, str]] = [
    (b"", EXPORT),
    (b"not JSON", EXPORT),
    (b"[]", EXPORT),
    (b"null", EXPORT),
    (b"{}", EXPORT),
    (b'{"version":3,"deployment":[]}', EXPORT),
    (b'{"version":3,"deployment":{"resources":{}}}', EXPORT),
    (b'{"version":3,"deployment":{"resources":[{"urn":1}]}}', EXPORT),
    (b'{"version":3,"deployment":{"resources":[{"urn":"x","type":"y"}]}}', "without a valid URN"),
    (b"[" * 100_000, EXPORT),
    (state([resource("Profile", "web", "web")])[:-5], EXPORT),
    (b"\xff\xfe", "is not UTF-8 text"),
]


def failed(*words: str, folder: Path, environment: dict[str, str], given: bytes = b"") -> str:
    """Return the error of a run that fails."""
    done = leftovers.run(*words, folder=folder, environment=environment, given=given)
    assert (done.code, done.said) == (1, ""), done.complaint
    (line,) = done.complaint.splitlines()
    assert line.startswith("error: ")
    return line


@pytest.mark.parametrize(("given", "sentence"), NO_STATES, ids=range(len(NO_STATES)))
def test_what_is_no_state(given: bytes, sentence: str, tmp_path: Path, proxy: FaultProxy) -> None:
    environment = leftovers.environment(proxy.url)
    assert sentence in failed("--state", "-", folder=tmp_path, environment=environment, given=given)
    assert proxy.calls() == []


def test_a_file_that_is_not_there(tmp_path: Path, proxy: FaultProxy) -> None:
    said = failed("--state", "nope.json", folder=tmp_path, environment=leftovers.environment(proxy.url))
    assert said == "error: The file nope.json cannot be read (No such file or directory): pass a file that can be read."


def test_an_endpoint_that_is_down(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        said = failed("--state", "-", folder=tmp_path, environment=leftovers.environment(url), given=state())
    assert "cannot be reached" in said


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b"[{}]", b"[1]", b'[{"meta":{}}]', b'[{"Name":1}]'])
def test_an_answer_that_is_not_drps(answer: bytes, tmp_path: Path, proxy: FaultProxy) -> None:
    proxy.answer("GET", 200, answer, "application/json", times=9)
    said = failed("--state", "-", folder=tmp_path, environment=leftovers.environment(proxy.url), given=state())
    assert "RS_ENDPOINT" in said


def test_credentials_that_are_wrong(tmp_path: Path, proxy: FaultProxy) -> None:
    environment = {**leftovers.environment(proxy.url), "RS_KEY": "rocketskates:sesame"}
    said = failed("--state", "-", folder=tmp_path, environment=environment, given=state())
    assert "sesame" not in said


def test_no_endpoint_and_no_project(tmp_path: Path) -> None:
    environment = {"PATH": leftovers.environment("")["PATH"], "HOME": str(tmp_path), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    said = failed("--state", "-", folder=tmp_path, environment=environment, given=state())
    assert said.startswith("error: `pulumi config --json --show-secrets` ")


def test_no_pulumi_command(tmp_path: Path, proxy: FaultProxy) -> None:
    said = failed(folder=tmp_path, environment={**leftovers.environment(proxy.url), "PATH": str(tmp_path)})
    assert said == (
        "error: `pulumi stack export` cannot be started: put the `pulumi` command on PATH, or set RS_ENDPOINT and "
        "RS_KEY and pass --state FILE."
    )


def test_an_option_that_does_not_exist(tmp_path: Path) -> None:
    done = leftovers.run("--nope", folder=tmp_path, environment=leftovers.environment(""))
    assert (done.code, done.said) == (1, "")
    assert "--nope" in done.complaint


def test_a_missing_embedded_store_is_not_made(tmp_path: Path) -> None:
    environment = leftovers.environment("embedded")
    said = failed("--state", "-", folder=tmp_path, environment=environment, given=state())
    assert "has no store .drp/endpoint.db here" in said
    assert list(tmp_path.iterdir()) == []


def test_many_machines_come_in_pages(tmp_path: Path) -> None:
    with EmulatedEndpoint(machines=1000) as endpoint, FaultProxy(endpoint.url) as proxy:
        AdminClient(endpoint.url).post("machines", {"Name": "last", "Meta": {"pulumi-run/web": "ab12:1"}})
        done = leftovers.run(
            "--state", "-", "--json", folder=tmp_path, environment=leftovers.environment(proxy.url), given=state()
        )
        assert done.objects == ["machine 'last'"]
        assert proxy.calls().count("GET machines") == 2
        assert json.loads(done.said)["endpoint"] == proxy.url
