"""Events over a websocket: what is told, to whom, once and in order."""

import json
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_websocket import Client as Socket
from simple_websocket import ConnectionClosed

from drp_emulator import EmulatedEndpoint
from drp_emulator.server.adapter import URL, EmulatorAdapter

from .agents import flow, machine, post, put, scripted, staged
from .client import SUPERUSER, Client, fault, fresh_name
from .processes import ENVIRONMENT, server

PATIENCE = 30.0


@contextmanager
def listening(api: Client, *filters: str, token: str = SUPERUSER, **options: Any) -> Iterator[Socket]:
    """A websocket on which these filters have been acknowledged."""
    url = api.url.replace("http", "ws", 1)
    socket = Socket.connect(f"{url}/api/v3/ws?token={token}", **options)
    try:
        for wanted in filters:
            register(socket, wanted)
        yield socket
    finally:
        with suppress(ConnectionClosed):
            socket.close()
        socket.thread.join(PATIENCE)


def register(socket: Socket, wanted: str, verb: str = "register") -> dict[str, Any]:
    """Send a filter and wait for the receipt; nothing else may come before it."""
    socket.send(f"{verb} {wanted}")
    receipt = heard(socket)
    assert (receipt["Type"], receipt["Action"], receipt["Key"]) == ("websocket", verb, wanted)
    return receipt


def heard(socket: Socket) -> dict[str, Any]:
    """The next event."""
    text = socket.receive(timeout=PATIENCE)
    assert text is not None, "no event came"
    event: dict[str, Any] = json.loads(text)
    return event


def test_a_receipt_has_the_members_of_an_event(api: Client) -> None:
    with listening(api) as socket:
        receipt = register(socket, "profiles.*.my.dotted.name")
        assert list(receipt) == ["Time", "Type", "Action", "Key", "Principal", "Object", "Original"]
        assert (receipt["Object"], receipt["Original"]) == (None, None)


def test_a_filter_takes_lists_as_newer_clients_send_them(api: Client) -> None:
    first, second, other = (api.make("profiles")["Name"] for _ in range(3))
    with listening(api, f"profiles,machines.update,save.{first},{second}") as socket:
        for name in (other, first, second):
            put(api, f"/profiles/{name}", Description="d")
            api.delete(f"/profiles/{name}")
        events = [heard(socket), heard(socket)]
    assert [(event["Action"], event["Key"]) for event in events] == [("update", first), ("update", second)]


def test_a_life_is_told_from_create_to_delete(api: Client) -> None:
    with listening(api, "profiles.*.*") as socket:
        made = api.make("profiles")
        name = made["Name"]
        changed = put(api, f"/profiles/{name}", Description="d").json()
        param = api.post(f"/profiles/{name}/params/aa", 1)
        assert param.status_code == 200
        same = api.patch(f"/profiles/{name}").json()
        api.delete(f"/profiles/{name}")
        events = [heard(socket) for _ in range(5)]
    assert [(event["Type"], event["Key"]) for event in events] == [("profiles", name)] * 5
    assert [event["Action"] for event in events] == ["create", "update", "update", "update", "delete"]
    assert {event["Principal"] for event in events} == {"user:rocketskates"}
    assert [event["Object"] for event in events] == [made, changed, same, same, same]
    assert [event["Original"] for event in events] == [None, made, changed, same, None]
    assert [event["Time"] for event in events] == sorted(event["Time"] for event in events)


def test_a_filter_chooses_type_action_and_key(api: Client) -> None:
    mine, other = api.make("profiles")["Name"], api.make("profiles")["Name"]
    with listening(api, f"profiles.update.{mine}", "params.create.*") as socket:
        put(api, f"/profiles/{other}", Description="d")
        put(api, f"/profiles/{mine}", Description="d")
        api.delete(f"/profiles/{mine}")
        param = api.make("params")["Name"]
        assert (heard(socket)["Key"], heard(socket)["Key"]) == (mine, param)


def test_each_event_comes_once_however_many_filters_fit(api: Client) -> None:
    with listening(api, "profiles.*.*", "*.*.*", "profiles.*.*") as socket:
        names = [api.make("profiles")["Name"] for _ in range(3)]
        assert [heard(socket)["Key"] for _ in names] == names


def test_a_filter_can_be_taken_back(api: Client) -> None:
    with listening(api, "profiles.*.*", "params.*.*") as socket:
        register(socket, "profiles.*.*", "deregister")
        api.make("profiles")
        name = api.make("params")["Name"]
        assert heard(socket)["Key"] == name


def test_what_it_does_not_understand_it_ignores(api: Client) -> None:
    with listening(api) as socket:
        for text in ("hello", "register", "register profiles", "register a.b", "", "drop a.b.c"):
            socket.send(text)
        socket.send(b"register profiles.*.*")
        register(socket, "profiles.create.*")
        name = api.make("profiles")["Name"]
        assert heard(socket)["Key"] == name


def test_a_failed_write_is_no_event(api: Client) -> None:
    name = api.make("profiles")["Name"]
    with listening(api, "*.*.*") as socket:
        assert api.patch(f"/profiles/{name}", {"op": "test", "path": "/Name", "value": "x"}).status_code == 409
        assert api.post("/profiles", {"Name": "1bad"}).status_code == 422
        assert api.post("/profiles", {"Name": name}).status_code == 409
        last = api.make("params")["Name"]
        assert heard(socket)["Key"] == last


def test_an_own_event_is_passed_on(api: Client) -> None:
    with listening(api, "my.*.*") as socket:
        event = {"Type": "my", "Action": "said", "Key": "k.1", "Object": {"a": [1]}, "Principal": "user:forged"}
        answer = api.post("/events", event)
        assert (answer.status_code, answer.content) == (204, b"")
        told = heard(socket)
    assert {**told, "Time": ""} == {**event, "Time": "", "Principal": "user:rocketskates", "Original": None}
    assert fault(api.user().post("/events", event))["Messages"][1] == "Requires: events post "
    assert fault(api.post("/events", {"Type": 5}))["Code"] == 400


def test_a_machine_hears_of_itself_only(api: Client) -> None:
    uuid = machine(api, flow(api, staged(api, scripted(api, "{{.GenerateToken}}"))))
    other = machine(api)
    job = post(api, uuid).json()["Uuid"]
    (action,) = api.get(f"/jobs/{job}/actions").json()
    with listening(api, "*.*.*", token=action["Content"]) as socket:
        put(api, f"/machines/{other}", Description="d")
        api.make("profiles")
        put(api, f"/machines/{uuid}", Description="by a user")
        with Client(api.url, token=action["Content"]) as agent:
            put(agent, f"/machines/{uuid}", Description="by itself")
        told = [heard(socket) for _ in range(2)]
    assert [(event["Key"], event["Principal"]) for event in told] == [
        (uuid, "user:rocketskates"),
        (uuid, f"runner:{uuid}"),
    ]


def test_a_job_and_what_it_moves_are_told(api: Client) -> None:
    uuid = machine(api, flow(api, staged(api, scripted(api, "true"))))
    with listening(api, "jobs.*.*", f"machines.update.{uuid}") as socket:
        job = post(api, uuid).json()
        made, moved = heard(socket), heard(socket)
        assert (made["Type"], made["Action"], made["Object"]) == ("jobs", "create", job)
        assert (moved["Type"], moved["Object"]["CurrentJob"]) == ("machines", job["Uuid"])
        put(api, f"/jobs/{job['Uuid']}", State="failed")
        assert heard(socket)["Object"]["State"] == "failed"
        if api.modern:
            stopped = heard(socket)
            assert (stopped["Original"]["Runnable"], stopped["Object"]["Runnable"]) == (True, False)


@pytest.mark.parametrize("token", ["", "abc", "nobody:secret"])
def test_a_websocket_needs_valid_credentials(api: Client, token: str) -> None:
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
        "Sec-WebSocket-Version": "13",
    }
    answer = requests.get(f"{api.url}/api/v3/ws?token={token}", headers=headers, timeout=30, verify=False)
    assert fault(answer)["Code"] == 403


def test_without_a_handshake_it_is_a_bad_request(api: Client) -> None:
    assert fault(api.get("/ws"))["Code"] == 400
    assert fault(api.get("/ws", headers={"Upgrade": "websocket"}))["Code"] == 400


def test_many_writers_are_told_of_in_the_order_of_their_writes(api: Client) -> None:
    name = api.make("profiles", Params={"count": 0})["Name"]
    path = "/Params/count"

    def increase() -> None:
        with Client(api.url, key=":".join(api.session.auth)) as writer:  # type: ignore[arg-type]
            won = 0
            while won < 10:
                now = writer.get(f"/profiles/{name}").json()["Params"]["count"]
                test = {"op": "test", "path": path, "value": now}
                won += writer.patch(f"/profiles/{name}", test, {"op": "replace", "path": path, "value": now + 1}).ok

    with listening(api, f"profiles.update.{name}") as first, listening(api, f"profiles.*.{name}") as second:
        writers = [threading.Thread(target=increase) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(timeout=60)
        for socket in (first, second):
            counts = [heard(socket)["Object"]["Params"]["count"] for _ in range(40)]
            assert counts == list(range(1, 41))


def test_long_events_arrive_whole(api: Client) -> None:
    with listening(api, "profiles.*.*") as socket:
        params = {f"key-{number}": "x" * 1000 for number in range(2000)}
        made = api.make("profiles", Params=params)
        assert heard(socket)["Object"] == made


def test_another_server_on_the_same_store_is_heard(tmp_path: Path) -> None:
    store = str(tmp_path / "store.db")
    with (
        server("--store", store) as (_, first),
        server("--store", store) as (_, second),
        Client(first) as api,
        Client(second) as other,
        listening(api, "profiles.*.*") as socket,
    ):
        names = [(api, other)[number % 2].make("profiles")["Name"] for number in range(20)]
        assert [heard(socket)["Key"] for _ in names] == names


def test_a_program_that_uses_the_store_without_a_server_is_heard(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    program = (
        "import sys, requests; from drp_emulator.server.adapter import URL, EmulatorAdapter;"
        " session = requests.Session(); session.mount(URL, EmulatorAdapter(sys.argv[1]));"
        " session.auth = ('rocketskates', 'r0cketsk8ts');"
        " [session.post(URL + 'api/v3/profiles', json={'Name': f'from-there-{n}'}).raise_for_status()"
        " for n in range(50)]"
    )
    with EmulatedEndpoint(store) as endpoint, Client(endpoint.url) as api, listening(api, "profiles.*.*") as socket:
        subprocess.run([sys.executable, "-c", program, str(store)], env=ENVIRONMENT, check=True, timeout=60)
        assert [heard(socket)["Key"] for _ in range(50)] == [f"from-there-{number}" for number in range(50)]


def test_the_adapter_has_no_socket(tmp_path: Path) -> None:
    with requests.Session() as session:
        session.mount(URL, EmulatorAdapter(tmp_path / "store.db"))
        answer = session.get(f"{URL}api/v3/ws?token={SUPERUSER}")
    assert fault(answer)["Code"] == 400


def test_an_endpoint_that_stops_ends_its_sockets(endpoint: EmulatedEndpoint) -> None:
    with Client(endpoint.url) as api, listening(api, "*.*.*") as socket:
        endpoint.stop()
        with pytest.raises(ConnectionClosed):
            socket.receive(timeout=PATIENCE)


def test_a_signal_stops_a_server_that_is_listened_to(tmp_path: Path) -> None:
    with server("--store", str(tmp_path / "store.db")) as (process, url), Client(url) as api:
        with listening(api, "*.*.*") as socket:
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed):
                socket.receive(timeout=PATIENCE)
            _, complaints = process.communicate(timeout=30)
        assert (process.returncode, complaints) == (0, "")


def test_events_come_over_tls_too() -> None:
    with EmulatedEndpoint(tls=True) as endpoint:
        api = Client(endpoint.url)
        api.session.verify = str(endpoint.certificate)
        context = ssl.create_default_context(cafile=str(endpoint.certificate))
        with api, listening(api, "profiles.*.*", ssl_context=context) as socket:
            for number in range(50):
                api.make("profiles", Name=f"profile-{number}", Params={"text": "x" * 30_000})
            assert [heard(socket)["Key"] for _ in range(50)] == [f"profile-{number}" for number in range(50)]


def test_a_store_from_before_events_is_migrated(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    EmulatedEndpoint(store).start().stop()
    with sqlite3.connect(store) as old:
        old.executescript("DROP TABLE events; DROP TABLE logs; PRAGMA user_version = 1;")
    old.close()
    with EmulatedEndpoint(store) as endpoint, Client(endpoint.url) as api, listening(api, "*.*.*") as socket:
        name = api.make("profiles", Name=fresh_name())["Name"]
        assert heard(socket)["Key"] == name
