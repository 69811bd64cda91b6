"""The time of day, as Go writes it."""

from datetime import UTC, datetime


def now() -> str:
    """This moment."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
