"""What saving an object of one type does beside the steps that all types share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drp_emulator.request_context import RequestContext
from drp_emulator.wire.documents import Document


def _nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Hooks:
    """Functions that `saving` calls, in this order.

    Attributes:
        begin: Fills in the fields of a new object.
        complete: Fills in fields at every save.
        check: Adds errors and warnings to the findings; `running` says that the endpoint itself moves a task list on.
        settle: Adjusts fields after the checks.
        saved: Follows a save that a client made.
    """

    begin: Callable[[RequestContext, Document], None] = _nothing
    complete: Callable[[RequestContext, Document], None] = _nothing
    check: Callable[..., None] = _nothing
    settle: Callable[[Document | None, Document], None] = _nothing
    saved: Callable[[RequestContext, Document | None, Document], None] = _nothing
