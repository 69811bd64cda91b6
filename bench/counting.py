"""Count the requests of each operation, in a proxy before the endpoint."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import programs
from bench.commands import DESTROY, REFRESH, UP, measure
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack

TARGETS = {
    "create": 1,
    "change one": 1,
    "change all": 1,
    "new key": 2,
    "refresh": 1,
    "no-op": 0,
    "delete": 2,
    "assignment": 1,
    "unassignment": 2,
}


@dataclass(frozen=True)
class Count:
    """The requests of one operation."""

    requests: int
    log_ins: int


def count(folder: Path, endpoint: str, machines: int, say: Callable[[str], None]) -> dict[str, Count]:
    """Run every operation once through a counting proxy; return the counts by operation."""
    ten = programs.profile(programs.TEN).ours
    one_more = programs.profile(programs.ONE_MORE).ours
    steps = [
        ("create", UP, ten),
        ("change one", UP, programs.profile(programs.ONE_OTHER).ours),
        ("change all", UP, programs.profile(programs.ALL_OTHER).ours),
        ("new key", UP, one_more),
        ("refresh", REFRESH, one_more),
        ("no-op", UP, one_more),
        ("delete", DESTROY, one_more),
        ("assignment", UP, programs.assignment().ours),
        ("unassignment", DESTROY, programs.assignment().ours),
        ("cluster", UP, programs.cluster(machines).ours),
        ("cluster gone", DESTROY, programs.cluster(machines).ours),
    ]
    with FaultProxy(endpoint) as proxy:
        stack = Stack(folder, proxy.url, name="counted")
        counts = {}
        for name, words, program in steps:
            say(f"counting the requests of {name}")
            proxy.forget()
            measure(stack, words, program)
            calls = len(proxy.calls())
            counts[name] = Count(calls, len(proxy.requests) - calls)
    return counts
