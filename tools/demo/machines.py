"""The demo's machines: an emulator with simulated machines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from terminal import ROOT

USER, PASSWORD = "rocketskates", "r0cketsk8ts"


@contextmanager
def alive(count: int, store: Path) -> Iterator[str]:
    """Run machines on the endpoint in a file; yield the URL of the page that shows them."""
    sys.path.insert(0, str(ROOT))
    from drp_emulator import Emulator

    with Emulator(count, store=store) as simulator:
        yield simulator.url
