"""The operations of the DRP API on an object, named by prefix and key, with plain documents."""

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
    """One endpoint. A method sends one request unless its docstring says more. `Transport.send` names the errors."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def get(self, prefix: str, key: str) -> Document:
        """Return the object; `key` may be an index (`Name:node-1`)."""
        return self._object("GET", prefix, key)

    def find(self, prefix: str, key: str) -> Document | None:
        """Return the object, or None if it does not exist.

        DRP also responds with 404 if the credentials lack the right to `get`. `HEAD` needs no right, and the profile
        `global` always exists, so up to two more requests distinguish the cases.

        Raises:
            Forbidden: the credentials cannot show whether the object exists.
        """
        try:
            return self.get(prefix, key)
        except NotFound as error:
            code = error.code  # the next requests come after this block, so that Python does not chain their errors
        if self._exists(prefix, key) or (prefix == "profiles" and not self._can_read_profiles()):
            raise Forbidden(
                f"{prefix}/{key} cannot be read with these credentials, so whether it is gone is not known: "
                f"use credentials with the claim `get` on {prefix}.",
                code=code,
                model=prefix,
                key=key,
            )
        return None

    def create(self, prefix: str, body: Mapping[str, Any]) -> Document:
        """Create an object and return it."""
        response = object_in(self.transport.send("POST", prefix, body=body), prefix, body.get("Name"))
        if response is None:
            raise self._unusable("POST", prefix)
        return response

    def patch(self, prefix: str, key: str, lines: Sequence[Mapping[str, Any]]) -> Document:
        """Apply operations (RFC 6902) to the whole object, since sub-routes are not atomic, and return the object."""
        return self._object("PATCH", prefix, key, list(lines))

    def delete(self, prefix: str, key: str) -> None:
        """Delete the object; succeed if it is gone already.

        DRP responds with 200 and the deleted object. Any other success may come from a proxy, while the object remains.
        For a content pack, DRP responds with 204 only, so a GET checks the result.
        """
        try:
            response = self.transport.send("DELETE", _path(prefix, key))
        except NotFound as error:
            if any(message.startswith("readonly") for message in error.messages):
                raise Forbidden(
                    f"{prefix}/{key} belongs to a content pack and is read-only: remove the content pack instead.",
                    code=error.code,
                    model=prefix,
                    key=key,
                ) from None
            return
        is_done = self._is_pack_gone(key) if prefix == "contents" else object_in(response, prefix, key) is not None
        if not is_done:
            raise self._unusable("DELETE", f"{prefix}/{key}")

    def list(self, prefix: str, query: Mapping[str, str]) -> list[Document]:
        """Return the objects that match the filters (`{"Profiles": "Eq(example)"}`, DRP API, section "List query")."""
        without = query.get("slim", "").split(",")
        response = objects_in(self.transport.send("GET", prefix, query=query), prefix, without=without)
        if response is None:
            raise self._unusable("GET", prefix)
        return response

    def log(self, job: str) -> str:
        """Return what a job has written so far."""
        return self.transport.text(f"{_path('jobs', job)}/log")

    def find_content(self, name: str) -> Document | None:
        """Return a whole content pack (`meta` and `sections`), or None. DRP responds with 403 if a right is missing."""
        try:
            response = self.transport.send("GET", _path("contents", name))
        except NotFound:
            return None
        return self._pack(response, "GET", f"contents/{name}", "sections", name)

    def create_content(self, body: Mapping[str, Any]) -> builtins.list[str]:
        """Upload a new content pack; return those of the endpoint's warnings that may be shown."""
        try:
            response = self.transport.send("POST", "contents", body=body)
        except Unprocessable as error:
            if error.code == _CONFLICT and any("already exists" in message for message in error.messages):
                # DRP sets the error's type for objects, and not for packs.
                raise Duplicate(str(error), code=error.code, model=error.model, key=error.key) from None
            raise
        return _warnings(self._pack(response, "POST", "contents", "Counts", body["meta"]["Name"]))

    def replace_content(self, name: str, body: Mapping[str, Any]) -> builtins.list[str]:
        """Replace a content pack; return those of the endpoint's warnings that may be shown."""
        response = self.transport.send("PUT", _path("contents", name), body=body)
        return _warnings(self._pack(response, "PUT", f"contents/{name}", "Counts", name))

    def names_of_machines(self, uuids: Sequence[str]) -> dict[str, str]:
        """Return the machines' names by uuid."""
        machines = self.list("machines", {"Uuid": f"In({','.join(uuids)})", "slim": "Params,Meta"})
        return {machine["Uuid"]: machine["Name"] for machine in machines}

    def _object(self, method: str, prefix: str, key: str, body: Any = None) -> Document:
        response = object_in(self.transport.send(method, _path(prefix, key), body=body), prefix, key)
        if response is None:
            raise self._unusable(method, f"{prefix}/{key}")
        return response

    def _pack(self, response: Any, method: str, path: str, member: str, name: str) -> Document:
        is_pack = isinstance(response, dict) and all(isinstance(response.get(part), dict) for part in ("meta", member))
        if is_pack and response["meta"].get("Name") == name and isinstance(response["meta"].get("Meta") or {}, dict):
            return cast("Document", response)
        raise self._unusable(method, path)

    def _unusable(self, method: str, path: str) -> UnexpectedAnswer | OutcomeUnknown:
        """Return the error for a success without the requested object."""
        self.transport.close_connections()
        request = f"{method} {path}"
        return not_an_object(request) if method in READS else unknown_outcome(request)

    def _is_pack_gone(self, name: str) -> bool:
        try:
            return self.find_content(name) is None
        except Forbidden:
            return True  # these credentials may delete it but not read it: rely on the response

    def _exists(self, prefix: str, key: str) -> bool:
        try:
            self.transport.send("HEAD", _path(prefix, key))
        except NotFound:
            return False
        return True

    def _can_read_profiles(self) -> bool:
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
