"""The figures, each beside what it must reach."""

from collections.abc import Iterable, Sequence

from bench.counting import TARGETS, Count
from bench.timing import Series

LONGEST_OVER = 0.3
HIGHEST_RATIO = 1.5
LARGEST_MB = 120.0

Row = Sequence[str]


def requests_table(counts: dict[str, Count], machines: int) -> str:
    """Requests per operation."""
    targets = {**TARGETS, "cluster": machines + 1, "cluster gone": 2 * machines + 1}
    labels = {"cluster": f"cluster of {machines}", "cluster gone": f"cluster of {machines} gone"}
    rows = []
    for name, found in counts.items():
        reached = verdict(reached=found.requests == targets[name])
        rows.append((labels.get(name, name), str(found.requests), str(targets[name]), str(found.log_ins), reached))
    return table(("operation", "requests", "must reach", "log-ins", ""), rows)


def times_table(series: dict[str, Series], machines: int) -> str:
    """Seconds per operation, ours and the floor's."""
    rows = []
    for name, found in series.items():
        (ours, floor), (cpu, floor_cpu) = found.seconds(), found.cpu()
        label = name.replace("cluster", f"cluster of {machines}")
        figures = (ours, floor), (found.over(), found.ratio()), (cpu, floor_cpu)
        rows.append((label, *(f"{figure:.2f}" for pair in figures for figure in pair)))
    return table(("operation", "s", "floor s", "over", "ratio", "CPU s", "floor CPU s"), rows)


def targets_table(series: dict[str, Series], machines: int) -> str:
    """What must be reached in time and memory."""
    single, many = series["create"], series["cluster"]
    peak = max(cost.provider_mb for found in series.values() for cost in found.ours)
    least = max(cost.provider_mb for found in series.values() for cost in found.floor)
    singles = [name for name in series if "cluster" not in name and "preview" not in name]
    worst = max(singles, key=lambda name: series[name].over())
    rows = [
        (
            "`up` of one profile, over the floor",
            f"{single.over():.2f} s",
            f"at most {LONGEST_OVER} s",
            verdict(reached=single.over() <= LONGEST_OVER),
        ),
        (
            f"the operation that is farthest over it ({worst})",
            f"{series[worst].over():.2f} s",
            f"at most {LONGEST_OVER} s",
            verdict(reached=series[worst].over() <= LONGEST_OVER),
        ),
        (
            f"`up` of a cluster of {machines}, times the floor",
            f"{many.ratio():.2f}",
            f"at most {HIGHEST_RATIO}",
            verdict(reached=many.ratio() <= HIGHEST_RATIO),
        ),
        (
            f"provider process, most memory (floor: {least:.0f} MB)",
            f"{peak:.0f} MB",
            f"under {LARGEST_MB:.0f} MB",
            verdict(reached=peak < LARGEST_MB),
        ),
    ]
    return table(("figure", "measured", "must reach", ""), rows)


def verdict(*, reached: bool) -> str:
    """The word beside a figure."""
    return "reached" if reached else "NOT REACHED"


def table(head: Row, rows: Iterable[Row]) -> str:
    """Columns as wide as their widest cell, the first to the left, in Markdown."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    texts = ["| " + " | ".join(_cells(line, widths)) + " |" for line in lines]
    rule = "|" + "|".join("-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])


def _cells(line: Row, widths: Sequence[int]) -> Iterable[str]:
    for place, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.rjust(width) if place else cell.ljust(width)
