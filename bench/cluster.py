"""Time until a new cluster is ready: `pulumi up`, alternating with a shell loop that starts the same tasks."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import caller
from bench.commands import UP, measure
from bench.data_centre import PATIENCE_SECONDS, DataCentre, data_centre
from bench.scope import Scope
from bench.table import Row, table
from components import cluster_pattern
from drp_provider.engine.content.pack_files import load_pack
from tests.support.stack import Stack

SCRIPT = Path(__file__).with_name("by_hand.sh")
PROFILE = "example"
SIZES, QUICK_SIZES = (3, 16, 64), (3,)
RECORDS = 250
MOST_ROUNDS = 3
PROGRAM = """
from components import ClusterProfile, cluster_pattern
ClusterProfile("{name}", params={params}, runtime_params=cluster_pattern.RUNTIME_PARAMS, machines={machines},
               content=cluster_pattern.CONTENT, workflow=cluster_pattern.WORKFLOW,
               wait_for=[cluster_pattern.DATA], timeout={timeout})
"""


@dataclass
class Race:
    """The seconds of one size of cluster, round by round."""

    ours: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)
    finished: set[str] = field(default_factory=set)

    def row(self, size: int) -> Row:
        """Return the medians, the difference, and the spread."""
        over = [mine - theirs for mine, theirs in zip(self.ours, self.by_hand, strict=True)]
        spread = [f"{min(series):.1f} to {max(series):.1f}" for series in (self.ours, self.by_hand)]
        figures = [f"{median(series):.2f}" for series in (self.ours, self.by_hand, over)]
        return (str(size), *figures, *spread, ", ".join(sorted(self.finished)))


def section(scope: Scope) -> str:
    """Measure each size several times, alternating both ways, each on a new endpoint with newly booted machines."""
    if shutil.which("curl") is None:
        return "The time to a cluster was not measured: the shell loop needs curl on PATH."
    rounds = min(scope.rounds, MOST_ROUNDS)
    rows = []
    for size in QUICK_SIZES if scope.quick else SIZES:
        race = Race()
        for number in range(rounds):
            ways = [(_with_pulumi, race.ours), (_by_hand, race.by_hand)]
            for way, series in ways[:: 1 if number % 2 == 0 else -1]:
                with data_centre(RECORDS, size) as centre:
                    centre.power_on()
                    series.append(way(centre))
                    race.finished.add(f"{len(centre.complete(cluster_pattern.WORKFLOW))} of {size}")
            scope.say(f"{size} machines, round {number + 1} of {rounds}: {race.ours[-1]:.1f} s, {race.by_hand[-1]:.1f}")
        rows.append(race.row(size))
    head = ("machines", "up to ready, s", "by hand, s", "over, s", "from to", "by hand from to", "finished")
    return (
        f"From nothing to a cluster that is ready, medians of {rounds} rounds: pulumi {' '.join(UP)}, and\n"
        f"bench/{SCRIPT.name} (curl in a loop: content, profile, machines, workflow, then looking every 0.25 s);\n"
        f"the content pack cluster-pattern, {RECORDS} records on the endpoint, plain http\n\n{table(head, rows)}"
    )


def _params(size: int) -> dict[str, object]:
    return {cluster_pattern.SIZE: size, "cluster-pattern/timeout": int(PATIENCE_SECONDS)}


def _with_pulumi(centre: DataCentre) -> float:
    with tempfile.TemporaryDirectory(prefix="drp-bench-") as folder:
        stack = Stack(Path(folder), centre.url)
        measure(stack, UP, "import components, drp_provider\n")  # compiles Python's files
        text = PROGRAM.format(
            name=PROFILE, params=_params(len(centre.uuids)), machines=list(centre.uuids), timeout=PATIENCE_SECONDS
        )
        return measure(stack, UP, text).seconds


def _by_hand(centre: DataCentre) -> float:
    """Run the script; return the seconds.

    Raises:
        RuntimeError: The script failed.
    """
    about = {"DRP_URL": centre.url, "DRP_TOKEN": caller.token(centre.url)}
    params = {"cluster-profile": PROFILE, **_params(len(centre.uuids)), **cluster_pattern.RUNTIME_PARAMS}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as pack:
        json.dump(load_pack(cluster_pattern.CONTENT), pack)
        pack.flush()
        command = [str(SCRIPT), pack.name, PROFILE, json.dumps(params), cluster_pattern.WORKFLOW, *centre.uuids]
        begin = time.perf_counter()
        ran = subprocess.run(command, env={**os.environ, **about}, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode or ran.stdout.split() != ["complete"]:
        raise RuntimeError(f"{SCRIPT.name} ended with {ran.returncode}")
    return time.perf_counter() - begin
