"""The proxy without a socket behaves like the one with a socket."""

import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from drp_emulator.server.adapter import URL, EmulatorAdapter

_API = f"{URL}api/v3"
_ROOT = Path(__file__).parents[4]


@pytest.fixture
def adapter(tmp_path: Path) -> Iterator[EmulatorAdapter]:
    adapter = EmulatorAdapter(tmp_path / "deep" / "store.db", machines=3)
    yield adapter
    adapter.close()


def _session(adapter: EmulatorAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount(URL, adapter)
    session.auth = ("rocketskates", "r0cketsk8ts")
    return session


def test_every_verb_passes_through(adapter: EmulatorAdapter) -> None:
    session = _session(adapter)
    assert session.post(f"{_API}/params", json={"Name": "with/slash"}).status_code == 201
    assert session.get(f"{_API}/params/with%2Fslash").json()["Name"] == "with/slash"
    patched = session.patch(
        f"{_API}/params/with/slash",
        data=json.dumps([{"op": "replace", "path": "/Description", "value": "dé"}]),
        headers={"Content-Type": "application/json"},
    )
    assert patched.json()["Description"] == "dé"
    head = session.head(f"{_API}/machines")
    assert (head.headers["x-drp-list-count"], head.content) == ("3", b"")
    assert session.delete(f"{_API}/params/with%2Fslash").status_code == 200
    assert session.get(f"{_API}/params/with%2Fslash").status_code == 404


@pytest.mark.parametrize(
    "kind", [lambda text: bytearray(text.encode()), iter, io.StringIO, lambda text: io.BytesIO(text.encode())]
)
def test_a_body_may_be_anything_that_requests_sends(adapter: EmulatorAdapter, kind: Callable[[str], object]) -> None:
    text = json.dumps({"Name": "streamed", "Description": "é"})
    session = _session(adapter)
    session.headers["Content-Type"] = "application/json"
    assert session.post(f"{_API}/profiles", data=kind(text)).status_code == 201  # type: ignore[arg-type]


def test_the_query_arrives_and_redirects_are_followed(adapter: EmulatorAdapter) -> None:
    session = _session(adapter)
    found = session.get(f"{_API}/machines/", params={"Name": "node-2"})
    assert [machine["Name"] for machine in found.json()] == ["node-2"]
    assert found.history[0].status_code == 301


def test_names_outside_ascii_pass_through(adapter: EmulatorAdapter) -> None:
    session = _session(adapter)
    assert session.post(f"{_API}/profiles", json={"Name": "übung 1"}).status_code == 201
    assert session.get(f"{_API}/profiles/übung 1").json()["Name"] == "übung 1"


def test_wrong_credentials_are_refused(adapter: EmulatorAdapter) -> None:
    session = _session(adapter)
    session.auth = ("rocketskates", "wrong")
    assert session.get(f"{_API}/info").status_code == 403
    session.auth = None
    assert session.get(f"{_API}/info").status_code == 401


def test_many_threads_may_share_it(adapter: EmulatorAdapter) -> None:
    statuses: list[int] = []
    gate = threading.Barrier(6)

    def create(number: int) -> None:
        gate.wait(timeout=30)
        body = {"Name": "one"} if number % 2 else {"Name": f"own-{number}"}
        statuses.append(_session(adapter).post(f"{_API}/profiles", json=body).status_code)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(statuses) == [201, 201, 201, 201, 409, 409]


def test_a_closed_adapter_opens_again_on_what_it_kept(adapter: EmulatorAdapter) -> None:
    session = _session(adapter)
    session.post(f"{_API}/profiles", json={"Name": "kept"})
    adapter.close()
    adapter.close()
    assert session.get(f"{_API}/profiles/kept").status_code == 200


def test_the_info_is_that_of_the_dialect(tmp_path: Path) -> None:
    adapter = EmulatorAdapter(tmp_path / "old.db", dialect="v3.13")
    assert _session(adapter).get(f"{_API}/info").json()["version"] == "v3.13.6"
    adapter.close()


def test_importing_it_imports_nothing_heavy() -> None:
    program = (
        "import sys, requests, drp_emulator.server.adapter;"
        " print(sorted({'werkzeug', 'jsonschema', 'jsonpatch', 'sqlite3', 'cryptography', 'http.server'}"
        " & (set(sys.modules) - before)))"
    )
    program = "import requests, sys; before = set(sys.modules); " + program
    result = subprocess.run([sys.executable, "-c", program], cwd=_ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_only_secure_params_import_the_library_that_opens_them(tmp_path: Path) -> None:
    program = (
        "import requests, sys; from drp_emulator.server.adapter import URL, EmulatorAdapter;"
        " session = requests.Session(); session.auth = ('rocketskates', 'r0cketsk8ts');"
        " session.mount(URL, EmulatorAdapter(sys.argv[1])); api = URL + 'api/v3';"
        " session.post(f'{api}/profiles', json={'Name': 'web', 'Params': {'my/x': 1}}).raise_for_status();"
        " session.get(f'{api}/profiles/web?decode=true').raise_for_status(); print('nacl' in sys.modules);"
        " session.get(f'{api}/profiles/web/pubkey').raise_for_status(); print('nacl' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "store.db")]
    result = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "False\nTrue\n"
