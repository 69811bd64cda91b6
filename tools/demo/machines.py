"""The demo's machines: the simulator, as long as the story is told."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from terminal import ROOT

USER, PASSWORD = "rocketskates", "r0cketsk8ts"


@contextmanager
def alive(count: int, store: Path) -> Iterator[str]:
    """Let machines live on the endpoint in a file; gives the address at which they can be watched."""
    sys.path.insert(0, str(ROOT))
    from drp_emulator import Emulator

    with Emulator(count, store=store) as simulator:
        yield simulator.url
