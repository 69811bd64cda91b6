"""What the matrix has to know of a resource type: what a case makes of it, and what the endpoint holds afterwards."""

from typing import Any, ClassVar

from tests.matrix.world import Document, QuickOperator
from tests.support.fault_proxy import Passage


class Subject:
    """One resource type in one situation. Every object of a case has a name that begins with the case's."""

    label: ClassVar[str]
    model: ClassVar[str]
    updates: ClassVar[tuple[str, ...]] = ()
    differs: ClassVar[bool] = False
    """Whether the dialects differ for it."""
    restores: ClassVar[bool] = True
    """Whether a delete leaves what was there before the creation."""
    is_seen: ClassVar[bool] = True
    """Whether a read asks the endpoint, and a delete changes anything."""
    only_updates: ClassVar[bool] = False
    foreign: ClassVar[bool] = True
    """Whether others may write to the object at the moment of the fault."""

    def prepare(self, to: QuickOperator, name: str) -> None:
        """Make what is there before the program."""

    def inputs(self, to: QuickOperator, name: str) -> Document:
        """What the program declares at first."""
        raise NotImplementedError

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        """What it declares afterwards."""
        raise NotImplementedError

    def live(self, to: QuickOperator, name: str) -> None:
        """What others do between the creation and the next operation."""

    def meanwhile(self, to: QuickOperator, name: str) -> None:
        """What others write at the moment of the fault."""

    def react(self, to: QuickOperator, name: str, passage: Passage) -> None:
        """What machines do at once after a write has landed."""

    def part(self, to: QuickOperator, name: str) -> None:
        """What other resources of the program give up before this one is deleted."""

    def vanish(self, to: QuickOperator, name: str) -> None:
        """Another client deletes the object."""
        raise NotImplementedError

    def holds(self, to: QuickOperator, name: str) -> Any:
        """What the endpoint holds of the case."""
        raise NotImplementedError
