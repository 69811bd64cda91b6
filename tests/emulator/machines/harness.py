"""Content for simulated machines, and a look at what they make of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drp_emulator import Emulator
from tests.support.admin import AdminClient

PATIENCE_SECONDS = 60.0
_BETWEEN_LOOKS_SECONDS = 0.05
BASH = "#!/usr/bin/env bash\n"


def eventually(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Look again and again until the condition holds; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(_BETWEEN_LOOKS_SECONDS)


def is_alive(process: int) -> bool:
    """Whether a process runs; one that is only waiting to be taken note of does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass
class Harness:
    """An admin's view of an emulator."""

    emulator: Emulator
    admin: AdminClient

    @property
    def simulator(self) -> Emulator:
        """The emulator, under the name that tests/content still uses."""
        return self.emulator

    def task(self, name: str, script: str, **members: Any) -> str:
        """A task that runs one script with bash."""
        templates = [{"Name": "script", "Contents": BASH + script}]
        self.admin.post("tasks", {"Name": name, "Templates": templates, **members})
        return name

    def workflow(self, name: str, *tasks: str) -> str:
        """A workflow of one stage with these tasks."""
        self.admin.post("stages", {"Name": f"{name}-stage", "Tasks": list(tasks)})
        self.admin.post("workflows", {"Name": name, "Stages": [f"{name}-stage"]})
        return name

    def set(self, machine: str, member: str, value: Any) -> Any:
        return self.admin.patch(f"machines/Name:{machine}", {"op": "replace", "path": f"/{member}", "value": value})

    def start(self, workflow: str, *machines: str) -> None:
        """Set the workflow, again if it is set already."""
        for machine in machines or self.emulator.machines:
            if self.machine(machine)["Workflow"]:
                self.set(machine, "Workflow", "")
            self.set(machine, "Workflow", workflow)

    def machine(self, name: str) -> dict[str, Any]:
        return dict(self.admin.get(f"machines/Name:{name}"))

    def is_complete(self, machine: str) -> bool:
        """Whether its workflow has run to the end, told as both dialects tell it."""
        found = self.machine(machine)
        over = len(found["Tasks"]) > 0 and found["CurrentTask"] >= len(found["Tasks"])
        return bool(found.get("WorkflowComplete", over) and over)

    def wait_until_complete(self, *machines: str) -> None:
        for machine in machines or self.emulator.machines:
            eventually(lambda: self.is_complete(machine))  # noqa: B023 - used before the next turn

    def wait_until_stopped(self, machine: str) -> dict[str, Any]:
        """Wait for a job's end that leaves the machine not runnable; returns the machine."""
        eventually(lambda: not self.machine(machine)["Runnable"] and self.jobs(machine)[-1]["State"] != "running")
        return self.machine(machine)

    def jobs(self, machine: str) -> list[dict[str, Any]]:
        """Its jobs that ran a task, oldest first."""
        uuid = self.emulator.machines[machine]
        found = [job for job in self.admin.get("jobs") if job["Machine"] == uuid and ":" not in job["Task"]]
        return sorted((job for job in found if job["Task"]), key=lambda job: str(job["StartTime"]))

    def outcomes(self, machine: str) -> list[tuple[str, str, str]]:
        """Task, State and ExitState of its jobs."""
        return [(job["Task"], job["State"], job["ExitState"]) for job in self.jobs(machine)]

    def log(self, job: dict[str, Any]) -> str:
        return self.admin.send("GET", f"jobs/{job['Uuid']}/log").text
