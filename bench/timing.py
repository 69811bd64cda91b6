"""Measure the time of each operation, alternating ours and the floor, so that a slowdown affects both equally."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import programs
from bench.commands import DESTROY, REFRESH, UP, UP_WITH_PREVIEW, Cost, measure
from bench.programs import Pair
from tests.support.stack import Stack


@dataclass
class Series:
    """The costs of one operation, round by round."""

    ours: list[Cost] = field(default_factory=list)
    floor: list[Cost] = field(default_factory=list)

    def seconds(self) -> tuple[float, float]:
        """Return the median seconds of ours and of the floor."""
        return median(c.seconds for c in self.ours), median(c.seconds for c in self.floor)

    def cpu(self) -> tuple[float, float]:
        """Return the median processor seconds of ours and of the floor."""
        return median(c.cpu for c in self.ours), median(c.cpu for c in self.floor)

    def over(self) -> list[float]:
        """Return the seconds above the floor, by round."""
        return [a.seconds - b.seconds for a, b in zip(self.ours, self.floor, strict=True)]

    def ratio(self) -> list[float]:
        """Return the ratio to the floor, by round."""
        return [a.seconds / b.seconds for a, b in zip(self.ours, self.floor, strict=True)]


@dataclass(frozen=True)
class Step:
    """One measured operation; without a name, it is only carried out."""

    name: str
    words: tuple[str, ...]
    pair: Pair


def steps(machines: int, *, quick: bool) -> list[Step]:
    """Return the steps of a round. Each step continues from the result of the previous one."""
    ten, many = programs.profile(programs.TEN), programs.cluster(machines)
    create, delete = Step("create", UP, ten), Step("delete", DESTROY, ten)
    cluster, cluster_gone = Step("cluster", UP, many), Step("cluster gone", DESTROY, many)
    if quick:
        return [create, delete, cluster, cluster_gone]
    one_more, one = programs.profile(programs.ONE_MORE), programs.assignment()
    return [
        create,
        Step("change one", UP, programs.profile(programs.ONE_OTHER)),
        Step("change all", UP, programs.profile(programs.ALL_OTHER)),
        Step("new key", UP, one_more),
        Step("refresh", REFRESH, one_more),
        Step("no-op", UP, one_more),
        delete,
        Step("assignment", UP, one),
        Step("unassignment", DESTROY, one),
        cluster,
        Step("cluster no-op", UP, many),
        cluster_gone,
        Step("create, with preview", UP_WITH_PREVIEW, ten),
        Step("no-op, with preview", UP_WITH_PREVIEW, ten),
        Step("", DESTROY, ten),
        Step("cluster, with preview", UP_WITH_PREVIEW, many),
        Step("", DESTROY, many),
    ]


def time(folder: Path, endpoint: str, plan: list[Step], rounds: int, say: Callable[[str], None]) -> dict[str, Series]:
    """Measure all steps of all rounds, alternating which of the two is first."""
    ours, floor = (Stack(folder, endpoint, name=name) for name in ("ours", "floor"))
    series = {step.name: Series() for step in plan}
    say("compiling the imported modules")
    for stack, program in ((ours, plan[0].pair.ours), (floor, plan[0].pair.floor)):
        _warm_up(stack, program)
    for number in range(rounds):
        for index, step in enumerate(plan):
            found = series[step.name]
            turns = [
                (ours, step.pair.ours, found.ours),
                (floor, step.pair.floor, found.floor),
            ]
            for stack, program, costs in turns[:: 1 if (number + index) % 2 == 0 else -1]:
                costs.append(measure(stack, step.words, program))
            figures = f"{found.ours[-1].seconds:.2f} s, floor {found.floor[-1].seconds:.2f} s"
            say(f"round {number + 1} of {rounds}: {step.name or 'clearing up'} {figures}")
    series.pop("", None)
    return series


def _warm_up(stack: Stack, program: str) -> None:
    """Compile Python's files before the measurement."""
    measure(stack, UP, program)
    measure(stack, DESTROY, program)
