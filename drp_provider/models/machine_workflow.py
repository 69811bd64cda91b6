"""MachineWorkflow: the workflow of one machine (DRP `models/machine.go`, fields Workflow and Runnable)."""

from typing import Any

from pydantic import StrictBool, StrictStr

from drp_provider.models.base import Held
from drp_provider.models.fields import Machine, Name


class MachineWorkflow(Held):
    """A machine goes through a workflow."""

    noun = "machine workflow"
    prefix = "machines"
    holder = "machine"
    identity = ("machine",)

    machine: Machine
    workflow: Name
    runnable: StrictBool | None = None
    restart: StrictStr | None = None
    place: dict[str, Any] | None = None
    force: list[str] | None = None
