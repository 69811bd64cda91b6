"""The task list of a machine: what has run, what may still be changed, and what must be done first."""

from collections.abc import Iterator

from drp_emulator.rules.budgets import budget_of
from drp_emulator.rules.findings import Findings
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import ErrorReply

_STAGE, _BOOT_ENV = "stage:", "bootenv:"
MOST_ENTRIES = 10_000
_NAMES_PER_STEP = 64


def split(machine: Document) -> tuple[list[str], list[str], list[str]]:
    """Return what has run or runs, what may be changed, and what comes after the next change of stage."""
    tasks, current = machine["Tasks"], machine["CurrentTask"]
    past, present = tasks[: current + 1], tasks[current + 1 :]
    for place, entry in enumerate(present):
        if entry.startswith(_STAGE):
            return past, present[:place], present[place:]
    return past, present, []


def check_current(old: Document, new: Document, findings: Findings) -> None:
    """Only jobs move a machine forward; a client may send it back."""
    was, wanted = old["CurrentTask"], new["CurrentTask"]
    if wanted == was or wanted < 0 or not new["Tasks"]:
        return
    if new["Tasks"] != old["Tasks"]:
        findings.error("Cannot change task list and current task at the same time")
    elif wanted > was:
        findings.error(f"Cannot advance CurrentTask from {was} to {wanted} without running jobs")


def check_tasks(old: Document, new: Document, transaction: Transaction, findings: Findings) -> None:
    """Hold a changed task list against what has run and what is fixed; add what must be done first."""
    if new["CurrentTask"] != old["CurrentTask"]:
        if new["CurrentTask"] < 0 and new["Runnable"]:
            new["CurrentTask"] = _restart(new, old["CurrentTask"], transaction)
        return
    if new["Tasks"] == old["Tasks"]:
        return
    past, present, future = split(old)
    new_past, new_present, new_future = split(new)
    if new_past != past:
        removed = len(past) > len(new_past)
        findings.error(
            "Cannot remove tasks that have already executed or are already executing"
            if removed
            else "Cannot change tasks that have already executed or are executing"
        )
    elif new_future != future:
        findings.error("Cannot change tasks that are past the next stage transition")
    elif new_present != present:
        new["Tasks"] = expanded(new, transaction, findings)


def expanded(machine: Document, transaction: Transaction, findings: Findings | None = None) -> list[str]:
    """Return the task list with the prerequisites of each task before it, once in each boot environment.

    Raises:
        ErrorReply: 422, the list becomes too long.
    """
    result: list[str] = []
    seen: set[str] = set()
    # The tasks whose prerequisites are in the list already.
    prepared: set[str] = set()
    boot_env = machine["BootEnv"]
    tasks = _Tasks(transaction)
    for place, entry in enumerate(machine["Tasks"]):
        if entry.startswith(_BOOT_ENV) and entry != f"{_BOOT_ENV}{boot_env}":
            boot_env = entry.removeprefix(_BOOT_ENV)
            seen.clear()
            prepared.clear()
        elif ":" not in entry:
            if machine["CurrentTask"] <= place:
                prepared.add(entry)
                for task in _before(entry, tasks, prepared):
                    if task not in seen:
                        seen.add(task)
                        result.append(task)
                if findings is not None and tasks.unavailable(entry):
                    findings.error(f"Task {entry} is not available")
            seen.add(entry)
        result.append(entry)
        refuse_long(result)
    return result


def refuse_long(tasks: list[str]) -> None:
    """Refuse a task list that a few short stages can make longer than the memory holds.

    Raises:
        ErrorReply: 422.
    """
    if len(tasks) > MOST_ENTRIES:
        message = f"The task list would have more than {MOST_ENTRIES} entries"
        raise ErrorReply(422, "ValidationError", message, model="machines")


def circular(task: Document, transaction: Transaction) -> bool:
    """Return whether a task is, over any number of steps, its own prerequisite."""
    budget = budget_of(transaction)
    reached: set[str] = set()
    waiting = list(task["Prerequisites"])
    while waiting:
        name = waiting.pop()
        if name == task["Name"]:
            return True
        other = None if name in reached else transaction.get("tasks", name)
        reached.add(name)
        budget.spend(1 + len(waiting) // _NAMES_PER_STEP)
        waiting += other["Prerequisites"] if other else []
    return False


def _before(name: str, tasks: "_Tasks", above: set[str]) -> Iterator[str]:
    for prerequisite in tasks.prerequisites(name):
        if prerequisite not in above:
            above.add(prerequisite)
            yield from _before(prerequisite, tasks, above)
            yield prerequisite


class _Tasks:
    """Tasks by name, each read once however often a list names it: it may be megabytes long."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._read: dict[str, tuple[list[str], bool]] = {}

    def prerequisites(self, name: str) -> list[str]:
        """Return the tasks that must run before this one; none if it does not exist."""
        return self._facts(name)[0]

    def unavailable(self, name: str) -> bool:
        """Return whether the task exists and cannot be used."""
        return self._facts(name)[1]

    def _facts(self, name: str) -> tuple[list[str], bool]:
        if name not in self._read:
            task = self._transaction.get("tasks", name)
            self._read[name] = (task["Prerequisites"], not task["Available"]) if task else ([], False)
        return self._read[name]


def _restart(machine: Document, current: int, transaction: Transaction) -> int:
    """Where a list starts again: at the first stage since the machine came into its boot environment."""
    start = -1
    # Each stage is read once, however often the list names it: it may be megabytes long.
    boot_envs: dict[str, str] = {}
    for place in range(min(current, len(machine["Tasks"]) - 1), -1, -1):
        entry = machine["Tasks"][place]
        if not entry.startswith(_STAGE):
            continue
        if entry not in boot_envs:
            stage = transaction.get("stages", entry.removeprefix(_STAGE))
            boot_envs[entry] = stage["BootEnv"] if stage else ""
        if not boot_envs[entry]:
            continue
        if boot_envs[entry] != machine["BootEnv"]:
            break
        start = place
    return start
