"""Asking the endpoint, and reading what the user gave."""

from __future__ import annotations

import os
import sys
import time

from drp_emulator.client import http_client
from drp_emulator.drpcli import gojson, goyaml
from drp_emulator.drpcli.problems import NotCovered, Problem, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from drp_emulator.drpcli.flags import Flags

ROOT = "/api/v3"
# Like drpcli: transport errors are tried again after these, an HTTP status never.
_PAUSES_SECONDS = (1, 1, 2, 3, 5, 8)
_HTTP_ERROR, _HTTP_NOT_FOUND = 400, 404
_PATH_SAFE = "/:@&=+$,;"


class Session:
    """One call's conversation with the endpoint.

    Raises:
        Problem: The endpoint's address is none.
    """

    def __init__(self, flags: Flags) -> None:
        self.flags = flags
        self.trust = http_client.trust_from(os.environ)
        try:
            self.connection = http_client.HTTPConnection(flags.endpoint, trust=self.trust)
        except ValueError as error:
            raise Problem(f"Error creating Session: {error}") from None
        self.headers = {
            "Authorization": http_client.authorization(flags.token, flags.key),
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Cache-Control": "no-store",
            **flags.trace,
        }

    def send(self, method: str, path: Sequence[str], query: Sequence[tuple[str, str]] = (), body: Any = ...) -> Any:
        """Return the answer's value.

        Raises:
            Refused: The endpoint said no.
            Problem: It could not be reached, or its answer is unreadable.
        """
        answer = self._answered(method, path, query, body)
        if answer.status >= _HTTP_ERROR:
            raise Refused(answer.status, _value(answer.body), f"{method} {'/'.join(path)}")
        return _value(answer.body)

    def head(self, path: Sequence[str], query: Sequence[tuple[str, str]] = ()) -> http_client.Response | None:
        """Return the headers of a response; None if there is none.

        Raises:
            Problem: It could not be reached, or said no.
        """
        answer = self._answered("HEAD", path, query, ...)
        if answer.status == _HTTP_NOT_FOUND:
            return None
        if answer.status >= _HTTP_ERROR:
            raise Refused(answer.status, None, f"HEAD {'/'.join(path)}")
        return answer

    def show(self, value: Any) -> None:
        """Print a value in the format asked for; an object's errors count as failure where the user says so.

        Raises:
            Problem: They do, or the value cannot be printed.
        """
        try:
            text = gojson.pretty(value) if self.flags.format == "json" else goyaml.dump(value)
        except goyaml.Unreadable as error:
            raise Problem(f"Unable to print as YAML: {error}") from None
        sys.stdout.write(text + "\n")
        if self.flags.errors_are_fatal and isinstance(value, dict) and "Validated" in value and value["Errors"]:
            sys.stdout.flush()
            raise Problem("\n  ".join(str(error) for error in value["Errors"]))

    def _answered(
        self, method: str, path: Sequence[str], query: Sequence[tuple[str, str]], body: Any
    ) -> http_client.Response:
        target = "/".join([ROOT, *(http_client.escaped(part, _PATH_SAFE) for part in path)])
        if query:
            target += "?" + encoded(query)
        content = None if body is ... else gojson.compact(body).encode()
        for pause in (*_PAUSES_SECONDS, None):
            try:
                return self.connection.request(method, target, self.headers, content)
            except http_client.NoResponse as error:
                if pause is None:
                    raise Problem(f"CLIENT_ERROR: {self.flags.endpoint}: {error}") from None
                time.sleep(pause)
        raise AssertionError


def encoded(query: Sequence[tuple[str, str]]) -> str:
    """Return a query as Go's `url.Values` writes it: sorted by name, blanks as `+`."""
    pairs = sorted(query, key=lambda pair: pair[0])
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def given_value(text: str) -> Any:
    """Return the value of an argument: YAML, a file of it, or `-` for stdin.

    Raises:
        Problem: It is unreadable.
    """
    try:
        return goyaml.parse(sys.stdin.read() if text == "-" else _text_or_file(text))
    except (goyaml.Unreadable, OSError, UnicodeDecodeError) as error:
        raise Problem(f"Unable to unmarshal input stream: {error}") from None


def reference_value(text: str) -> Any:
    """Return the value of `-r`: YAML, or a file of it.

    Raises:
        Problem: It is unreadable.
    """
    try:
        return goyaml.parse(_text_or_file(text))
    except (goyaml.Unreadable, OSError, UnicodeDecodeError) as error:
        raise Problem(f"Unable to unmarshal reference object: {error}") from None


def _text_or_file(text: str) -> str:
    if text[:1] in ("", "{", "[", '"'):
        return text
    try:
        if os.path.isfile(text) and not os.path.islink(text):  # noqa: PTH113, PTH114 - pathlib takes 8 ms
            with open(text, encoding="utf-8") as file:  # noqa: PTH123
                return file.read()
    except ValueError:
        return text
    if text.startswith(("http://", "https://")):
        raise NotCovered(f"fetching the value from {text}")
    return text


def _quoted(text: str) -> str:
    return http_client.escaped(text, " ").replace(" ", "+")


def _value(body: bytes) -> Any:
    try:
        return gojson.parse(body.decode("utf-8", "replace")) if body else None
    except gojson.Malformed:
        return None
