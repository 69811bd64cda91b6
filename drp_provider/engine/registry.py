"""The addresses that the program declares and the state records, for one provider process, which serves one update.

Pulumi creates new resources before it deletes old ones: a resource under another name or type, the other name of a
machine, a resource that `pulumi up --replace` or an earlier failed run replaced. If old and new mean the same object on
the endpoint, the delete would remove what the program still declares. Pulumi calls `check` for every declared resource
before it deletes any, and in no destroy or refresh, so the declared addresses must not be deleted.
"""

import threading

Address = tuple[str, ...]
"""Prefix and key of an object, and for a part of it the pointer or the entry: `("machines", "node-1", "/Workflow")`."""


class Registry:
    """Notes of one process, written by `check` and `diff` and read by the later operations. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared: dict[Address, set[str]] = {}
        self._made: set[Address] = set()
        self._predecessors: dict[Address, str] = {}
        self._recorded: set[Address] = set()
        self._given_warnings: set[str] = set()

    def declare(self, address: Address, declarer: str) -> None:
        """Record that the program declares this address; `declarer` identifies the resource."""
        with self._lock:
            self._declared.setdefault(address, set()).add(declarer)

    def is_declared(self, *addresses: Address) -> bool:
        """Return whether the program declares any of these addresses, which mean the same object."""
        with self._lock:
            return any(address in self._declared for address in addresses)

    def make(self, address: Address) -> None:
        """Record that a resource of this run has created or adopted this address."""
        with self._lock:
            self._made.add(address)

    def is_anothers(self, address: Address, declarer: str) -> bool:
        """Return whether another resource of the program has created this address, or declares it too."""
        with self._lock:
            return address in self._made or bool(self._declared.get(address, set()) - {declarer})

    def replace(self, address: Address, predecessor: str) -> None:
        """Record that this address replaces another entry of a list, or a profile with another name."""
        with self._lock:
            self._predecessors[address] = predecessor

    def predecessor_of(self, address: Address) -> str | None:
        """Return the entry or the name that this address replaces, or None."""
        with self._lock:
            return self._predecessors.get(address)

    def record(self, address: Address) -> None:
        """Record that the state of the stack holds this address."""
        with self._lock:
            self._recorded.add(address)

    def is_recorded(self, address: Address) -> bool:
        """Return whether the state held this address when the update began: its creation replaces it in place."""
        with self._lock:
            return address in self._recorded

    def is_news(self, sentence: str) -> bool:
        """Return whether a warning is new: Pulumi checks an input twice for a replacement."""
        with self._lock:
            is_new = sentence not in self._given_warnings
            self._given_warnings.add(sentence)
            return is_new
