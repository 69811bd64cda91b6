"""The agent's conversation with the endpoint."""

from __future__ import annotations

from drp_emulator.client import http_client, websocket_client
from drp_emulator.drpcli import gojson
from drp_emulator.drpcli.problems import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from drp_emulator.machines.agent.host_context import HostContext

ROOT = "/api/v3"
_HTTP_ERROR = 400
_ANSWER_SECONDS = 60.0
# Go's client waits 1, 1, 2, 3, 5 and 8 s between its attempts: as long as these together.
_PAUSES_SECONDS = (0.1, 0.2, 0.5, 1, 2, 3, 5, 8)


class Client:
    """Sends requests as one machine.

    Args:
        endpoint: Where to.
        token: The machine's.
        host: Sleeps between attempts, and has the environment that says which certificates are trusted.
    """

    def __init__(self, endpoint: str, token: str, host: HostContext) -> None:
        self.endpoint = endpoint
        self.token = token
        self._host = host
        self._trust = http_client.trust_from(host.environment)
        self._connection = http_client.HTTPConnection(endpoint, _ANSWER_SECONDS, self._trust)
        self._authorization = http_client.authorization(token, "")

    def get(self, path: str) -> Any:
        """Return the value at a path."""
        return self.send("GET", path)[1]

    def patch(self, path: str, *operations: tuple[str, str, Any]) -> Any:
        """Patch an object with `(op, path, value)`; returns it."""
        body = [{"op": op, "path": where, "value": value} for op, where, value in operations]
        return self.send("PATCH", path, gojson.compact(body).encode())[1]

    def post(self, path: str, value: Any) -> tuple[int, Any]:
        """Post a value; returns status and answer."""
        return self.send("POST", path, gojson.compact(value).encode())

    def append(self, path: str, content: bytes) -> None:
        """Put bytes at the end of a log."""
        self.send("PUT", path, content, "application/octet-stream")

    def send(
        self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """Send a request, as often as it takes to get an answer; so one may arrive twice, as it does with DRP's agent.

        Raises:
            Refused: The answer is an error.
            NoResponse: There was no answer for 20 seconds.
        """
        headers = {"Authorization": self._authorization, "Content-Type": content_type, "Accept": "application/json"}
        for pause in (*_PAUSES_SECONDS, None):
            try:
                answer = self._connection.request(method, f"{ROOT}/{path}", headers, body)
                break
            except http_client.NoResponse:
                if pause is None:
                    raise
                self._host.sleep(pause)
        value = _value(answer.body)
        if answer.status >= _HTTP_ERROR:
            raise Refused(answer.status, value, f"{method} {path}")
        return answer.status, value

    def events(self) -> websocket_client.Events:
        """Open the stream of events.

        Raises:
            NoResponse: There is none.
        """
        return websocket_client.opened(self.endpoint, self._authorization, trust=self._trust)


def _value(body: bytes) -> Any:
    try:
        return gojson.parse(body.decode("utf-8", "replace")) if body else None
    except gojson.Malformed:
        return None
