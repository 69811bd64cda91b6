"""What is sealed stays sealed: in the file, in events, between processes."""

import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from drp_emulator import EmulatedEndpoint

from .agents import flow, machine, post, scripted, staged
from .client import Client
from .processes import server
from .sealing import sealed

CANARY = "canary-in-the-coal-mine"


class Listening(Client):
    """A client that keeps every answer."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.heard: list[str] = []

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = super().send(method, path, **options)
        self.heard.append(f"{answer.headers}\n{answer.text}")
        return answer


def _live(api: Client) -> None:
    """A secure value in every role: written, read, tested, filtered by, refused, listed, deleted."""
    param = api.make("params", Secure=True, Schema={"type": "string"})["Name"]
    other = api.make("params", Secure=True, Schema={"type": "integer"})["Name"]
    profile = f"/profiles/{api.make('profiles')['Name']}"
    uuid = machine(api, flow(api, staged(api, scripted(api, "true"))), Profiles=[profile.rpartition("/")[2]])
    for path in (profile, f"/machines/{uuid}"):
        secret = sealed(api, path, CANARY)
        assert api.post(f"{path}/params/{param}", secret).status_code == 200
        assert api.post(f"{path}/params/{other}", secret).status_code == 409
        assert api.patch(path, {"op": "add", "path": f"/Params/{other}", "value": secret}).status_code == 422
        assert api.patch(path, {"op": "test", "path": f"/Params/{param}", "value": 1}).status_code == 409
        assert api.patch(path, {"op": "test", "path": "/Params/none", "value": 1}).status_code == 409
        for part in ("", "/params", f"/params/{param}", f"/params/{param}?aggregate=true", "/pubkey"):
            assert api.get(f"{path}{part}").status_code == 200
    for path in (
        "/machines",
        "/profiles",
        f"/machines/{uuid}/params?aggregate=true",
        "/prefs",
        "/contents/BackingStore",
    ):
        assert api.get(path).status_code == 200
    assert post(api, uuid).status_code == 201
    assert api.get(f"/machines?{param}=Re(c)").status_code == 406
    assert api.delete(f"{profile}/params/{param}").status_code == 200
    assert api.get(f"/machines/{uuid}/params/{param}?decode=true").json() == CANARY


@pytest.mark.parametrize("dialect", ["v4.8", "v3.13"])
def test_what_is_sealed_is_neither_in_the_file_nor_in_an_answer(tmp_path: Path, dialect: str) -> None:
    store = tmp_path / "store.db"
    with EmulatedEndpoint(store, dialect=dialect) as endpoint, Listening(endpoint.url) as api:
        _live(api)
        # Events and a log of what is not yet in the main file are among these.
        files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        *before, decoded = api.heard
        assert CANARY in decoded
        assert [answer for answer in before if CANARY in answer] == []
        assert set(files) >= {"store.db", "store.db-wal"}
        assert b"Payload" in b"".join(files.values())
        assert [name for name, content in files.items() if CANARY.encode() in content] == []
    assert CANARY.encode() not in store.read_bytes()


@pytest.mark.parametrize("dialect", ["v4.8", "v3.13"])
def test_two_processes_on_one_store_open_what_either_took(tmp_path: Path, dialect: str) -> None:
    arguments = ("--store", str(tmp_path / "store.db"), "--dialect", dialect)
    with (
        server(*arguments) as (_, one),
        server(*arguments) as (_, two),
        Client(one) as first,
        Client(two) as second,
    ):
        param = first.make("params", Secure=True)["Name"]
        path = f"/profiles/{first.make('profiles')['Name']}"
        secret = sealed(second, path, CANARY)
        assert first.post(f"{path}/params/{param}", secret).status_code == 200
        for api in (first, second):
            assert api.get(f"{path}/params/{param}").json() == secret
            assert api.get(f"{path}/params/{param}?decode=true").json() == CANARY
        assert first.get(f"{path}/pubkey").json() == second.get(f"{path}/pubkey").json()


def test_all_who_ask_at_once_get_the_same_key(tmp_path: Path) -> None:
    arguments = ("--store", str(tmp_path / "store.db"))
    with server(*arguments) as (_, one), server(*arguments) as (_, two), Client(one) as api:
        for _ in range(5):
            path = f"/profiles/{api.make('profiles')['Name']}"
            gate = threading.Barrier(8)
            keys: list[str] = []

            def ask(url: str, path: str = path, gate: threading.Barrier = gate, keys: list[str] = keys) -> None:
                client = Client(url)
                gate.wait(timeout=30)
                keys.append(client.get(f"{path}/pubkey").json())

            threads = [threading.Thread(target=ask, args=((one, two)[number % 2],)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
            assert len(keys) == 8
            assert len(set(keys)) == 1
