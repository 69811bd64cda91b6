"""The operator's part: find or make the machines' objects on an endpoint, and get tokens for their agents."""

from typing import Any, Self
from urllib.parse import quote

from drp_emulator.client import http_client
from drp_emulator.drpcli import gojson

# About three years, as DRP gives to its agents.
_TTL_SECONDS = 3 * 52 * 7 * 24 * 3600
_ROOT = "/api/v3"
_HTTP_ERROR, _NOT_FOUND = 400, 404
_MARK = "simulated"


class Inventory:
    """An operator's requests to an endpoint; a context manager that hangs up at the end.

    Args:
        endpoint: Where to.
        token: The operator's.
        key: `user:password`, if there is no token.
        trust: How the endpoint's certificate is verified; None accepts any.
    """

    def __init__(self, endpoint: str, token: str, key: str, trust: http_client.Trust | None = None) -> None:
        self._endpoint = endpoint
        self._key = key
        self._connection = http_client.HTTPConnection(endpoint, trust=trust)
        self._headers = {"Authorization": http_client.authorization(token, key), "Content-Type": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def address(self) -> str:
        """Return the number behind the endpoint's host name, at which it answers.

        Raises:
            OSError: It does not.
        """
        return str(self._connection.socket().getpeername()[0])

    def machine(self, name: str, *, adopt: bool) -> Any:
        """Return the machine's object; create it if it is missing.

        Args:
            name: Its name.
            adopt: Use a machine that exists also if the emulator did not make it.

        Raises:
            RuntimeError: The endpoint refuses, or the machine is not a simulated one.
        """
        status, found = self._send("GET", f"machines/Name:{quote(name, safe='')}")
        if status == _NOT_FOUND:
            whole = {"Name": name, "Description": "Simulated machine", "Meta": {_MARK: "true"}}
            return self.demand("POST", "machines", whole)
        if status >= _HTTP_ERROR:
            raise self._refused("GET", f"machine {name}", found)
        if not adopt and found["Meta"].get(_MARK) != "true":
            raise RuntimeError(
                f"The machine {name} on {self._endpoint} is not a simulated one: name it with `--machine {name}` to run"
                " its scripts here all the same."
            )
        return found

    def token(self, machine: str) -> str:
        """Return a token for the agent of a machine; the operator's own where the endpoint gives none to machines."""
        status, answer = self._send("GET", f"machines/{machine}/token?ttl={_TTL_SECONDS}")
        if status < _HTTP_ERROR and isinstance(answer, dict) and answer.get("Token"):
            return str(answer["Token"])
        user = self._key.partition(":")[0]
        answer = self.demand("GET", f"users/{quote(user, safe='')}/token?ttl={_TTL_SECONDS}")
        return str(answer["Token"])

    def demand(self, method: str, path: str, value: Any = None) -> Any:
        """Return the answer to a request that must succeed.

        Raises:
            RuntimeError: It does not.
        """
        status, answer = self._send(method, path, value)
        if status >= _HTTP_ERROR:
            raise self._refused(method, path, answer)
        return answer

    def _send(self, method: str, path: str, value: Any = None) -> tuple[int, Any]:
        body = None if value is None else gojson.compact(value).encode()
        try:
            answer = self._connection.request(method, f"{_ROOT}/{path}", self._headers, body)
        except http_client.Untrusted as error:
            raise RuntimeError(
                f"The certificate of {self._endpoint} is not trusted ({error}): give the certificate of its authority"
                " with --ca-file, or accept any with --insecure."
            ) from None
        except http_client.NoResponse as error:
            raise RuntimeError(f"The endpoint {self._endpoint} cannot be reached: {error}.") from None
        try:
            return answer.status, gojson.parse(answer.body.decode()) if answer.body else None
        except (gojson.Malformed, UnicodeDecodeError):
            raise RuntimeError(f"What answers at {self._endpoint} is not DRP: check the address.") from None

    def _refused(self, method: str, path: str, answer: Any) -> RuntimeError:
        messages = "; ".join(answer["Messages"]) if isinstance(answer, dict) and "Messages" in answer else "no reason"
        return RuntimeError(f"The endpoint {self._endpoint} refuses {method} {path}: {messages}.")
