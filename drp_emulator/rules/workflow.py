"""How a machine's task list follows its workflow, stage and boot environment."""

from collections.abc import Sequence

from drp_emulator.rules import tasklist
from drp_emulator.rules.findings import Findings
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document

# Before the first task: the runner has not asked for work yet.
_NOT_STARTED = -1
# Where older servers tell the agent which stage comes next.
STAGE_MAP = "change-stage/map"


def follow(
    old: Document | None,
    new: Document,
    transaction: Transaction,
    findings: Findings,
    *,
    force: bool = False,
) -> None:
    """Bring the machine `new` in line with what a client changed on it since `old`.

    Args:
        old: The machine as stored; None for a create.
        new: The machine about to be saved; changed here.
        transaction: Where workflows, stages and tasks are.
        findings: Receives changes that are not allowed now.
        force: Allow a change of stage or boot environment while tasks are pending.
    """
    if old is None:
        _begin(new, transaction, findings)
        return
    tasklist.check_current(old, new, findings)
    if new["Workflow"] != old["Workflow"]:
        _change_workflow(old, new, transaction)
    elif new["Workflow"]:
        _keep_to_workflow(old, new, findings)
    if not new["Workflow"]:
        _change_stage(old, new, transaction, findings, force=force)
    if findings.errors:
        return
    if new["Workflow"] == old["Workflow"] and (new["Workflow"] or new["Stage"] == old["Stage"]):
        tasklist.check_tasks(old, new, transaction, findings)


def settle(old: Document | None, new: Document) -> None:
    """Set the members of the machine that follow from the others."""
    moved = old is not None and new["BootEnv"] != old["BootEnv"]
    if moved or not new["Available"]:
        new["Runnable"] = False  # it must reboot first, or be repaired
    new["CurrentTask"] = min(new["CurrentTask"], len(new["Tasks"]))
    if "WorkflowComplete" in new:
        done = max(new["CurrentTask"], 0) >= len(new["Tasks"])
        new["WorkflowComplete"] = done or not new["Workflow"]


def _begin(new: Document, transaction: Transaction, findings: Findings) -> None:
    if new["Workflow"]:
        _start_workflow(new, transaction)
        return
    stage = transaction.get("stages", new["Stage"])
    if stage is None:
        return
    new["BootEnv"] = stage["BootEnv"] or new["BootEnv"]
    new["Tasks"] = list(stage["Tasks"] or new["Tasks"])
    if new["Tasks"]:
        new["CurrentTask"] = _NOT_STARTED
        new["Tasks"] = tasklist.expanded(new, transaction, findings)


def _change_workflow(old: Document, new: Document, transaction: Transaction) -> None:
    if new["Workflow"]:
        _start_workflow(new, transaction)
        return
    new["Params"].pop(STAGE_MAP, None)
    if new["Stage"] == old["Stage"]:
        new["Stage"] = ""


def _start_workflow(new: Document, transaction: Transaction) -> None:
    workflow = transaction.get("workflows", new["Workflow"])
    if workflow is None:
        return
    names = dict.fromkeys(workflow["Stages"])
    first = next((stage for name in names if (stage := transaction.get("stages", name))), None)
    if first is not None:
        new["Stage"] = first["Name"]
        new["BootEnv"] = first["BootEnv"] or new["BootEnv"]
    new["CurrentTask"] = _NOT_STARTED
    new["Tasks"] = _entries(workflow["Stages"], transaction)
    new["Tasks"] = tasklist.expanded(new, transaction)
    if "Context" in new:
        new["Context"] = new["Meta"].get("BaseContext", "")


def _entries(names: Sequence[str], transaction: Transaction) -> list[str]:
    boot_env, entries = "", []
    # Each stage is read once, however often it is named: it may be megabytes long.
    stages = {
        name: (stage["BootEnv"], stage["Tasks"])
        for name in dict.fromkeys(names)
        if (stage := transaction.get("stages", name)) is not None
    }
    for name in (name for name in names if name in stages):
        entries.append(f"stage:{name}")
        wanted, tasks = stages[name]
        if wanted and wanted != boot_env:
            boot_env = wanted
            entries.append(f"bootenv:{boot_env}")
        entries += tasks
        tasklist.refuse_long(entries)
    return entries


def _keep_to_workflow(old: Document, new: Document, findings: Findings) -> None:
    if new["BootEnv"] != old["BootEnv"]:
        findings.error("Changing machine bootenv not allowed")
    if new["Stage"] != old["Stage"]:
        findings.error("Changing machine stage not allowed")


def _change_stage(
    old: Document,
    new: Document,
    transaction: Transaction,
    findings: Findings,
    *,
    force: bool,
) -> None:
    if new["Stage"] == old["Stage"]:
        if new["BootEnv"] != old["BootEnv"] and new["Stage"] != transaction.preference("defaultStage") and not force:
            findings.error(
                f"Can not change bootenv while in a stage unless forced. old: {old['BootEnv']} new {new['BootEnv']}"
            )
        elif not old["Tasks"] and new["Tasks"] and new["Runnable"]:
            new["CurrentTask"] = _NOT_STARTED
        return
    pending = old["Tasks"] and old["CurrentTask"] != len(old["Tasks"])
    if pending and not old["Workflow"] and not force:
        findings.error("Can not change stages with pending tasks unless forced")
        return
    new["Stage"] = new["Stage"] or transaction.preference("defaultStage")
    stage = transaction.get("stages", new["Stage"])
    if stage is None:
        return
    new["BootEnv"] = stage["BootEnv"] or new["BootEnv"]
    new["CurrentTask"] = _NOT_STARTED
    new["Tasks"] = list(stage["Tasks"])
    new["Tasks"] = tasklist.expanded(new, transaction, findings)
