"""What a case of the matrix works with: an endpoint, the proxy in front of it, and provider processes."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests

from drp_emulator import EmulatedEndpoint
from tests.support.admin import KEY, AdminClient
from tests.support.faults import MatrixProxy
from tests.support.plugin import Plugin, PluginError

CANARY = "c4n4ry-s3cr3t"
"""A secret value of the program's, which no error may show."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RUN = re.compile(r"(?<=\")[0-9a-f]{8}(\+\d+)?(?=[:\"])|(?<=#)[0-9a-f]{8}")
_PASSING = ("Secret", "CurrentJob", "LastModifiedAt", "LastModifiedBy", "CreatedAt", "CreatedBy")
"""Members of documents that differ from object to object."""

Document = dict[str, Any]


class QuickOperator(AdminClient):
    """Another client of the endpoint, with one connection and one token for all that it does."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._session = requests.Session()
        self._session.trust_env = False
        token = self._session.get(f"{self.base}/users/{KEY[0]}/token", auth=KEY, timeout=30).json()["Token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self._session.request(method, f"{self.base}/{path}", json=body, timeout=30)

    def find(self, path: str) -> Any:
        """The object, or None."""
        response = self.send("GET", path)
        return response.json() if response.ok else None

    def close(self) -> None:
        self._session.close()


@dataclass
class World:
    """One endpoint with its proxy. Each provider process stands for one run of `pulumi`."""

    admin: QuickOperator
    proxy: MatrixProxy
    earlier: Plugin
    """The run before."""
    now: Plugin
    """The run in which the fault comes."""
    again: Plugin
    """The run after one that failed."""
    destroyer: Plugin
    """A destroy or a refresh, in which no program declares anything."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_name(self) -> str:
        """A name that no other case uses."""
        return f"case-{next(self.numbers)}"


@contextmanager
def world(dialect: str) -> Iterator[World]:
    with ExitStack() as stack:
        endpoint = stack.enter_context(EmulatedEndpoint(machines=1, dialect=dialect))
        admin = QuickOperator(endpoint.url)
        stack.callback(admin.close)
        proxy = stack.enter_context(MatrixProxy(endpoint.url))
        environment = {"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}
        earlier, now, again, destroyer = (stack.enter_context(Plugin(environment)) for _ in range(4))
        yield World(admin, proxy, earlier, now, again, destroyer)


def alike(value: Any, name: str) -> Any:
    """The value without what differs from case to case: the case's name, uuids, incarnations and secrets of DRP."""
    text = json.dumps(_lasting(value), sort_keys=True)
    text = re.sub(rf"\b{re.escape(name)}\b", "NAME", text)
    return json.loads(_RUN.sub("RUN", _UUID.sub("UUID", text)))


def attempt(call: Any) -> tuple[Any, str]:
    """What the call returns, and what its error says."""
    try:
        return call(), ""
    except PluginError as error:
        return None, str(error)


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(member) for key, member in value.items() if key not in _PASSING}
    return [_lasting(member) for member in value] if isinstance(value, list | tuple) else value
