"""Keys that this process created or adopted.

Pulumi may create the replacement of an object before it deletes the old one (`pulumi up --replace`, a renamed
resource). Where both have the same DRP key, the delete would take away what was just made. A provider process lives as
long as one update, so its memory is the right place to know.
"""

import threading

_lock = threading.Lock()
_claimed: set[tuple[str, str]] = set()


def add(prefix: str, key: str) -> None:
    """Remember that a resource of this run holds the object, or part of an object."""
    with _lock:
        _claimed.add((prefix, key))


def has(prefix: str, key: str) -> bool:
    """Whether a resource of this run holds it already."""
    with _lock:
        return (prefix, key) in _claimed


def forget() -> None:
    """Begin a new run: `configure` calls it."""
    with _lock:
        _claimed.clear()
