"""What a rendering may cost, in steps, so that the same template ends at the same place on every computer."""

from dataclasses import dataclass

from gotemplate.errors import TemplateError

# What is read or compared takes far less time a character than what is made.
_READ_PER_STEP = 1024
_MADE_PER_STEP = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a runaway template ends.

    Attributes:
        depth: Templates that have called one another.
        output: Characters of the result, and of each string that is made.
        steps: Statements, turns of loops and operands; long strings and large values cost more of them.
        tokens: Pieces of one text: words, constants, delimiters.
        variables: Variables that can be seen from one place.
    """

    depth: int = 1000
    output: int = 4 * 1024 * 1024
    steps: int = 1_000_000
    tokens: int = 100_000
    variables: int = 1000


class Budget:
    """The steps that are left for one rendering, or for several that share it.

    Args:
        limits: What a rendering may use.
    """

    __slots__ = ("left", "limits")

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self.left = limits.steps

    def spend(self, steps: int = 1) -> None:
        """Take steps.

        Raises:
            TemplateError: Fewer are left.
        """
        self.left -= steps
        if self.left < 0:
            raise TemplateError(f"more than {self.limits.steps} steps")

    def read(self, value: object) -> None:
        """Spend for a value that is gone through."""
        if isinstance(value, str | list | dict):
            self.spend(len(value) // _READ_PER_STEP)

    def made(self, value: object) -> None:
        """Spend for a value that has been made."""
        if isinstance(value, str):
            self.spend(len(value) // _MADE_PER_STEP)
