"""The progress of a machine in its workflow, for DRP v3 and v4 (DRP API, section "Waiting from outside")."""

from collections.abc import Collection
from enum import Enum
from typing import Any

from drp_provider.models.fields import RUN_KEY_PREFIX
from drp_provider.runs import run_in


class MachineStatus(Enum):
    """The progress of a machine in its workflow."""

    DONE = "done"
    WORKING = "working"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    UNAVAILABLE = "unavailable"


class Machine:
    """The progress of a machine, read from its document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.uuid: str = document["Uuid"]
        self.name: str = document["Name"]
        self.workflow: str = document.get("Workflow") or ""
        self.job: str = document.get("CurrentJob") or ""

    def run_in(self, profile: str) -> str | None:
        """Return the run of the cluster that this machine has begun, or None; the document must hold Meta."""
        return run_in((self._document.get("Meta") or {}).get(f"{RUN_KEY_PREFIX}{profile}"))

    @property
    def is_complete(self) -> bool:
        """Return whether the workflow is complete: v4 has a field for it, v3 reaches the end of the list of tasks."""
        complete = self._document.get("WorkflowComplete")
        if complete is not None:
            return bool(complete)
        tasks = self._document.get("Tasks") or []
        if not tasks:
            return not self.workflow
        return bool(self._document.get("CurrentTask", -1) >= len(tasks))

    @property
    def is_available(self) -> bool:
        """Return whether the endpoint calls the machine available."""
        return bool(self._document.get("Available", True))

    @property
    def is_runnable(self) -> bool:
        """Return whether the machine takes jobs."""
        return bool(self._document.get("Runnable"))

    @property
    def has_begun(self) -> bool:
        """Return whether an agent has taken a job of its list of tasks."""
        return bool(self._document.get("CurrentTask", -1) >= 0)

    @property
    def doing(self) -> str:
        """Return the current task, or why there is none."""
        if not self.is_runnable:
            return "stopped"
        if not self.has_begun:
            return "the start"
        tasks, current = self._document.get("Tasks") or [], self._document.get("CurrentTask", -1)
        return str(tasks[max(current, 0)]) if max(current, 0) < len(tasks) else "the end"


def status_of(machine: Machine, workflow: str | None, final_workflows: Collection[str] = ()) -> MachineStatus:
    """Return the progress of a machine in the workflow it was given; None means the workflow that it has.

    With `final_workflows`, tasks set further workflows, and the machine is done at the end of a final one.
    """
    is_chained = bool(final_workflows and machine.workflow)
    if workflow is not None and machine.workflow != workflow and not is_chained:
        return MachineStatus.CANCELLED
    if not machine.is_available:
        return MachineStatus.UNAVAILABLE
    if machine.is_complete:
        return (
            MachineStatus.DONE if not final_workflows or machine.workflow in final_workflows else MachineStatus.WORKING
        )
    return MachineStatus.WORKING if machine.is_runnable else MachineStatus.STOPPED
