"""How a machine's task list follows its workflow, stage and boot environment."""

from collections.abc import Iterator, Sequence

from drp_provider.embedded.documents import Document
from drp_provider.embedded.findings import Findings
from drp_provider.embedded.store import Transaction

# Before the first task: the runner has not asked for work yet.
_NOT_STARTED = -1


def follow(
    old: Document | None,
    new: Document,
    transaction: Transaction,
    findings: Findings,
    *,
    force: bool = False,
) -> None:
    """Bring the machine `new` in line with what changed on it since `old`.

    Args:
        old: The machine as stored; None for a create.
        new: The machine about to be saved; changed here.
        transaction: Where workflows, stages and tasks are.
        findings: Receives changes that are not allowed now.
        force: Allow a change of stage while tasks are pending.
    """
    before = _beginning(new) if old is None else old
    if new["Workflow"] != before["Workflow"]:
        _start_workflow(before, new, transaction)
    elif new["Workflow"]:
        _keep_to_workflow(before, new, findings)
    elif new["Stage"] != before["Stage"]:
        _enter_stage(before, new, transaction, findings, force=force)
    if old is None:
        return
    if new["BootEnv"] != old["BootEnv"]:
        new["Runnable"] = False  # it must reboot first
    started_anew = new["Workflow"] != old["Workflow"] or new["Stage"] != old["Stage"]
    if not started_anew and new["CurrentTask"] > old["CurrentTask"]:
        findings.refuse(
            f"Cannot advance CurrentTask from {old['CurrentTask']} to {new['CurrentTask']} without running jobs"
        )


def _beginning(new: Document) -> Document:
    return {**new, "Workflow": "", "CurrentTask": _NOT_STARTED}


def _start_workflow(old: Document, new: Document, transaction: Transaction) -> None:
    if not new["Workflow"]:
        new["Stage"] = transaction.preference("defaultStage")
        _set_tasks(new, [])
        return
    workflow = transaction.get("workflows", new["Workflow"])
    if workflow is None:
        return
    stages = [transaction.get("stages", name) for name in workflow["Stages"]]
    known = [stage for stage in stages if stage is not None]
    _set_tasks(new, list(_tasks_of(known, old["BootEnv"], transaction)))
    if known:
        new["Stage"] = known[0]["Name"]
    if "Context" in new:
        new["Context"] = new["Meta"].get("BaseContext", "")


def _tasks_of(stages: Sequence[Document], boot_env: str, transaction: Transaction) -> Iterator[str]:
    for stage in stages:
        if stage["BootEnv"] and stage["BootEnv"] != boot_env:
            boot_env = stage["BootEnv"]
            yield f"bootenv:{boot_env}"
        yield f"stage:{stage['Name']}"
        seen: set[str] = set()
        for task in stage["Tasks"]:
            yield from _with_prerequisites(task, seen, transaction)


def _with_prerequisites(name: str, seen: set[str], transaction: Transaction) -> Iterator[str]:
    if name in seen:
        return
    seen.add(name)
    task = transaction.get("tasks", name)
    for prerequisite in task["Prerequisites"] if task else ():
        yield from _with_prerequisites(prerequisite, seen, transaction)
    yield name


def _keep_to_workflow(old: Document, new: Document, findings: Findings) -> None:
    if new["Stage"] != old["Stage"]:
        findings.refuse("Changing machine stage not allowed")
    if new["BootEnv"] != old["BootEnv"]:
        findings.refuse("Changing machine bootenv not allowed")
    if new["Tasks"] == old["Tasks"]:
        return
    done = max(old["CurrentTask"] + 1, 0)
    if new["Tasks"][:done] != old["Tasks"][:done]:
        findings.refuse("Cannot remove tasks that have already executed or are already executing")
        return
    fixed = _after_this_stage(old["Tasks"], done)
    if fixed and new["Tasks"][-len(fixed) :] != fixed:
        findings.refuse("Cannot change tasks that are past the next stage transition")


def _after_this_stage(tasks: Sequence[str], start: int) -> list[str]:
    # The entry the machine is about to take may be its own stage's.
    for place in range(max(start, 1), len(tasks)):
        if tasks[place].startswith(("stage:", "bootenv:")):
            return list(tasks[place:])
    return []


def _enter_stage(
    old: Document,
    new: Document,
    transaction: Transaction,
    findings: Findings,
    *,
    force: bool,
) -> None:
    if old["CurrentTask"] < len(old["Tasks"]) and old["Tasks"] and not force:
        findings.refuse("Can not change stages with pending tasks unless forced")
        return
    new["Stage"] = new["Stage"] or transaction.preference("defaultStage")
    stage = transaction.get("stages", new["Stage"])
    if stage is not None:
        _set_tasks(new, list(stage["Tasks"]))
        new["BootEnv"] = stage["BootEnv"] or new["BootEnv"]


def _set_tasks(new: Document, tasks: list[str]) -> None:
    new["Tasks"] = tasks
    new["CurrentTask"] = _NOT_STARTED
    if "WorkflowComplete" in new:
        new["WorkflowComplete"] = not tasks
