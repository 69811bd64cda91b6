"""What validation found: hard faults forbid the save, soft ones are saved with the object."""

from dataclasses import dataclass, field

from drp_emulator.wire.dialects import Dialect


@dataclass
class Findings:
    """The findings about one object.

    Attributes:
        hard: The object is not saved: 422.
        soft: It is saved with `Available` false and these in `Errors`.
    """

    key: str
    dialect: Dialect
    hard: list[str] = field(default_factory=list)
    soft: list[str] = field(default_factory=list)

    def refuse(self, message: str) -> None:
        """A hard fault, worded as the dialect does."""
        self.hard.append(self.dialect.worded(self.key, message))

    def refuse_plainly(self, message: str) -> None:
        """A hard fault that no dialect prefixes."""
        self.hard.append(message)

    def regret(self, message: str) -> None:
        """A soft fault."""
        self.soft.append(self.dialect.worded(self.key, message))
