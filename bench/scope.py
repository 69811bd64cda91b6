"""The scope of a measurement, and its progress output."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """The options of the command line.

    Attributes:
        quick: Whether to measure only enough to show that the bench works.
        rounds: The number of times that each operation is measured.
        machines: The number of machines in the cluster.
        say: Prints a line of progress.
    """

    quick: bool
    rounds: int
    machines: int
    say: Callable[[str], None]
