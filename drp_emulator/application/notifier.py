"""Pass the store's events on to listeners: each event once and in order, from any process."""

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from drp_emulator.access.claims import Principal
from drp_emulator.storage.store import Store
from drp_emulator.storage.store_error import StoreError

_POLL_SECONDS = 0.15
"""How long an event of another process may wait; one of this process wakes the notifier at once."""
_LONGEST_QUEUE = 8192
"""How many texts a listener may be behind; a slower one is disconnected, since it must not miss events unawares."""
_LONGEST_TEXTS = 64 * 1024 * 1024
"""How many characters these texts may have together, unless it is a single one."""
_MOST_FILTERS = 1024
_LONGEST_FILTERS = 1024 * 1024
_LOST = "Events were lost: connect again and read the objects"
_TOO_MANY = "Too many filters are registered: deregister some, or use * for a part"
_LOG = logging.getLogger(__name__)

Filter = tuple[str, str, str]


class Outbox(queue.Queue[str | None]):
    """A bounded queue of texts that knows how long they are together."""

    def __init__(self) -> None:
        super().__init__(_LONGEST_QUEUE)
        self.length = 0

    def fits(self, text: str) -> bool:
        """Return whether the text may be queued, too."""
        return self.length == 0 or self.length + len(text) <= _LONGEST_TEXTS

    def clear(self) -> None:
        """Drop every text."""
        with self.mutex:
            self.queue.clear()
            self.length = 0

    def _put(self, item: str | None) -> None:
        super()._put(item)
        self.length += len(item or "")

    def _get(self) -> str | None:
        item: str | None = super()._get()
        self.length -= len(item or "")
        return item


@dataclass(eq=False)
class Listener:
    """One client that receives events.

    Attributes:
        principal: Its rights decide which events it receives.
        outbox: The texts to send; None ends them.
        filters: Wanted events, with the number of the last event before the filter was set.
        lost: Why the endpoint has disconnected it; empty if it has not.
    """

    principal: Principal
    outbox: Outbox = field(default_factory=Outbox)
    filters: dict[Filter, int] = field(default_factory=dict)
    lost: str = ""

    def wants(self, number: int, what: Filter) -> bool:
        """Return whether a filter that is older than the event fits, and the principal may see the event."""
        fits = any(
            number > since and all(_names(part, word) for part, word in zip(wanted, what, strict=True))
            for wanted, since in self.filters.items()
        )
        return fits and self.principal.may(*what)

    def send(self, text: str) -> None:
        """Queue a text; disconnect the listener if it is too slow."""
        if not self.outbox.fits(text):
            self.disconnect()
            return
        try:
            self.outbox.put_nowait(text)
        except queue.Full:
            self.disconnect()

    def has_room(self, wanted: Filter) -> bool:
        """Return whether the listener may have this filter, too."""
        length = sum(len(part) for one in (*self.filters, wanted) for part in one)
        return wanted in self.filters or (len(self.filters) < _MOST_FILTERS and length <= _LONGEST_FILTERS)

    def disconnect(self, reason: str = _LOST) -> None:
        """End the connection, so that the client notices that it misses events."""
        self.lost = reason
        self.filters.clear()
        self.outbox.clear()
        self.end()

    def end(self) -> None:
        """Let the sender finish with the texts that are queued."""
        try:
            self.outbox.put_nowait(None)
        except queue.Full:
            self.disconnect()


def _names(part: str, word: str) -> bool:
    """Return whether a part of a filter covers a word: `*`, the word, or a list such as `update,save`."""
    return part in ("*", word) or ("," in part and word in part.split(","))


class Notifier:
    """Read events from the store, but only while there are listeners.

    Args:
        store: Holds each event, written in the transaction of its cause.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._listeners: set[Listener] = set()
        self._last = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def wake(self) -> None:
        """Read events now, since this process has committed some."""
        if self._listeners:
            self._wake.set()

    def register(self, listener: Listener, wanted: Filter, receipt: str) -> None:
        """Send the receipt, and after it every event that fits."""
        with self._lock:
            if self._closed:
                listener.disconnect()
                return
            if not listener.has_room(wanted):
                listener.disconnect(_TOO_MANY)
                return
            with self._store.transaction(write=False) as transaction:
                number = transaction.last_event()
            if not self._listeners:
                self._last = number
            self._listeners.add(listener)
            listener.send(receipt)
            listener.filters.setdefault(wanted, number)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="drp-events", daemon=True)
                self._thread.start()

    def deregister(self, listener: Listener, wanted: Filter, receipt: str) -> None:
        """Send what happened before the receipt, and none of these events after it."""
        with self._lock:
            listener.filters.pop(wanted, None)
            listener.send(receipt)

    def leave(self, listener: Listener) -> None:
        """Forget a listener whose client has gone."""
        with self._lock:
            self._listeners.discard(listener)
            listener.end()
        self._wake.set()

    def close(self) -> None:
        """Disconnect every listener, and accept no more."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._disconnect_all()
        self._wake.set()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            self._wake.wait(_POLL_SECONDS)
            self._wake.clear()
            with self._lock:
                if not self._listeners:
                    self._thread = None
                    return
                try:
                    self._deliver()
                except StoreError as error:
                    _LOG.error("Events cannot be read; every listener is disconnected: %s", error)
                    self._disconnect_all()

    def _deliver(self) -> None:
        with self._store.transaction(write=False) as transaction:
            events = transaction.events_after(self._last)
        if events and events[0][0] != self._last + 1:
            _LOG.warning(
                "Events were dropped before they were read: every listener is disconnected, to read the objects again"
            )
            self._disconnect_all()
            return
        self._pass_on(events)

    def _pass_on(self, events: Sequence[tuple[int, str, str, str, str]]) -> None:
        for number, scope, action, key, text in events:
            self._last = number
            for listener in self._listeners:
                if listener.wants(number, (scope, action, key)):
                    listener.send(text)

    def _disconnect_all(self) -> None:
        for listener in self._listeners:
            listener.disconnect()
        self._listeners.clear()
