"""Live machines at work on an endpoint with many records: time, jobs, memory and processor time."""

import shutil
from collections.abc import Sequence
from statistics import median

from bench import process
from bench.data_centre import DataCentre, Run, data_centre
from bench.process import Memory
from bench.scope import Scope
from bench.table import Row, table

RECORDS, LIVE = 250, 16
QUICK_RECORDS, QUICK_LIVE = 12, 3
TASKS = 5
SILENT = 'echo "{{.Task.Name}} of {{.Machine.Name}}"\n'
SPEAKING = """
drpcli machines set "$RS_UUID" param bench/said to '"{{.Task.Name}}"' >/dev/null || exit 1
[ "$(drpcli machines get "$RS_UUID" param bench/said)" = '"{{.Task.Name}}"' ]
"""
WORKFLOWS = {
    "bench-silent": (f"{TASKS} tasks that only print", SILENT),
    "bench-speaking": (f"{TASKS} tasks with two drpcli calls each", SPEAKING),
}


def section(scope: Scope) -> str:
    """Power the machines on, run each workflow on all of them at once, and look at the processes."""
    records, live = (QUICK_RECORDS, QUICK_LIVE) if scope.quick else (RECORDS, LIVE)
    scope.say(f"powering {live} machines on, at an endpoint with {records} records")
    with data_centre(records, live) as centre:
        started = centre.power_on()
        first = [_memory_row("agent of a machine, before its first job", centre.agents)]
        runs: list[Row] = [("power on until all are idle", f"{started:.2f}", f"{live} of {live}", *[""] * 4)]
        for workflow, (label, script) in WORKFLOWS.items():
            scope.say(f"{label}, on {live} machines")
            centre.make_workflow(workflow, [script] * TASKS)
            runs.append(_run_row(label, centre.run(workflow), len(centre.complete(workflow))))
        memory = table(("process", "how many", "RSS MB", "most", "PSS MB", "most"), first + _memory_rows(centre))
        peak = process.peak(centre.server)
    drpcli = "the real drpcli" if shutil.which("drpcli") else "the emulator's drpcli"
    head = ("run", "s", "finished", "jobs", "jobs a second", "server CPU s", "machines' CPU s")
    return (
        f"Emulated machines: {live} live machines, {records} records on the endpoint, plain http, {drpcli}\n"
        f"(machines' CPU: supervisor, agents and scripts)\n\n{table(head, runs)}\n\n"
        f"Memory after that, median and most; the server's highest was {peak:.0f} MB\n\n{memory}"
    )


def _run_row(label: str, run: Run, finished: int) -> Row:
    use = run.use
    jobs = (str(use.jobs), f"{use.jobs / run.seconds:.1f}")
    return (
        label,
        f"{run.seconds:.2f}",
        f"{finished} of {run.machines}",
        *jobs,
        f"{use.server:.2f}",
        f"{use.machines:.2f}",
    )


def _memory_rows(centre: DataCentre) -> list[Row]:
    return [
        _memory_row("agent of a machine, after its last", centre.agents),
        _memory_row("supervisor", [centre.emulator.supervisor]),
        _memory_row("server", [centre.server]),
    ]


def _memory_row(label: str, pids: Sequence[int]) -> Row:
    found = [process.memory(pid) for pid in pids] or [Memory()]
    sizes = [one.rss for one in found], [one.pss for one in found]
    return (label, str(len(pids)), *(f"{figure:.1f}" for kind in sizes for figure in (median(kind), max(kind))))
