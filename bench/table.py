"""The figures, each beside what it must reach."""

from collections.abc import Iterable, Sequence
from statistics import median, quantiles

from bench.counting import TARGETS, Count
from bench.timing import Series

LONGEST_OVER = 0.3
HIGHEST_RATIO = 1.5
LARGEST_MB = 120.0
FEWEST_ROUNDS = 3
"""With fewer there is nothing to tell a figure from noise."""

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
        figures = (ours, floor), (median(found.over()), median(found.ratio())), (cpu, floor_cpu)
        rows.append((label, *(f"{figure:.2f}" for pair in figures for figure in pair)))
    return table(("operation", "s", "floor s", "over", "ratio", "CPU s", "floor CPU s"), rows)


def targets_table(series: dict[str, Series], machines: int) -> str:
    """What must be reached in time and memory."""
    peak = max(cost.provider_mb for found in series.values() for cost in found.ours)
    least = max(cost.provider_mb for found in series.values() for cost in found.floor)
    singles = [name for name in series if "cluster" not in name and "preview" not in name]
    rows = [_row(f"{name} of one, over the floor", series[name].over(), LONGEST_OVER, " s") for name in singles]
    rows.append(_row(f"`up` of a cluster of {machines}, times the floor", series["cluster"].ratio(), HIGHEST_RATIO, ""))
    label = f"provider process, most memory (floor: {least:.0f} MB)"
    rows.append((label, f"{peak:.0f} MB", "", f"under {LARGEST_MB:.0f} MB", verdict(reached=peak < LARGEST_MB)))
    return table(("figure", "median", "middle half", "must reach", ""), rows)


def _row(label: str, figures: list[float], limit: float, unit: str) -> Row:
    """A figure that differs from round to round. Where the rounds do not agree, it decides nothing."""
    low, _, high = quantiles(figures, n=4) if len(figures) >= FEWEST_ROUNDS else (min(figures), 0.0, max(figures))
    decided = len(figures) >= FEWEST_ROUNDS and not low <= limit < high
    word = verdict(reached=high <= limit) if decided else "undecided"
    return label, f"{median(figures):.2f}{unit}", f"{low:.2f} to {high:.2f}", f"at most {limit}{unit}", word


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
