"""What validation found: an error forbids the save, a warning is saved with the object."""

from dataclasses import dataclass, field

from drp_emulator.wire.dialects import Dialect


@dataclass
class Findings:
    """The findings about one object.

    Attributes:
        key: The object's key.
        dialect: The server whose words are used.
        errors: The object is not saved: 422.
        warnings: It is saved with `Available` false and these in `Errors`.
    """

    key: str
    dialect: Dialect
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, message: str) -> None:
        """Add an error, worded as the dialect does."""
        self.errors.append(self.dialect.worded(self.key, message))

    def plain_error(self, message: str) -> None:
        """Add an error that no dialect prefixes with the key."""
        self.errors.append(message)

    def warning(self, message: str) -> None:
        """Add a warning, worded as the dialect does."""
        self.warnings.append(self.dialect.worded(self.key, message))
