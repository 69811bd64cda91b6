"""The requests that lifecycles and coordination make, as a protocol; `api.client.Client` implements it.

This module imports no HTTP library: a preview sends no requests, so it need not wait for that import.
"""

import builtins
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Document = dict[str, Any]
"""A DRP object as JSON."""


class Api(Protocol):
    """One DRP endpoint. Errors are those of `drp_provider.errors`."""

    def get(self, prefix: str, key: str) -> Document: ...  # noqa: D102 - see Client
    def find(self, prefix: str, key: str) -> Document | None: ...  # noqa: D102
    def create(self, prefix: str, body: Mapping[str, Any]) -> Document: ...  # noqa: D102
    def patch(self, prefix: str, key: str, lines: Sequence[Mapping[str, Any]]) -> Document: ...  # noqa: D102
    def delete(self, prefix: str, key: str) -> None: ...  # noqa: D102
    def list(self, prefix: str, query: Mapping[str, str]) -> list[Document]: ...  # noqa: D102
    def log(self, job: str) -> str: ...  # noqa: D102
    def find_content(self, name: str) -> Document | None: ...  # noqa: D102
    def create_content(self, body: Mapping[str, Any]) -> builtins.list[str]: ...  # noqa: D102
    def replace_content(self, name: str, body: Mapping[str, Any]) -> builtins.list[str]: ...  # noqa: D102
    def names_of_machines(self, uuids: Sequence[str]) -> dict[str, str]: ...  # noqa: D102
