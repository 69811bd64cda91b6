"""What this process knows of the program and the state: a provider process lives as long as one update.

Pulumi deletes what is no longer in the program after it has created what is: a resource under another name or type, the
other label of a machine, the replaced twin of `pulumi up --replace`, now or left over from a run that failed. If both
stand for the same thing on the endpoint, the delete would take away what the program still declares. `check` is called
for every declared resource before anything is deleted, and in no destroy or refresh; so what it has noted stays.
"""

import threading

Address = tuple[str, ...]
"""Prefix and key of an object, and for a part of it also the part: `("machines", "node-1", "/Workflow")`."""


class Registry:
    """Notes of one process, written by `check` and `diff` and read by the later operations. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared: dict[Address, set[str]] = {}
        self._made: set[Address] = set()
        self._predecessors: dict[Address, str] = {}
        self._recorded: set[Address] = set()
        self._told: set[str] = set()

    def declare(self, address: Address, declarer: str) -> None:
        """Note that the program declares this, by a resource that `declarer` tells from others."""
        with self._lock:
            self._declared.setdefault(address, set()).add(declarer)

    def is_declared(self, *addresses: Address) -> bool:
        """Return whether the program declares any of these, which are names of one thing."""
        with self._lock:
            return any(address in self._declared for address in addresses)

    def make(self, address: Address) -> None:
        """Note that a resource of this run has created or adopted this."""
        with self._lock:
            self._made.add(address)

    def is_anothers(self, address: Address, declarer: str) -> bool:
        """Return whether another resource of the program has made this, or declares it too."""
        with self._lock:
            return address in self._made or bool(self._declared.get(address, set()) - {declarer})

    def replace(self, address: Address, predecessor: str) -> None:
        """Note that this replaces another entry of a list, or a profile of another name."""
        with self._lock:
            self._predecessors[address] = predecessor

    def predecessor_of(self, address: Address) -> str | None:
        """Return the entry or the name that this replaces."""
        with self._lock:
            return self._predecessors.get(address)

    def record(self, address: Address) -> None:
        """Note that the state of the stack holds this."""
        with self._lock:
            self._recorded.add(address)

    def is_recorded(self, address: Address) -> bool:
        """Return whether the state held this when the update began: what creates it now replaces it in place."""
        with self._lock:
            return address in self._recorded

    def is_news(self, sentence: str) -> bool:
        """Return whether a warning has not been given yet: Pulumi checks an input twice for a replacement."""
        with self._lock:
            is_new = sentence not in self._told
            self._told.add(sentence)
            return is_new
