"""Many writers, one object: exactly one of them wins, and no write is lost."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from .client import Client
from .processes import server

_RACER = Path(__file__).with_name("racer.py")
_WRITERS = 8


def _together(work: Callable[[int], None]) -> None:
    """Run `work(0)` to `work(n-1)` in threads that start on one signal."""
    gate = threading.Barrier(_WRITERS)
    failures: list[Exception] = []

    def run(number: int) -> None:
        try:
            gate.wait(timeout=30)
            work(number)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(_WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures, failures


def _clone(api: Client) -> Client:
    token = api.get("/users/rocketskates/token").json()["Token"]
    return Client(api.url, token=token)


def test_of_racing_threads_exactly_one_wins(api: Client) -> None:
    for _ in range(5):
        name = api.make("profiles", Params={"my/leader": "none"})["Name"]
        statuses: list[int] = []
        clients = [_clone(api) for _ in range(_WRITERS)]

        def claim(
            number: int,
            name: str = name,
            clients: list[Client] = clients,
            statuses: list[int] = statuses,
        ) -> None:
            answer = clients[number].patch(
                f"/profiles/{name}",
                {"op": "test", "path": "/Params/my~1leader", "value": "none"},
                {"op": "replace", "path": "/Params/my~1leader", "value": f"node-{number}"},
            )
            statuses.append(answer.status_code)

        _together(claim)
        assert sorted(statuses) == [200] + [409] * (_WRITERS - 1)


def test_no_increment_is_lost(api: Client) -> None:
    path = f"/profiles/{api.make('profiles', Params={'count': 0})['Name']}"
    clients = [_clone(api) for _ in range(_WRITERS)]

    def increment(number: int) -> None:
        for _ in range(5):
            status = 0
            while status != 200:
                now = clients[number].get(path).json()["Params"]["count"]
                status = (
                    clients[number]
                    .patch(
                        path,
                        {"op": "test", "path": "/Params/count", "value": now},
                        {"op": "replace", "path": "/Params/count", "value": now + 1},
                    )
                    .status_code
                )
                assert status in (200, 409)

    _together(increment)
    assert api.get(path).json()["Params"]["count"] == 5 * _WRITERS


def test_of_racing_appends_to_a_machine_none_is_lost(api: Client) -> None:
    uuid = api.make("machines")["Uuid"]
    profiles = [api.make("profiles")["Name"] for _ in range(_WRITERS)]
    clients = [_clone(api) for _ in range(_WRITERS)]

    def append(number: int) -> None:
        add = {"op": "add", "path": "/Profiles/-", "value": profiles[number]}
        assert clients[number].patch(f"/machines/{uuid}", add).status_code == 200

    _together(append)
    assert sorted(api.get(f"/machines/{uuid}").json()["Profiles"]) == sorted(profiles)


def test_exactly_one_of_racing_processes_wins_each_round(tmp_path: Path) -> None:
    rounds, store = 25, str(tmp_path / "deep" / "store.db")
    with server("--store", store) as (_, first), server("--store", store) as (_, second), Client(first) as api:
        params = {f"seat-{number}": "none" for number in range(rounds)}
        profile = api.make("profiles", Params=params)["Name"]
        token = api.get("/users/rocketskates/token").json()["Token"]
        racers = [
            _start(url, token, profile, f"racer-{number}", rounds)
            for number, url in enumerate((first, second, first, second))
        ]
        won = _finish(racers)
        assert sorted(chain.from_iterable(won)) == list(range(rounds))
        seats = api.get(f"/profiles/{profile}").json()["Params"]
        assert seats == {f"seat-{seat}": f"racer-{number}" for number, mine in enumerate(won) for seat in mine}


def _start(url: str, token: str, profile: str, name: str, rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(_RACER), url, token, profile, name, str(rounds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _finish(racers: list[subprocess.Popen[str]]) -> list[list[int]]:
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = []
    for racer in racers:
        output, _ = racer.communicate(timeout=60)
        assert racer.returncode == 0
        won.append(json.loads(output))
    return won
