"""The current time, in Go's format."""

from datetime import UTC, datetime


def now() -> str:
    """Return the current time."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
