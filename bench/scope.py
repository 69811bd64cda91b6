"""How much is measured, and whom to tell how far it is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """What was asked for on the command line.

    Attributes:
        quick: As little as shows that it works.
        rounds: How often each operation is measured.
        machines: Of the cluster that `pulumi up` makes.
        say: Takes a line of progress.
    """

    quick: bool
    rounds: int
    machines: int
    say: Callable[[str], None]
