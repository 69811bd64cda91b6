"""Parts of messages that several modules share."""

from collections.abc import Sequence
from typing import TypeVar

from drp_provider.errors import ApiError

MOST_NAMED = 10

E = TypeVar("E", bound=ApiError)


def few(names: Sequence[str], glue: str = ", ", most: int = MOST_NAMED) -> str:
    """Return the first names, and the number of the others."""
    shown = glue.join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def reworded(error: E, text: str) -> E:
    """Return the endpoint's error with another text."""
    return type(error)(
        text, code=error.code, model=error.model, key=error.key, type_=error.type, messages=error.messages
    )
