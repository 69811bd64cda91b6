"""A cluster without Pulumi: how long machines take for the content pack when a shell loop sets them going."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from bench import caller
from bench.data_centre import PATIENCE_SECONDS, DataCentre, Use, data_centre
from bench.scope import Scope
from bench.table import Row, table
from tests.content.cluster import PROFILE, SEEDS
from tests.content.pack import bundled

SCRIPT = Path(__file__).with_name("floor.sh")
WORKFLOW = "cluster-pattern"
SIZES, QUICK_SIZES = (3, 16, 64), (3,)
RECORDS = 250


def section(scope: Scope) -> str:
    """The same script for clusters of several sizes, each on a fresh endpoint."""
    if shutil.which("curl") is None:
        return "The floor of a cluster was not measured: it needs curl on PATH."
    rows = []
    for size in QUICK_SIZES if scope.quick else SIZES:
        scope.say(f"powering {size} machines on")
        with data_centre(RECORDS, size) as centre:
            centre.power_on()
            centre.operator.demand("POST", "contents", bundled())
            scope.say(f"a cluster of {size} by shell loop")
            rows.append(_row(centre, size))
    head = ("machines", "until set, s", "until ready, s", "finished", "jobs", "server CPU s", "machines' CPU s")
    return (
        f"A cluster without Pulumi: bench/{SCRIPT.name} (curl) makes the profile, adds it to each machine, sets the\n"
        f"workflow {WORKFLOW} on each, and looks every 0.25 s until all have run it; {RECORDS} records, plain http\n\n"
        f"{table(head, rows)}"
    )


def _row(centre: DataCentre, size: int) -> Row:
    before, begin = centre.use(), time.perf_counter()
    told = _run_script(centre)
    ready = time.perf_counter() - begin
    use: Use = centre.use().since(before)
    finished = f"{len(centre.complete(WORKFLOW))} of {size}"
    figures = (f"{told - begin:.2f}", f"{ready:.2f}", finished, str(use.jobs))
    return (str(size), *figures, f"{use.server:.2f}", f"{use.machines:.2f}")


def params(size: int) -> dict[str, object]:
    """What the cluster's profile holds at the beginning."""
    own = {"cluster-profile": PROFILE, "cluster-pattern/size": size, "cluster-pattern/timeout": int(PATIENCE_SECONDS)}
    return {**own, **SEEDS}


def _run_script(centre: DataCentre) -> float:
    """Run the script to its end; returns when every machine had been told.

    Raises:
        RuntimeError: It failed.
    """
    about = {"DRP_URL": centre.url, "DRP_TOKEN": caller.token(centre.url)}
    command = [str(SCRIPT), PROFILE, json.dumps(params(len(centre.uuids))), WORKFLOW, *centre.uuids]
    with subprocess.Popen(command, env={**os.environ, **about}, stdout=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        words, told = "", 0.0
        for line in script.stdout:
            words = line.strip()
            told = told or time.perf_counter()
    if script.returncode or words != "complete":
        raise RuntimeError(f"{SCRIPT.name} ended with {script.returncode}")
    return told
