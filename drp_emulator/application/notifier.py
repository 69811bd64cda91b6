"""From the store's events to whoever listens: each event once, in the order it happened, whoever caused it."""

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from drp_emulator.access.claims import Principal
from drp_emulator.storage.store import Store
from drp_emulator.storage.store_error import StoreError

# How long an event of another process may go unnoticed; those of this process ring the bell.
_POLL_SECONDS = 0.15
# What a listener may be behind before it is let go: it cannot be told part of the story.
_LONGEST_QUEUE = 8192
_LOG = logging.getLogger(__name__)

Filter = tuple[str, str, str]


@dataclass(eq=False)
class Listener:
    """One client that listens.

    Attributes:
        principal: Whose rights decide what it may hear.
        outbox: The texts for it; None ends them.
    """

    principal: Principal
    outbox: "queue.Queue[str | None]" = field(default_factory=lambda: queue.Queue(_LONGEST_QUEUE))
    filters: dict[Filter, int] = field(default_factory=dict)
    lost: bool = False

    def wants(self, number: int, what: Filter) -> bool:
        """Whether a filter fits that was there before the event, and the event is not hidden from it."""
        fits = any(
            number > since and all(_names(part, word) for part, word in zip(wanted, what, strict=True))
            for wanted, since in self.filters.items()
        )
        return fits and self.principal.may(*what)

    def tell(self, text: str) -> None:
        """Queue a text; whoever is too slow for that is let go."""
        try:
            self.outbox.put_nowait(text)
        except queue.Full:
            self.let_go()

    def let_go(self) -> None:
        """Tell it nothing more, and end its connection, so that it notices."""
        self.lost = True
        self.filters.clear()
        with self.outbox.mutex:
            self.outbox.queue.clear()
        self.end()

    def end(self) -> None:
        """Let the sender finish."""
        try:
            self.outbox.put_nowait(None)
        except queue.Full:
            self.let_go()


def _names(part: str, word: str) -> bool:
    """Whether a part of a filter is for this word: `*`, the word, or a list as newer clients send it: `update,save`."""
    return part in ("*", word) or ("," in part and word in part.split(","))


class Notifier:
    """Reads events from the store while somebody listens, and only then.

    Args:
        store: Where events are written, in the transaction of what they tell of.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._listeners: set[Listener] = set()
        self._last = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def wake(self) -> None:
        """Something was committed in this process."""
        if self._listeners:
            self._bell.set()

    def register(self, listener: Listener, wanted: Filter, receipt: str) -> None:
        """From the receipt on, tell of every event that fits."""
        with self._lock:
            if self._closed:
                listener.let_go()
                return
            with self._store.transaction(write=False) as transaction:
                number = transaction.last_event()
            if not self._listeners:
                self._last = number
            self._listeners.add(listener)
            listener.tell(receipt)
            listener.filters.setdefault(wanted, number)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="drp-events", daemon=True)
                self._thread.start()

    def deregister(self, listener: Listener, wanted: Filter, receipt: str) -> None:
        """Up to the receipt, tell of what happened; nothing after it."""
        with self._lock:
            listener.filters.pop(wanted, None)
            listener.tell(receipt)

    def leave(self, listener: Listener) -> None:
        """Tell it nothing more."""
        with self._lock:
            self._listeners.discard(listener)
            listener.end()
        self._bell.set()

    def close(self) -> None:
        """Let everyone go."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._let_all_go()
        self._bell.set()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            self._bell.wait(_POLL_SECONDS)
            self._bell.clear()
            with self._lock:
                if not self._listeners:
                    self._thread = None
                    return
                try:
                    self._deliver()
                except StoreError as error:
                    _LOG.error("Events cannot be read; every listener is disconnected: %s", error)
                    self._let_all_go()

    def _deliver(self) -> None:
        with self._store.transaction(write=False) as transaction:
            events = transaction.events_after(self._last)
        if events and events[0][0] != self._last + 1:
            _LOG.warning("Events were dropped before anyone could read them; whoever listens must look again")
            self._let_all_go()
            return
        self._tell(events)

    def _tell(self, events: Sequence[tuple[int, str, str, str, str]]) -> None:
        for number, scope, action, key, text in events:
            self._last = number
            for listener in self._listeners:
                if listener.wants(number, (scope, action, key)):
                    listener.tell(text)

    def _let_all_go(self) -> None:
        for listener in self._listeners:
            listener.let_go()
        self._listeners.clear()
