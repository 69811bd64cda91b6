"""What every save and delete checks about other objects."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.params.precedence import GLOBAL
from drp_emulator.rules import tasklist
from drp_emulator.rules.budgets import budget_of
from drp_emulator.rules.findings import Findings
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.dialects import Dialect
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import ErrorReply

# Task-list entries that name something other than a task.
_NOT_TASKS = ("action", "context", "chroot")
# A look into the store takes about as long as this many steps.
_LOOK_UP_STEPS = 2


def check(
    kind: ObjectType,
    old: Document | None,
    new: Document,
    transaction: Transaction,
    findings: Findings,
    *,
    force: bool = False,
) -> None:
    """Report every reference of `new` that leads nowhere.

    Args:
        kind: The type of `new`.
        old: What it replaces; None for a create.
        new: The object about to be saved.
        transaction: Where the others are.
        findings: Receives what is wrong.
        force: Take missing profiles of a new machine as a soft fault.
    """
    if kind.prefix == "machines":
        _check_machine(old, new, transaction, findings, force=force)
    elif kind.prefix == "stages":
        _warn_missing("Profile", "profiles", new["Profiles"], transaction, findings)
        _warn_missing("Task", "tasks", new["Tasks"], transaction, findings)
        if new["BootEnv"] and not transaction.has("bootenvs", new["BootEnv"]):
            findings.warning(f"BootEnv {new['BootEnv']} does not exist")
    elif kind.prefix == "workflows":
        _check_workflow(new, transaction, findings)
    elif kind.prefix == "tasks":
        _warn_missing("Task", "tasks", new["Prerequisites"], transaction, findings)
        if tasklist.circular(new, transaction):
            findings.warning(f"Task {new['Name']} is its own prerequisite")
    elif kind.prefix == "profiles" and findings.dialect.modern:
        _warn_missing("Profile", "profiles", new["Profiles"], transaction, findings)


def check_delete(kind: ObjectType, key: str, transaction: Transaction, findings: Findings) -> None:
    """Refuse to delete what others still use.

    Raises:
        ErrorReply: 409, a stage or task is still in use; a profile is a hard finding.
    """
    found = users(kind, [key], transaction, findings.dialect)[key]
    if kind.prefix == "profiles":
        findings.errors += found
    elif found:
        raise ErrorReply(409, "StillInUseError", found, model=kind.prefix, key=key)


def users(kind: ObjectType, keys: Iterable[str], transaction: Transaction, dialect: Dialect) -> dict[str, list[str]]:
    """Return for each of these objects why it cannot be deleted; all objects are read once."""
    found: dict[str, list[str]] = {key: [] for key in keys}
    if kind.prefix == "profiles" and GLOBAL in found:
        found[GLOBAL].append(f"Profile {GLOBAL} is the global profile, you cannot delete it")
    for prefix, used, message in _USES.get(kind.prefix, ()):
        for user in transaction.all(prefix):
            # A name twice in a list is one use.
            for key in sorted(found.keys() & set(used(user))):
                found[key].append(message.format(key=key, user=user))
    if kind.prefix != "profiles":
        return found
    return {key: _as_findings(key, reasons, dialect) for key, reasons in found.items()}


def _as_findings(key: str, reasons: list[str], dialect: Dialect) -> list[str]:
    findings = Findings(key, dialect)
    for reason in reasons:
        findings.error(reason)
    return findings.errors


# Which types use a type, the names in such an object, and how DRP says so.
_Uses = tuple[str, Callable[[Document], Iterable[str]], str]
_USES: dict[str, tuple[_Uses, ...]] = {
    "profiles": (
        ("machines", itemgetter("Profiles"), "Machine {user[Uuid]} is using profile {key}"),
        ("stages", itemgetter("Profiles"), "Stage {user[Name]} is using profile {key}"),
    ),
    "stages": (
        (
            "machines",
            lambda machine: (machine["Stage"], *_stages_in(machine["Tasks"])),
            "Stage {key} in use by Machine {user[Name]}",
        ),
    ),
    "bootenvs": (
        ("machines", lambda machine: (machine["BootEnv"],), "Bootenv {key} in use by Machine {user[Name]}"),
        ("stages", lambda stage: (stage["BootEnv"],), "Bootenv {key} in use by Stage {user[Name]}"),
    ),
    "tasks": (
        ("machines", itemgetter("Tasks"), "machines:{user[Uuid]} still uses {key}"),
        ("stages", itemgetter("Tasks"), "stages:{user[Name]} still uses {key}"),
    ),
}


def _stages_in(tasks: Sequence[str]) -> list[str]:
    return [entry.removeprefix("stage:") for entry in tasks if entry.startswith("stage:")]


def _check_machine(
    old: Document | None,
    new: Document,
    transaction: Transaction,
    findings: Findings,
    *,
    force: bool,
) -> None:
    profiles = new["Profiles"]
    missing = _missing("profiles", profiles, transaction)
    report = findings.error if old is None and not force else findings.warning
    for place in missing:
        report(f"Profile {profiles[place]} (at {place}) does not exist")
    first: dict[str, int] = {}
    absent = set(missing)
    for place, profile in enumerate(profiles):
        # DRP looks for duplicates among the profiles that exist only.
        if place not in absent and first.setdefault(profile, place) != place:
            findings.error(f"Duplicate profile {profile}: at {first[profile]} and {place}")
    _check_workflow_of(new, transaction, findings)
    _check_place(new, transaction, findings)
    _check_tasks(new, transaction, findings)


def _check_workflow_of(new: Document, transaction: Transaction, findings: Findings) -> None:
    name = new["Workflow"]
    if not name:
        return
    workflow = transaction.get("workflows", name)
    if workflow is None:
        findings.plain_error(f"Workflow {name} does not exist")
    elif not workflow["Available"]:
        findings.plain_error(f"Machine {new['Uuid']} wants Workflow {name}, which is not available")


def _check_place(new: Document, transaction: Transaction, findings: Findings) -> None:
    stage = transaction.get("stages", new["Stage"])
    if stage is None:
        findings.plain_error(f"Stage {new['Stage']} does not exist")
    elif not stage["Available"]:
        findings.plain_error(f"Machine {new['Uuid']} wants Stage {new['Stage']}, which is not available")
    boot_env = transaction.get("bootenvs", new["BootEnv"])
    if boot_env is None:
        findings.plain_error(f"Bootenv {new['BootEnv']} does not exist")
    elif boot_env["OnlyUnknown"]:
        findings.plain_error(
            f"BootEnv {new['BootEnv']} does not allow Machine assignments, it has the OnlyUnknown flag."
        )


def _check_tasks(new: Document, transaction: Transaction, findings: Findings) -> None:
    budget_of(transaction).spend(len(new["Tasks"]) * _LOOK_UP_STEPS)
    for place, entry in enumerate(new["Tasks"]):
        scope, _, name = entry.partition(":")
        if scope in _NOT_TASKS:
            continue
        if scope == "stage":
            if not transaction.has("stages", name):
                findings.error(f"Stage {name} (at {place}) does not exist")
        elif scope == "bootenv":
            if not transaction.has("bootenvs", name):
                findings.error(f"BootEnv {name} (at {place}) does not exist")
        elif not transaction.has("tasks", entry):
            findings.error(f"Task {entry} (at {place}) does not exist")


def _check_workflow(new: Document, transaction: Transaction, findings: Findings) -> None:
    budget_of(transaction).spend(len(new["Stages"]) * _LOOK_UP_STEPS)
    # Each stage is read once, however often it is named: it may be long.
    stages = {name: transaction.get("stages", name) for name in dict.fromkeys(new["Stages"])}
    for name in new["Stages"]:
        stage = stages[name]
        if stage is None:
            findings.warning(f"Stage {name} does not exist")
        elif not stage["Available"]:
            findings.warning(f"Stage {name} is not available")


def _warn_missing(
    noun: str,
    prefix: str,
    wanted: Sequence[str],
    transaction: Transaction,
    findings: Findings,
) -> None:
    for place in _missing(prefix, wanted, transaction):
        findings.warning(f"{noun} {wanted[place]} (at {place}) does not exist")


def _missing(prefix: str, wanted: Sequence[str], transaction: Transaction) -> list[int]:
    budget_of(transaction).spend(len(wanted) * _LOOK_UP_STEPS)
    return [place for place, name in enumerate(wanted) if not transaction.has(prefix, name)]
