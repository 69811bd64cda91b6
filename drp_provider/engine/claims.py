"""What this process knows of the program: a provider process lives as long as one update.

Pulumi deletes what is no longer in the program after it has made what is: a resource under another name or type, the
other label of a machine, the replaced twin of `pulumi up --replace`, now or left over from a run that failed. Where
both stand for the same thing on the endpoint, the delete would take away what the program still declares. `check` is
called for every declared resource before anything is deleted, and in no destroy or refresh; so what it has seen stays.
"""

import threading

Thing = tuple[str, ...]
"""A prefix and a key, and for a part of an object also the part."""

_lock = threading.Lock()
_declared: dict[Thing, set[str]] = {}
_made: set[Thing] = set()
_positions: dict[Thing, str] = {}
_recorded: set[Thing] = set()


def declare(thing: Thing, declarer: str) -> None:
    """The program declares the thing, by a resource that `declarer` tells from others."""
    with _lock:
        _declared.setdefault(thing, set()).add(declarer)


def is_declared(*things: Thing) -> bool:
    """Whether the program declares any of these, which are names of one thing."""
    with _lock:
        return any(thing in _declared for thing in things)


def make(thing: Thing) -> None:
    """A resource of this run has created or adopted the thing."""
    with _lock:
        _made.add(thing)


def is_anothers(thing: Thing, declarer: str) -> bool:
    """Whether another resource of the program holds the thing, or wants it too."""
    with _lock:
        return thing in _made or bool(_declared.get(thing, set()) - {declarer})


def take_position(thing: Thing, predecessor: str) -> None:
    """The thing, an entry of a list, comes in the place of another entry."""
    with _lock:
        _positions[thing] = predecessor


def position_of(thing: Thing) -> str | None:
    """The entry in whose place the thing comes."""
    with _lock:
        return _positions.get(thing)


def record(thing: Thing) -> None:
    """The state of the stack holds the thing."""
    with _lock:
        _recorded.add(thing)


def is_recorded(thing: Thing) -> bool:
    """Return whether the state held the thing when this update began: what creates it now replaces it in place."""
    with _lock:
        return thing in _recorded
