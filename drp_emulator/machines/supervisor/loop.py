"""An event loop: files that become ready, and things to do later."""

from __future__ import annotations

import heapq
import selectors
import time
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket
    from collections.abc import Callable

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Loop:
    """Waits for files and for times, one thing after the other."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self.running = True

    def watch(self, file: int | socket, events: int, act: Callable[[int], None]) -> None:
        """RequestContext `act` with the events whenever one of them is there; no events: stop watching."""
        known = file in self._selector.get_map()
        if events and known:
            self._selector.modify(file, events, act)
        elif events:
            self._selector.register(file, events, act)
        elif known:
            self._selector.unregister(file)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """RequestContext `act` once, after this time."""
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._numbers), act))

    def run(self) -> None:
        """Go on until `running` is false."""
        while self.running:
            pause = max(self._later[0][0] - time.monotonic(), 0) if self._later else None
            for key, events in self._selector.select(pause):
                # An earlier one may have closed this file.
                if self._selector.get_map().get(key.fd) is key:
                    key.data(events)
            while self._later and self._later[0][0] <= time.monotonic():
                heapq.heappop(self._later)[2]()
