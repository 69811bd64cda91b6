"""Measure Pulumi's operations, in requests and in time, and compare each with its target."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench import caller
from bench.caller import Caller
from bench.commands import DESTROY, REFRESH, UP, UP_WITH_PREVIEW
from bench.counting import TARGETS, Count, count
from bench.endpoint import endpoint
from bench.programs import PROFILE
from bench.scope import Scope
from bench.table import Row, table, verdict
from bench.timing import Series, steps, time

LONGEST_OVER = 0.3
HIGHEST_RATIO = 1.5
LARGEST_MB = 120.0
FEWEST_ROUNDS = 3
"""With fewer rounds, a figure cannot be told from noise."""
COMMANDS = f"pulumi {' '.join(UP)}; {REFRESH[0]} and {DESTROY[0]} alike"


def requests_section(scope: Scope) -> str:
    """Return the table of requests per operation."""
    with _prepared(scope) as (folder, url):
        counts = count(folder, url, scope.machines, scope.say)
    return f"Requests per operation ({COMMANDS})\n\n{_requests_table(counts, scope.machines)}"


def time_section(scope: Scope) -> str:
    """Return the tables of time per operation, compared with the floor and with the targets."""
    with _prepared(scope) as (folder, url):
        series = time(folder, url, steps(scope.machines, quick=scope.quick), scope.rounds, scope.say)
    return (
        f"Time per operation: medians of {scope.rounds} rounds, ours and the floor in turn, TCP on loopback\n"
        f"({COMMANDS}; with preview: pulumi {' '.join(UP_WITH_PREVIEW)})\n"
        "Floor: as many dynamic resources with the same inputs, whose provider answers at once\n\n"
        f"{_times_table(series, scope.machines)}\n\nTargets\n\n{_targets_table(series, scope.machines)}"
    )


@contextmanager
def _prepared(scope: Scope) -> Iterator[tuple[Path, str]]:
    """Yield a folder for stacks, and the URL of an endpoint with the profile for the assignment."""
    with (
        tempfile.TemporaryDirectory(prefix="drp-bench-") as name,
        endpoint(max(scope.machines, 1)) as (url, _),
    ):
        admin = Caller.with_token(url, caller.token(url))
        admin.demand("POST", "profiles", {"Name": PROFILE})
        admin.hang_up()
        yield Path(name), url


def _requests_table(counts: dict[str, Count], machines: int) -> str:
    targets = {**TARGETS, "cluster": machines + 1, "cluster gone": 2 * machines + 2}
    labels = {"cluster": f"cluster of {machines}", "cluster gone": f"cluster of {machines} gone"}
    rows = []
    for name, found in counts.items():
        reached = verdict(reached=found.requests == targets[name])
        rows.append((labels.get(name, name), str(found.requests), str(targets[name]), str(found.log_ins), reached))
    return table(("operation", "requests", "must reach", "log-ins", ""), rows)


def _times_table(series: dict[str, Series], machines: int) -> str:
    rows = []
    for name, found in series.items():
        (ours, floor), (cpu, floor_cpu) = found.seconds(), found.cpu()
        label = name.replace("cluster", f"cluster of {machines}")
        figures = (ours, floor), (median(found.over()), median(found.ratio())), (cpu, floor_cpu)
        rows.append((label, *(f"{figure:.2f}" for pair in figures for figure in pair)))
    return table(("operation", "s", "floor s", "over", "ratio", "CPU s", "floor CPU s"), rows)


def _targets_table(series: dict[str, Series], machines: int) -> str:
    peak = max(cost.provider_mb for found in series.values() for cost in found.ours)
    least = max(cost.provider_mb for found in series.values() for cost in found.floor)
    singles = [name for name in series if "cluster" not in name and "preview" not in name]
    rows = [_row(f"{name} of one, over the floor", series[name].over(), LONGEST_OVER, " s") for name in singles]
    rows.append(_row(f"`up` of a cluster of {machines}, times the floor", series["cluster"].ratio(), HIGHEST_RATIO, ""))
    label = f"provider process, most memory (floor: {least:.0f} MB)"
    rows.append((label, f"{peak:.0f} MB", "", f"under {LARGEST_MB:.0f} MB", verdict(reached=peak < LARGEST_MB)))
    return table(("figure", "median", "middle half", "must reach", ""), rows)


def _row(label: str, figures: list[float], limit: float, unit: str) -> Row:
    """Return the row of a figure that differs per round. It is undecided if the rounds disagree."""
    low, _, high = quantiles(figures, n=4) if len(figures) >= FEWEST_ROUNDS else (min(figures), 0.0, max(figures))
    is_decided = len(figures) >= FEWEST_ROUNDS and not low <= limit < high
    word = verdict(reached=high <= limit) if is_decided else "undecided"
    return label, f"{median(figures):.2f}{unit}", f"{low:.2f} to {high:.2f}", f"at most {limit}{unit}", word
