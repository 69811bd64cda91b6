"""How much one request may cost the endpoint, counted in steps so that the limit is the same on every computer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drp_emulator.wire.regexp import Regexp

# About three seconds of one processor core; an ordinary save costs a few hundred.
_STEPS_PER_REQUEST = 500_000


class CostExceeded(Exception):
    """The work that a request asks for is more than the endpoint does for one request."""

    def __init__(self) -> None:
        super().__init__(f"it needs more than {_STEPS_PER_REQUEST} steps")


class CostBudget:
    """The steps that are left for a request.

    Attributes:
        left: How many.
        expressions: The regular expressions that are paid for, by their text.
    """

    __slots__ = ("expressions", "left")

    def __init__(self) -> None:
        self.left = _STEPS_PER_REQUEST
        self.expressions: dict[str, Regexp] = {}

    def spend(self, steps: int) -> None:
        """Take steps from the budget.

        Raises:
            CostExceeded: Fewer are left.
        """
        self.left -= steps
        if self.left < 0:
            raise CostExceeded
