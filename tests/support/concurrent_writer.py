"""A way to the emulator: another writer gets in between, and requests and replies are lost."""

from typing import Any

import requests
from requests.adapters import BaseAdapter

from drp_emulator.server.adapter import EmulatorAdapter
from drp_provider.patch.values import ABSENT

KEY = "rocketskates:r0cketsk8ts"
BASE = "http://embedded.drp"


class ConcurrentWriter(BaseAdapter):
    """The way to the endpoint, on which another writer gets in between and replies are lost."""

    def __init__(self, target: EmulatorAdapter) -> None:
        super().__init__()
        self.target = target
        self.writes: list[Any] = []
        self.losses: list[str | None] = []
        self.theirs: dict[str, Any] = {}
        self.path = ""
        self._session = requests.Session()
        self._session.mount(BASE, target)
        self._session.auth = tuple(KEY.split(":"))  # type: ignore[assignment]

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if "/token" in str(request.url):
            return self.target.send(request, *args, **options)
        if self.writes and (write := self.writes.pop(0)):
            self.write(*write)
        loss = self.losses.pop(0) if self.losses else None
        if loss == "request":
            raise requests.ConnectionError("lost")
        response = self.target.send(request, *args, **options)
        if loss == "reply":
            raise requests.ConnectionError("lost")
        return response

    def close(self) -> None:
        self._session.close()

    def write(self, key: str, value: Any) -> None:
        url = f"{BASE}/api/v3/{self.path}"
        found = self._session.get(url)
        if found.status_code != 200:
            return
        pointer = "/Params/" + key.replace("~", "~0").replace("/", "~1")
        line = {"op": "remove", "path": pointer} if value is ABSENT else {"op": "add", "path": pointer, "value": value}
        if value is not ABSENT or key in found.json()["Params"]:
            assert self._session.patch(url, json=[line]).status_code == 200
            self.theirs[key] = value

    def params(self) -> dict[str, Any]:
        return dict(self._session.get(f"{BASE}/api/v3/{self.path}").json()["Params"])

    def make(self, prefix: str, members: dict[str, Any], key: str = "Name") -> str:
        """A new object, which is the one that others write to from now on."""
        made = self._session.post(f"{BASE}/api/v3/{prefix}", json=members)
        assert made.ok
        found = str(made.json()[key])
        self.path = f"{prefix}/{found}"
        return found
