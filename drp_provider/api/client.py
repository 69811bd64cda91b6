"""The verbs of the DRP API over prefix and key, with plain documents."""

import builtins
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from drp_provider.api.responses import READS, not_an_object, reasons_of, unknown_outcome
from drp_provider.api.shapes import Document, object_in, objects_in
from drp_provider.api.transport import Transport
from drp_provider.errors import Duplicate, Forbidden, NotFound, OutcomeUnknown, UnexpectedAnswer, Unprocessable

_CONFLICT = 409


class Client:
    """One endpoint. A method is one request, unless it says otherwise, and raises the errors of `Transport.send`."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def get(self, prefix: str, key: str) -> Document:
        """The object; `key` may be an index (`Name:node-1`)."""
        return self._object("GET", prefix, key)

    def find(self, prefix: str, key: str) -> Document | None:
        """The object, or None when it is really gone.

        DRP answers 404 as well where the right to `get` is missing. `HEAD` asks for no right, and the profile
        `global` is there always, so up to two more requests tell the cases apart.

        Raises:
            Forbidden: whether it is gone cannot be seen with these credentials.
        """
        try:
            return self.get(prefix, key)
        except NotFound as error:
            code = (
                error.code
            )  # the next requests stand outside of this block: Python would print their errors behind it
        if self._is_there(prefix, key) or (prefix == "profiles" and not self._reads_profiles()):
            raise Forbidden(
                f"{prefix}/{key} cannot be read with these credentials, so whether it is gone is not known: "
                f"use credentials with the claim `get` on {prefix}.",
                code=code,
                model=prefix,
                key=key,
            )
        return None

    def create(self, prefix: str, body: Mapping[str, Any]) -> Document:
        """Make a new object and return it."""
        answer = object_in(self.transport.send("POST", prefix, body=body), prefix, body.get("Name"))
        if answer is None:
            raise self._unusable("POST", prefix)
        return answer

    def patch(self, prefix: str, key: str, lines: Sequence[Mapping[str, Any]]) -> Document:
        """Apply operations (RFC 6902) to the object atomically (never to a sub-route: those are not) and return it."""
        return self._object("PATCH", prefix, key, list(lines))

    def delete(self, prefix: str, key: str) -> None:
        """Delete the object; one that is gone already is a success.

        DRP answers 200 with the deleted object. Any other success may come from a proxy while the object stays. For a
        content pack DRP says no more than 204, so a look follows.
        """
        try:
            answer = self.transport.send("DELETE", _path(prefix, key))
        except NotFound as error:
            if any(message.startswith("readonly") for message in error.messages):
                raise Forbidden(
                    f"{prefix}/{key} belongs to a content pack and is read-only: remove the content pack instead.",
                    code=error.code,
                    model=prefix,
                    key=key,
                ) from None
            return
        is_done = self._is_pack_gone(key) if prefix == "contents" else object_in(answer, prefix, key) is not None
        if not is_done:
            raise self._unusable("DELETE", f"{prefix}/{key}")

    def list(self, prefix: str, query: Mapping[str, str]) -> list[Document]:
        """The objects that the filters leave (`{"Profiles": "Eq(example)"}`, DRP API, section "List query")."""
        without = query.get("slim", "").split(",")
        answer = objects_in(self.transport.send("GET", prefix, query=query), prefix, without=without)
        if answer is None:
            raise self._unusable("GET", prefix)
        return answer

    def log(self, job: str) -> str:
        """What a job has written so far."""
        return self.transport.text(f"{_path('jobs', job)}/log")

    def find_content(self, name: str) -> Document | None:
        """A whole content pack, `meta` and `sections`, or None; where the right to see it is missing, DRP says 403."""
        try:
            answer = self.transport.send("GET", _path("contents", name))
        except NotFound:
            return None
        return self._pack(answer, "GET", f"contents/{name}", "sections", name)

    def create_content(self, body: Mapping[str, Any]) -> builtins.list[str]:
        """Upload a new content pack; gives the endpoint's warnings, as far as they may be shown."""
        try:
            answer = self.transport.send("POST", "contents", body=body)
        except Unprocessable as error:
            if error.code == _CONFLICT and any("already exists" in message for message in error.messages):
                # For packs DRP does not give the error its type, as it does for objects.
                raise Duplicate(str(error), code=error.code, model=error.model, key=error.key) from None
            raise
        return _warnings(self._pack(answer, "POST", "contents", "Counts", body["meta"]["Name"]))

    def replace_content(self, name: str, body: Mapping[str, Any]) -> builtins.list[str]:
        """Put a content pack in place of its former self; gives the endpoint's warnings."""
        answer = self.transport.send("PUT", _path("contents", name), body=body)
        return _warnings(self._pack(answer, "PUT", f"contents/{name}", "Counts", name))

    def names_of_machines(self, uuids: Sequence[str]) -> dict[str, str]:
        """The machines' names by uuid."""
        machines = self.list("machines", {"Uuid": f"In({','.join(uuids)})", "slim": "Params,Meta"})
        return {machine["Uuid"]: machine["Name"] for machine in machines}

    def _object(self, method: str, prefix: str, key: str, body: Any = None) -> Document:
        answer = object_in(self.transport.send(method, _path(prefix, key), body=body), prefix, key)
        if answer is None:
            raise self._unusable(method, f"{prefix}/{key}")
        return answer

    def _pack(self, answer: Any, method: str, path: str, member: str, name: str) -> Document:
        is_pack = isinstance(answer, dict) and all(isinstance(answer.get(part), dict) for part in ("meta", member))
        if is_pack and answer["meta"].get("Name") == name and isinstance(answer["meta"].get("Meta") or {}, dict):
            return cast("Document", answer)
        raise self._unusable(method, path)

    def _unusable(self, method: str, path: str) -> UnexpectedAnswer | OutcomeUnknown:
        """Return the error for a success that does not hold what was asked for."""
        self.transport.forget_connections()
        request = f"{method} {path}"
        return not_an_object(request) if method in READS else unknown_outcome(request)

    def _is_pack_gone(self, name: str) -> bool:
        try:
            return self.find_content(name) is None
        except Forbidden:
            return True  # these credentials may delete it and not see it: only the answer speaks

    def _is_there(self, prefix: str, key: str) -> bool:
        try:
            self.transport.send("HEAD", _path(prefix, key))
        except NotFound:
            return False
        return True

    def _reads_profiles(self) -> bool:
        try:
            self.get("profiles", "global")
        except NotFound:
            return False
        return True


def _path(prefix: str, key: str) -> str:
    return f"{prefix}/{quote(key, safe=':')}"


def _warnings(summary: Document) -> list[str]:
    warnings = summary.get("Warnings")
    return reasons_of([str(warning) for warning in warnings]) if isinstance(warnings, list) else []
