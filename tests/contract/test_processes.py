"""The endpoint as a process: it starts with one line, survives a kill, and leaves nothing."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from drp_emulator import EmulatedEndpoint

from .client import Client
from .processes import ENVIRONMENT, URL, server

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_even_with_an_open_connection(tmp_path: Path, stop: signal.Signals) -> None:
    with server("--store", str(tmp_path / "store.db")) as (process, url):
        with Client(url) as api:
            api.make("profiles", Name="kept")
            process.send_signal(stop)
            _, complaints = process.communicate(timeout=30)
            api._made.clear()
        assert (process.returncode, complaints) == (0, "")
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5)


def test_a_temporary_store_is_gone_after_the_process(tmp_path: Path) -> None:
    environment = {**ENVIRONMENT, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "drp_emulator", "--records-only", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert URL.search(process.stdout.readline())
        assert list(tmp_path.iterdir())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_kill_while_writing_loses_no_answered_write(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    answered: list[int] = []
    enough = threading.Event()
    with server("--store", str(store)) as (process, url):
        token = requests.get(
            f"{url}/api/v3/users/rocketskates/token",
            auth=("rocketskates", "r0cketsk8ts"),
            timeout=30,
        ).json()["Token"]

        def write() -> None:
            with requests.Session() as session:
                session.headers["Authorization"] = f"Bearer {token}"
                session.post(f"{url}/api/v3/profiles", json={"Name": "log"}, timeout=30)
                for number in range(100_000):
                    add = {"op": "add", "path": f"/Params/entry-{number}", "value": number}
                    try:
                        answer = session.patch(f"{url}/api/v3/profiles/log", json=[add], timeout=30)
                    except requests.ConnectionError:
                        return
                    assert answer.status_code == 200
                    answered.append(number)
                    if number == 40:
                        enough.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert enough.wait(timeout=60)
        process.kill()
        writer.join(timeout=60)
    assert len(answered) > 40
    with EmulatedEndpoint(store) as endpoint, Client(endpoint.url) as api:
        kept = api.get("/profiles/log").json()["Params"]
        assert {f"entry-{number}" for number in answered} <= set(kept)
        assert kept == {f"entry-{number}": number for number in range(len(kept))}


def test_processes_that_start_at_once_share_one_store(tmp_path: Path) -> None:
    store = tmp_path / "new" / "store.db"
    program = (
        "import sys; from drp_emulator.application.app import Application; sys.stdin.readline();"
        " app = Application(sys.argv[1], machines=3); app.close(); print('ready')"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        for _ in range(4)
    ]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    for starter in starters:
        assert starter.communicate(timeout=60) == ("ready\n", "")
    assert sorted(path.name for path in store.parent.iterdir()) == ["store.db"]
    with EmulatedEndpoint(store) as endpoint, Client(endpoint.url) as api:
        assert len(api.get("/machines").json()) == 3


def test_what_is_stored_outlives_the_endpoint_in_either_dialect(tmp_path: Path) -> None:
    for dialect in ("v4.8", "v3.13"):
        store = tmp_path / dialect
        with EmulatedEndpoint(store, dialect=dialect) as endpoint, Client(endpoint.url) as api:
            made = api.make("profiles", Name="kept", Params={"my/leader": "node-1"})
            api._made.clear()
        with EmulatedEndpoint(store, dialect=dialect) as endpoint, Client(endpoint.url) as api:
            assert api.get("/profiles/kept").json() == made


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--store", "{folder}"], "is not a store"),
        (["--store", "{text}"], "is not a store"),
        (["--port", "{port}"], "is in use already: stop what listens there, or choose another --port"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    (tmp_path / "text").write_text("not a database at all, but long enough to be looked at" * 50)
    with EmulatedEndpoint() as taken:
        words = {
            "{folder}": str(tmp_path),
            "{text}": str(tmp_path / "text"),
            "{port}": taken.url.rpartition(":")[2],
        }
        result = subprocess.run(
            [sys.executable, "-m", "drp_emulator", "--records-only", *(words.get(a, a) for a in arguments)],
            capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False,
        )  # fmt: skip
    assert result.returncode == 1
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def test_a_store_keeps_its_dialect(tmp_path: Path) -> None:
    EmulatedEndpoint(tmp_path / "store.db", dialect="v3.13").start().stop()
    with pytest.raises(ValueError, match=r"made for dialect v3\.13, not v4\.8"):
        EmulatedEndpoint(tmp_path / "store.db").start()
    with pytest.raises(ValueError, match="There is no dialect 'v5'"):
        EmulatedEndpoint(dialect="v5").start()


def test_tls_is_trusted_with_its_certificate_and_only_with_it() -> None:
    with EmulatedEndpoint(tls=True) as endpoint:
        assert endpoint.url.startswith("https://127.0.0.1:")
        address = f"{endpoint.url}/api/v3/info"
        login = ("rocketskates", "r0cketsk8ts")
        with requests.Session() as session:
            session.trust_env = False
            trusted = session.get(address, auth=login, verify=str(endpoint.certificate), timeout=30)
            assert trusted.status_code == 200
        with requests.Session() as session:
            session.trust_env = False
            with pytest.raises(requests.exceptions.SSLError):
                session.get(address, auth=login, timeout=30)


def test_the_server_hands_out_what_verifies_it(tmp_path: Path) -> None:
    """Fetched as from DRP, whose certificate signs itself: `openssl s_client -showcerts`."""
    with EmulatedEndpoint(tls=True) as endpoint:
        address = endpoint.url.removeprefix("https://")
        shown = subprocess.run(
            ["openssl", "s_client", "-showcerts", "-connect", address],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        ).stdout  # fmt: skip
        bundle = tmp_path / "fetched.crt"
        bundle.write_text("".join(_CERTIFICATE.findall(shown)), encoding="utf-8")
        with requests.Session() as session:
            session.trust_env = False
            for url in (endpoint.url, endpoint.url.replace("127.0.0.1", "localhost")):
                assert session.get(url, verify=str(bundle), timeout=30).status_code == 200


def test_tls_without_its_package_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "trustme.py").write_text("raise ImportError('no package of this name')", encoding="utf-8")
    environment = {**ENVIRONMENT, "PYTHONPATH": f"{tmp_path}:{ENVIRONMENT['PYTHONPATH']}"}
    command = [sys.executable, "-m", "drp_emulator", "--records-only", "--port", "0", "--tls"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "TLS needs the package trustme: install it with pip install 'drp-emulator[tls]', or leave --tls out.\n"
    )


def test_every_fresh_store_has_the_same_machines() -> None:
    seen = []
    for _ in range(2):
        with EmulatedEndpoint(machines=2) as endpoint, Client(endpoint.url) as api:
            machines = api.get("/machines?sort=Name").json()
            seen.append([(m["Name"], m["Uuid"], m["Address"]) for m in machines])
    assert seen[0] == seen[1]
    assert [name for name, _, _ in seen[0]] == ["node-1", "node-2"]


def test_a_plain_visit_is_told_where_to_go() -> None:
    with EmulatedEndpoint() as endpoint:
        answer = requests.get(endpoint.url, timeout=30)
    assert answer.status_code == 200
    assert "/api/v3" in answer.text


def test_requests_may_come_in_chunks_and_in_a_row() -> None:
    with EmulatedEndpoint() as endpoint, Client(endpoint.url) as api:
        body = json.dumps({"Name": "in-chunks"}).encode()
        made = api.send(
            "POST",
            "/profiles",
            data=iter([body[:5], body[5:]]),
            headers={"Content-Type": "application/json"},
        )
        assert made.status_code == 201
        assert api.get("/profiles/in-chunks").status_code == 200


def test_the_environment_gives_the_first_user_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store.db"
    EmulatedEndpoint(store).start().stop()
    monkeypatch.setitem(ENVIRONMENT, "DRP_EMULATOR_PASSWORD", "of my own")
    for arguments in (["--store", str(store)], []):
        with server(*arguments) as (_, url):
            answers = [
                requests.get(f"{url}/api/v3/info", auth=("rocketskates", word), timeout=30).status_code
                for word in ("of my own", "r0cketsk8ts")
            ]
        assert answers == [200, 403]
