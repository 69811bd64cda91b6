"""Run a machine's drain workflow before the machine leaves its cluster, while it still carries the profile."""

import time

from drp_provider.api.interface import Api, Document
from drp_provider.engine.console import say
from drp_provider.engine.machines.start import NONE, RUNNABLE, WORKFLOW
from drp_provider.engine.machines.status import Machine, MachineStatus, status_of
from drp_provider.engine.retry import NOT_LANDED, NotLanded, Rejection, settle
from drp_provider.errors import DrpError, NotFound, NotReady, may_pass
from drp_provider.models.base import Inputs
from drp_provider.models.machine_workflow import MachineWorkflow
from drp_provider.patch.operation import replace, test, to_wire

POLL = 1.0
_DEFAULT_TIMEOUT = MachineWorkflow.model_fields["drain_timeout"].default


def drain(api: Api, uuid: str, subject: str, olds: Inputs, ours: set[str]) -> None:
    """Start the drain workflow on a machine that has one of our workflows, and wait until it is complete.

    A machine that is gone, or whose workflow another client has changed or cleared, is not drained. A printed line says
    so.

    Raises:
        NotReady: the drain workflow failed, or took longer than `drain_timeout`.
    """
    workflow = str(olds["drain_workflow"])
    if _begin(api, uuid, subject, workflow, ours):
        _wait(api, uuid, subject, workflow, olds.get("drain_timeout") or _DEFAULT_TIMEOUT)


def _begin(api: Api, uuid: str, subject: str, workflow: str, ours: set[str]) -> bool:
    live: Document | None = api.find("machines", uuid)

    def send() -> bool:
        if live is None or live["Workflow"] not in {workflow, *ours}:
            found = "is gone" if live is None else f"has the workflow {live['Workflow'] or '(none)'!r}"
            say(f"{subject} {found}, so it leaves without its drain workflow {workflow!r}")
            return False
        if live["Workflow"] != workflow:
            change = [test(WORKFLOW, live["Workflow"]), replace(WORKFLOW, workflow), replace(RUNNABLE, value=True)]
            api.patch("machines", uuid, to_wire(change))
        return True

    def recheck(_: Rejection) -> NotLanded:
        nonlocal live
        live = api.find("machines", uuid)
        return NOT_LANDED

    try:
        return settle(subject, send, recheck)
    except NotFound:
        return False


def _wait(api: Api, uuid: str, subject: str, workflow: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    say(f"{subject}: waiting for its drain workflow {workflow!r}, {timeout:g} s at most")
    while True:
        machine = _read(api, uuid, deadline)
        if machine is not None and (machine.workflow != workflow or _has_drained(subject, machine, workflow)):
            return
        if time.monotonic() >= deadline:
            raise NotReady(
                f"{subject} did not complete its drain workflow {workflow!r} within {timeout:g} s, so it stays in its "
                f"cluster: look at the machine, then run the program again; {_hint_to_skip(uuid)}."
            )
        time.sleep(POLL)


def _read(api: Api, uuid: str, deadline: float) -> Machine | None:
    """Return the machine, or None while the endpoint is away. A machine that is gone counts as one without a workflow.

    If the endpoint is still away at the deadline, raise that error.
    """
    try:
        found = api.find("machines", uuid)
    except DrpError as error:
        if not may_pass(error) or time.monotonic() >= deadline:
            raise
        return None
    return Machine(found if found is not None else {"Uuid": uuid, "Name": uuid, "Workflow": NONE})


def _has_drained(subject: str, machine: Machine, workflow: str) -> bool:
    status = status_of(machine, workflow)
    if status in {MachineStatus.STOPPED, MachineStatus.UNAVAILABLE}:
        raise NotReady(
            f"{subject} failed in its drain workflow {workflow!r} at {machine.doing}, so it stays in its cluster: mend "
            f"it, then run the program again; {_hint_to_skip(machine.uuid)}."
        )
    return status is MachineStatus.DONE


def _hint_to_skip(uuid: str) -> str:
    return f"""to let it leave without, run `drpcli machines update {uuid} '{{"Workflow":""}}'` first"""
