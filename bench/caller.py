"""A persistent connection of an admin to an endpoint, with a token."""

import http.client
import json
import ssl
from base64 import b64encode
from typing import Any, Self
from urllib.parse import urlsplit

KEY = "rocketskates:r0cketsk8ts"
_USER = KEY.partition(":")[0]


class Caller:
    """One persistent connection.

    Args:
        url: The endpoint.
        authorization: The value of this header.
    """

    def __init__(self, url: str, authorization: str) -> None:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            # The endpoint is our own child process with a new self-signed certificate.
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self._connection = http.client.HTTPSConnection(host, port, context=context, timeout=60)
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=60)
        self._headers = {"Authorization": authorization, "Content-Type": "application/json"}

    @classmethod
    def with_token(cls, url: str, token: str) -> Self:
        """Return a connection that uses a token."""
        return cls(url, f"Bearer {token}")

    def call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Send one request; return the status and the body of the response."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v3/{path}", body=text, headers=self._headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def demand(self, method: str, path: str, body: object = None) -> Any:
        """Send a request that must succeed; return the JSON of the response.

        Raises:
            RuntimeError: The request failed.
        """
        status, response = self.call(method, path, body)
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {status} {response.decode(errors='replace')}")
        return json.loads(response)

    def hang_up(self) -> None:
        """Close the connection."""
        self._connection.close()


def token(url: str) -> str:
    """Log in as the first user; return the token."""
    caller = Caller(url, f"Basic {b64encode(KEY.encode()).decode()}")
    try:
        return str(caller.demand("GET", f"users/{_USER}/token")["Token"])
    finally:
        caller.hang_up()
