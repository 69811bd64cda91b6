"""The one way an object gets into the store: prepared, checked, saved, announced."""

import uuid

from drp_provider.embedded.access.credentials import random_word
from drp_provider.embedded.calls import Call
from drp_provider.embedded.changes import job_rules, references, validation, workflow
from drp_provider.embedded.changes.findings import Findings
from drp_provider.embedded.object_types.object_type import SERVER_OWNED, ObjectType
from drp_provider.embedded.object_types.prefixes import object_types
from drp_provider.embedded.wire.documents import Document
from drp_provider.embedded.wire.faults import Fault


def create(call: Call, new: Document) -> str:
    """Save a new object; returns its JSON text.

    Raises:
        Fault: 400 without a key, 403, 409 when the key is taken, 422.
    """
    kind = call.kind
    if kind.key == "Uuid":
        new["Uuid"] = new["Uuid"] or str(uuid.uuid4())
    key = new[kind.key]
    if not key:
        raise Fault(400, "CREATE", "Empty key not allowed", model=kind.prefix)
    call.demand("create", "")
    return add(call, kind, new)


def add(call: Call, kind: ObjectType, new: Document, *, bundle: str = "") -> str:
    """Save a new object of any type; returns its JSON text.

    Args:
        call: The request, whose rights have been looked at.
        kind: The type.
        new: The object, with its key.
        bundle: The content pack it comes from, which makes it read-only.

    Raises:
        Fault: 404 when it belongs to another endpoint, 409 when the key is taken, 422.
    """
    key = new[kind.key]
    if new["Endpoint"] and new["Endpoint"] != call.transaction.fact("id"):
        raise Fault(404, "POST", "Not Found", model=kind.prefix, key=key)
    if call.transaction.has(kind.prefix, key):
        raise Fault(409, "CREATE", "already exists", model=kind.prefix, key=key)
    for member in SERVER_OWNED:
        if member in new:
            new[member] = [] if member == "Errors" else False
    new["Bundle"], new["ReadOnly"] = bundle, bool(bundle)
    _complete(call, kind, new)
    if kind.prefix == "machines":
        _begin_machine(call, new)
    return _store(call, kind, None, new)


def update(call: Call, old: Document, new: Document, action: str) -> str:
    """Save a changed object; returns its JSON text.

    Args:
        call: The request.
        old: What is stored now.
        new: What it shall become.
        action: The HTTP method, for the message.

    Raises:
        Fault: 400 when it is read-only or its key changed, 403 when it is locked, 422.
    """
    kind = call.kind
    key = old[kind.key]
    refuse_locked(kind, old, new, action)
    for member in SERVER_OWNED:
        if member in new:
            new[member] = old[member]
    if old["ReadOnly"]:
        raise Fault(400, action, key)
    if new[kind.key] != key:
        raise Fault(400, action, f"Update: {kind.prefix}:{new[kind.key]} does not already exist")
    _complete(call, kind, new)
    return _store(call, kind, old, new)


def replace(call: Call, kind: ObjectType, old: Document, new: Document, *, running: bool = False) -> str:
    """Save what the endpoint itself changed, for instance when a machine takes its next task.

    Args:
        call: The request that led to it.
        kind: The type.
        old: What is stored now.
        new: What it shall become.
        running: The machine's task list moves on, which no client may do.
    """
    _complete(call, kind, new)
    return _store(call, kind, old, new, running=running)


def refuse_locked(kind: ObjectType, old: Document, new: Document | None, action: str) -> None:
    """Refuse to touch a locked object, unless the touch unlocks it.

    Raises:
        Fault: 403.
    """
    if old.get("Locked") and (new is None or new["Locked"]):
        raise Fault(403, action, "Locked", model=kind.prefix, key=old[kind.key])


def remove(call: Call, kind: ObjectType, old: Document) -> None:
    """Take an object out of the store."""
    key = old[kind.key]
    text = call.transaction.body(kind.prefix, key)
    call.transaction.delete(kind.prefix, key)
    announce(call, (kind.prefix, "delete", key), text, None)


def announce(call: Call, what: tuple[str, str, str], text: str | None, original: str | None) -> None:
    """Tell whoever listens: type, action and key, then the object and what it was."""
    names = dict(zip(("Type", "Action", "Key"), what, strict=True))
    call.transaction.record({**names, "Principal": call.principal.label}, (text, original))


def _complete(call: Call, kind: ObjectType, new: Document) -> None:
    prefix = kind.prefix
    if prefix in ("machines", "users"):
        new["Secret"] = new["Secret"] or random_word()
    if prefix == "machines":
        new["Arch"] = new["Arch"] or "amd64"
        if call.dialect.modern:
            new["Pool"] = new["Pool"] or "default"
            new["PoolStatus"] = new["PoolStatus"] or "Free"
    elif prefix == "stages":
        new["RunnerWait"] = True
    elif prefix == "tasks":
        new["Meta"] = dict(sorted({"feature-flags": "sane-exit-codes", **new["Meta"]}.items()))


def _begin_machine(call: Call, new: Document) -> None:
    preference = call.transaction.preference
    new["Stage"] = new["Stage"] or preference("defaultStage")
    new["BootEnv"] = new["BootEnv"] or preference("defaultBootEnv")
    new["Workflow"] = new["Workflow"] or preference("defaultWorkflow")
    new["Runnable"] = True
    new["CurrentJob"] = ""
    if call.dialect.modern:
        new["CurrentTask"] = -1 if new["Tasks"] else 0
    else:
        new["CurrentTask"] = -1
        flags = {"feature-flags": "change-stage-v2", **new["Meta"]}
        new["Meta"] = dict(sorted(flags.items()))


def _store(call: Call, kind: ObjectType, old: Document | None, new: Document, *, running: bool = False) -> str:
    transaction = call.transaction
    key = new[kind.key]
    findings = Findings(key, call.dialect)
    force = call.flag("force")
    if kind.prefix == "machines" and not running:
        workflow.follow(old, new, transaction, findings, force=force)
    elif kind.prefix == "jobs":
        job_rules.check(old, new, transaction, findings)
    validation.check(kind, new, transaction, findings)
    references.check(kind, old, new, transaction, findings, force=force)
    _check_unique(call, kind, new, findings)
    if findings.hard:
        raise Fault(422, "ValidationError", findings.hard, model=kind.prefix, key=key)
    new["Validated"] = True
    new["Available"] = not findings.soft
    new["Errors"] = findings.soft
    if kind.prefix == "machines":
        workflow.settle(old, new)
    original = None if old is None else transaction.body(kind.prefix, key)
    text = transaction.put(kind.prefix, key, new, unique_name(kind, new))
    announce(call, (kind.prefix, "create" if old is None else "update", key), text, original)
    if kind.prefix == "jobs" and call.dialect.modern and not running:
        _stop_after_failure(call, old, new)
    return text


def _stop_after_failure(call: Call, old: Document | None, job: Document) -> None:
    """From version 4 on a machine whose job failed waits for somebody to look; before, its agent saw to that."""
    if old is None or old["State"] == "failed" or job["State"] != "failed" or not job["Current"]:
        return
    machine = call.transaction.get("machines", job["Machine"])
    if machine is not None and machine["Runnable"]:
        machines = object_types(call.dialect)["machines"]
        replace(call, machines, machine, {**machine, "Runnable": False}, running=True)


def unique_name(kind: ObjectType, document: Document) -> str | None:
    """The unique name of an object whose key is something else."""
    return document["Name"] if kind.key == "Uuid" and "Name" in document else None


def _check_unique(call: Call, kind: ObjectType, new: Document, findings: Findings) -> None:
    name = unique_name(kind, new)
    if name is None:
        return
    holder = call.transaction.key_of(kind.prefix, name)
    if holder not in (None, findings.key):
        findings.refuse_plainly(f"{kind.prefix}:{findings.key} violates unique index Name")
