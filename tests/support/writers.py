"""Machines that write to a profile all the time, each to a param of its own, as scripts do (`drpcli profiles set`)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.support.admin import KEY

MACHINES = 5


@dataclass
class Writers:
    """What was written, and what the endpoint did not take."""

    written: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    count: int = 0
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def await_write(self) -> None:
        """Return when the next write has been answered."""
        with self._turn:
            before = self.count
            assert self._turn.wait_for(lambda: self.count > before, 60)

    def note(self, key: str, answer: requests.Response) -> None:
        """Note how a write was answered."""
        with self._turn:
            if answer.ok:
                self.written[key] = self.count
            else:
                self.refused.append(answer.text)
            self.count += 1
            self._turn.notify_all()


@contextmanager
def writing(base: str, profile: str, *, a_second: float) -> Iterator[Writers]:
    """While the block runs, write at this rate to the profile; `base` is the address of the API."""
    writers, is_over = Writers(), threading.Event()
    thread = threading.Thread(target=_write, args=(base, profile, 1 / a_second, writers, is_over))
    thread.start()
    try:
        yield writers
    finally:
        is_over.set()
        thread.join()


def _write(base: str, profile: str, interval: float, writers: Writers, is_over: threading.Event) -> None:
    with requests.Session() as session:
        session.trust_env = False
        token = session.get(f"{base}/users/{KEY[0]}/token", auth=KEY, timeout=30).json()["Token"]
        session.headers["Authorization"] = f"Bearer {token}"
        due = time.monotonic()
        while not is_over.wait(max(0.0, due - time.monotonic())):
            due += interval
            key = f"theirs/machine-{writers.count % MACHINES}"
            url = f"{base}/profiles/{profile}/params/{key}"
            writers.note(key, session.post(url, json=writers.count, timeout=30))
