"""What a job may be: its states, its times, and when it can go."""

from drp_emulator.object_types.members import TIME
from drp_emulator.rules.findings import Findings
from drp_emulator.storage.clock import now
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import ErrorReply

NO_JOB = "00000000-0000-0000-0000-000000000000"
ENDED = ("finished", "failed")
_STATES = ("created", "running", "incomplete", *ENDED)
_EXIT_STATES = ("", "complete", "reboot", "poweroff", "stop", "failed")


def check(old: Document | None, new: Document, transaction: Transaction, findings: Findings) -> None:
    """Check the states of a job and note when it started and ended."""
    if new["State"] not in _STATES:
        findings.error(f"Invalid State `{new['State']}`")
    if new["ExitState"] not in _EXIT_STATES:
        findings.error(f"Invalid ExitState `{new['ExitState']}`")
    if old is not None:
        # Whose job it is and whether it is the current one is not for clients to say.
        for member in ("Machine", "Previous", "Current"):
            new[member] = old[member]
    if new["Current"] and new["State"] not in ENDED:
        _fail_without_task(new, transaction, findings)
    before = "" if old is None else old["State"]
    if new["State"] == before:
        return
    if new["State"] == "running":
        new["StartTime"] = now()
    elif new["State"] in ENDED and new["EndTime"] == TIME.zero():
        new["EndTime"] = now()


def refuse_delete(job: Document, transaction: Transaction) -> None:
    """Keep a job that its machine still works on.

    Raises:
        ErrorReply: 422.
    """
    if job["State"] in ENDED or not job["Current"] or not transaction.has("machines", job["Machine"]):
        return
    message = f"Jobs {job['Uuid']} is not in a deletable state: {job['State']}"
    raise ErrorReply(422, "ValidationError", message, model="jobs", key=job["Uuid"])


def _fail_without_task(new: Document, transaction: Transaction, findings: Findings) -> None:
    if ":" not in new["Task"] and not transaction.has("tasks", new["Task"]):
        findings.warning(f"Task {new['Task']} does not exist")
    stage = transaction.get("stages", new["Stage"])
    if stage is None:
        findings.warning(f"Stage {new['Stage']} does not exist")
    elif not stage["Available"]:
        findings.warning(f"Stage {new['Stage']} is not available")
    if findings.warnings:
        new["State"] = "failed"
