"""What ends a call with exit code 1, and how drpcli words it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Problem(Exception):
    """The call failed; its text goes to stderr behind `Error: `."""


class NotCovered(Problem):
    """The real drpcli can do this; the subset cannot."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"drpcli (emulator subset): {what} is not covered. Put the real drpcli on PATH to use it in simulated"
            " machines."
        )


class Refused(Problem):
    """The endpoint answered with an error.

    Args:
        status: The HTTP status.
        document: DRP's error document, or anything else that came.
        request: The request, for an answer that is no error document.
    """

    def __init__(self, status: int, document: Any, request: str) -> None:
        self.status = status
        self.document = document
        super().__init__(_worded(document) or f"CLIENT_ERROR: {request}: the endpoint answered {status}")


def _worded(document: Any) -> str:
    if not isinstance(document, dict) or not isinstance(document.get("Messages"), list):
        return ""
    kind, model, key = (str(document.get(name) or "") for name in ("Type", "Model", "Key"))
    where = "/".join(part for part in (model, key) if part) if key else model
    head = f"{kind}: {where}" if where else kind
    messages = [str(message) for message in document["Messages"]]
    if len(messages) == 1:
        return f"{head}: {messages[0]}"
    return "\n  ".join([head, *messages])
