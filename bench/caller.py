"""An admin's connection to an endpoint: kept open, with a token."""

import http.client
import json
import ssl
from base64 import b64encode
from typing import Any, Self
from urllib.parse import urlsplit

KEY = "rocketskates:r0cketsk8ts"
_USER = KEY.partition(":")[0]


class Caller:
    """One kept-alive connection.

    Args:
        url: The endpoint.
        authorization: The value of this header.
    """

    def __init__(self, url: str, authorization: str) -> None:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            # The endpoint is our own child, and its certificate was made a moment ago.
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self._connection = http.client.HTTPSConnection(host, port, context=context, timeout=60)
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=60)
        self._headers = {"Authorization": authorization, "Content-Type": "application/json"}

    @classmethod
    def with_token(cls, url: str, token: str) -> Self:
        """Somebody who has a token."""
        return cls(url, f"Bearer {token}")

    def call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Status and body of one request."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v3/{path}", body=text, headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def demand(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request that must succeed.

        Raises:
            RuntimeError: It does not.
        """
        status, answer = self.call(method, path, body)
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {status} {answer.decode(errors='replace')}")
        return json.loads(answer)

    def hang_up(self) -> None:
        """Close the connection."""
        self._connection.close()


def token(url: str) -> str:
    """A token of the first user, as a client gets it that logs in."""
    caller = Caller(url, f"Basic {b64encode(KEY.encode()).decode()}")
    try:
        return str(caller.demand("GET", f"users/{_USER}/token")["Token"])
    finally:
        caller.hang_up()
