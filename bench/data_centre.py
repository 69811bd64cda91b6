"""An endpoint in a process of its own and live machines on it: where whole workflows are measured."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import caller, process
from bench.caller import Caller
from bench.endpoint import endpoint
from drp_emulator import Emulator, Report

PATIENCE_SECONDS = 900.0
"""How long a machine may take for a workflow; after that something is broken, not slow."""
_LOOK_SECONDS = 5.0


@dataclass(frozen=True)
class Use:
    """Seconds of processor time so far, and jobs.

    Attributes:
        server: The endpoint's.
        machines: The supervisor's, the agents' and those of all scripts that have ended.
        jobs: How many have finished.
    """

    server: float
    machines: float
    jobs: int

    def since(self, before: "Use") -> "Use":
        """Return what was added to an earlier reading."""
        return Use(self.server - before.server, self.machines - before.machines, self.jobs - before.jobs)


@dataclass(frozen=True)
class Run:
    """A workflow that has run to its end on every machine: how long it took and what it used."""

    seconds: float
    machines: int
    use: Use


class DataCentre:
    """An admin's view of live machines; made by `data_centre`.

    Attributes:
        url: Of the endpoint, which speaks plain http.
        server: The process id of the endpoint.
        admin: A connection of a user who may do everything.
        uuids: The live machines, name and Uuid.
    """

    def __init__(self, url: str, server: int, machines: int) -> None:
        self.url, self.server = url, server
        self.admin = Caller.with_token(url, caller.token(url))
        names = [f"node-{number}" for number in range(1, machines + 1)]
        self.emulator = Emulator(endpoint=url, names=names, watch=self._note)
        self.uuids: dict[str, str] = {}
        self._idle: Counter[str] = Counter()
        self._news = threading.Condition()

    def power_on(self) -> float:
        """Start the machines; returns the seconds until all are idle.

        Raises:
            RuntimeError: One is not after a long time.
        """
        begin = time.perf_counter()
        self.emulator.start()
        self.uuids = self.emulator.machines
        for name in self.uuids:
            if not self._wait_for_idle(name, 0, PATIENCE_SECONDS):
                raise RuntimeError(f"{name} has not become idle")
        return time.perf_counter() - begin

    def power_off(self) -> None:
        """End the machines and hang up."""
        self.emulator.stop()
        self.admin.hang_up()

    @property
    def agents(self) -> list[int]:
        """The process ids of the machines' agents."""
        return [pid for name in self.uuids if (pid := self.emulator.process(name)) is not None]

    def make_workflow(self, name: str, scripts: Sequence[str]) -> None:
        """Create a workflow of one stage with a task for each script."""
        tasks = [f"{name}-{number}" for number in range(1, len(scripts) + 1)]
        for task, script in zip(tasks, scripts, strict=True):
            templates = [{"Name": "script", "Contents": f"#!/usr/bin/env bash\n{script}"}]
            self.admin.demand("POST", "tasks", {"Name": task, "Templates": templates})
        self.admin.demand("POST", "stages", {"Name": name, "Tasks": tasks})
        self.admin.demand("POST", "workflows", {"Name": name, "Stages": [name]})

    def run(self, workflow: str) -> Run:
        """Set a workflow on every machine, and wait until all have run it.

        Raises:
            RuntimeError: A machine does not come to its end.
        """
        before, begin = self.use(), time.perf_counter()
        for uuid in self.uuids.values():
            line = {"op": "replace", "path": "/Workflow", "value": workflow}
            self.admin.demand("PATCH", f"machines/{uuid}", [line])
        for name in self.uuids:
            self._wait_for_the_end(name, workflow)
        return Run(time.perf_counter() - begin, len(self.uuids), self.use().since(before))

    def complete(self, workflow: str) -> list[str]:
        """Return the machines that have completed their workflow."""
        found = self.admin.demand("GET", f"machines?Workflow={workflow}&WorkflowComplete=true")
        return [machine["Name"] for machine in found if machine["Name"] in self.uuids]

    def use(self) -> Use:
        """Return what has been used until now."""
        machines = sum(process.cpu(pid) for pid in (self.emulator.supervisor, *self.agents))
        jobs = self.admin.demand("GET", "jobs?State=finished")
        return Use(process.cpu(self.server), machines, sum(bool(job["Task"]) for job in jobs))

    def _note(self, report: Report) -> None:
        if report.what == "idle":
            with self._news:
                self._idle[report.machine] += 1
                self._news.notify_all()

    def _wait_for_idle(self, name: str, before: int, seconds: float) -> bool:
        with self._news:
            return self._news.wait_for(lambda: self._idle[name] > before, seconds)

    def _wait_for_the_end(self, name: str, workflow: str) -> None:
        """Look whenever the machine becomes idle, and now and then, since one that fails does not."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            idle = self._idle[name]
            machine = self.admin.demand("GET", f"machines/{self.uuids[name]}")
            if machine["Workflow"] == workflow and machine["WorkflowComplete"]:
                return
            if not machine["Runnable"] or time.monotonic() > deadline:
                raise RuntimeError(f"{name} has not run {workflow} to its end: {_place(machine)}")
            self._wait_for_idle(name, idle, _LOOK_SECONDS)


@contextmanager
def data_centre(records: int, live: int) -> Iterator[DataCentre]:
    """Start an endpoint with so many machines' records, the first of which can be powered on.

    Raises:
        RuntimeError: It did not start.
    """
    with endpoint(records) as (url, server):
        centre = DataCentre(url, server, live)
        try:
            yield centre
        finally:
            centre.power_off()


def _place(machine: dict[str, Any]) -> str:
    done, tasks = max(machine["CurrentTask"], 0), machine["Tasks"]
    return f"it is at {tasks[done] if done < len(tasks) else 'the end'}, entry {done} of {len(tasks)}"
