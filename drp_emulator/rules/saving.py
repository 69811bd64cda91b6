"""The one way an object gets into the store: prepared, checked, saved, announced."""

import uuid

from drp_emulator.access.credentials import random_word
from drp_emulator.object_types.object_type import SERVER_OWNED, ObjectType
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import RequestContext
from drp_emulator.rules import job_rules, references, validation, workflow
from drp_emulator.rules.findings import Findings
from drp_emulator.rules.hooks import Hooks
from drp_emulator.wire.cost import CostExceeded
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import ErrorReply


def create(context: RequestContext, new: Document) -> str:
    """Save a new object; returns its JSON text.

    Raises:
        ErrorReply: 400 without a key, 403, 409 when the key is taken, 422.
    """
    kind = context.kind
    if kind.key == "Uuid":
        new["Uuid"] = new["Uuid"] or str(uuid.uuid4())
    key = new[kind.key]
    if not key:
        raise ErrorReply(400, "CREATE", "Empty key not allowed", model=kind.prefix)
    context.demand("create", "")
    return add(context, kind, new)


def add(context: RequestContext, kind: ObjectType, new: Document, *, bundle: str = "") -> str:
    """Save a new object of any type; returns its JSON text.

    Args:
        context: The request, whose rights have been looked at.
        kind: The type.
        new: The object, with its key.
        bundle: The content pack it comes from, which makes it read-only.

    Raises:
        ErrorReply: 404 when it belongs to another endpoint, 409 when the key is taken, 422.
    """
    key = new[kind.key]
    if new["Endpoint"] and new["Endpoint"] != context.transaction.fact("id"):
        raise ErrorReply(404, "POST", "Not Found", model=kind.prefix, key=key)
    if context.transaction.has(kind.prefix, key):
        raise ErrorReply(409, "CREATE", "already exists", model=kind.prefix, key=key)
    for member in SERVER_OWNED:
        if member in new:
            new[member] = [] if member == "Errors" else False
    new["Bundle"], new["ReadOnly"] = bundle, bool(bundle)
    hooks_of(kind).complete(context, new)
    hooks_of(kind).begin(context, new)
    return _store(context, kind, None, new)


def update(context: RequestContext, old: Document, new: Document, action: str) -> str:
    """Save a changed object; returns its JSON text.

    Args:
        context: The request.
        old: What is stored now.
        new: What it shall become.
        action: The HTTP method, for the message.

    Raises:
        ErrorReply: 400 when it is read-only or its key changed, 403 when it is locked, 422.
    """
    kind = context.kind
    key = old[kind.key]
    refuse_locked(kind, old, new, action)
    for member in SERVER_OWNED:
        if member in new:
            new[member] = old[member]
    if old["ReadOnly"]:
        raise ErrorReply(400, action, key)
    if new[kind.key] != key:
        raise ErrorReply(400, action, f"Update: {kind.prefix}:{new[kind.key]} does not already exist")
    hooks_of(kind).complete(context, new)
    return _store(context, kind, old, new)


def replace(context: RequestContext, kind: ObjectType, old: Document, new: Document, *, running: bool = False) -> str:
    """Save what the endpoint itself changed, for instance when a machine takes its next task.

    Args:
        context: The request that led to it.
        kind: The type.
        old: What is stored now.
        new: What it shall become.
        running: The machine's task list moves on, which no client may do.
    """
    hooks_of(kind).complete(context, new)
    return _store(context, kind, old, new, running=running)


def refuse_locked(kind: ObjectType, old: Document, new: Document | None, action: str) -> None:
    """Refuse to touch a locked object, unless the touch unlocks it.

    Raises:
        ErrorReply: 403.
    """
    if old.get("Locked") and (new is None or new["Locked"]):
        raise ErrorReply(403, action, "Locked", model=kind.prefix, key=old[kind.key])


def remove(context: RequestContext, kind: ObjectType, old: Document) -> None:
    """Take an object out of the store."""
    key = old[kind.key]
    text = context.transaction.body(kind.prefix, key)
    context.transaction.delete(kind.prefix, key)
    announce(context, (kind.prefix, "delete", key), text, None)


def announce(context: RequestContext, what: tuple[str, str, str], text: str | None, original: str | None) -> None:
    """Record an event: type, action and key, then the object and what it was."""
    names = dict(zip(("Type", "Action", "Key"), what, strict=True))
    context.transaction.record({**names, "Principal": context.principal.label}, (text, original))


def _complete_machine(context: RequestContext, new: Document) -> None:
    _complete_user(context, new)
    new["Arch"] = new["Arch"] or "amd64"
    if context.dialect.modern:
        new["Pool"] = new["Pool"] or "default"
        new["PoolStatus"] = new["PoolStatus"] or "Free"


def _complete_user(_: RequestContext, new: Document) -> None:
    new["Secret"] = new["Secret"] or random_word()


def _complete_stage(_: RequestContext, new: Document) -> None:
    new["RunnerWait"] = True


def _complete_task(_: RequestContext, new: Document) -> None:
    new["Meta"] = dict(sorted({"feature-flags": "sane-exit-codes", **new["Meta"]}.items()))


def _begin_machine(context: RequestContext, new: Document) -> None:
    preference = context.transaction.preference
    new["Stage"] = new["Stage"] or preference("defaultStage")
    new["BootEnv"] = new["BootEnv"] or preference("defaultBootEnv")
    new["Workflow"] = new["Workflow"] or preference("defaultWorkflow")
    new["Runnable"] = True
    new["CurrentJob"] = ""
    if context.dialect.modern:
        new["CurrentTask"] = -1 if new["Tasks"] else 0
    else:
        new["CurrentTask"] = -1
        flags = {"feature-flags": "change-stage-v2", **new["Meta"]}
        new["Meta"] = dict(sorted(flags.items()))


def _store(
    context: RequestContext, kind: ObjectType, old: Document | None, new: Document, *, running: bool = False
) -> str:
    transaction = context.transaction
    key = new[kind.key]
    findings = Findings(key, context.dialect)
    try:
        _check(context, kind, old, new, findings, running=running)
    except CostExceeded as error:
        findings.error(f"The object cannot be checked: {error}")
    if findings.errors:
        raise ErrorReply(422, "ValidationError", findings.errors, model=kind.prefix, key=key)
    new["Validated"] = True
    new["Available"] = not findings.warnings
    new["Errors"] = findings.warnings
    hooks_of(kind).settle(old, new)
    original = None if old is None else transaction.body(kind.prefix, key)
    text = transaction.put(kind.prefix, key, new, unique_name(kind, new))
    announce(context, (kind.prefix, "create" if old is None else "update", key), text, original)
    if not running:
        hooks_of(kind).saved(context, old, new)
    return text


def _check(
    context: RequestContext,
    kind: ObjectType,
    old: Document | None,
    new: Document,
    findings: Findings,
    *,
    running: bool,
) -> None:
    transaction, force = context.transaction, context.flag("force")
    hooks_of(kind).check(context, old, new, findings, running=running)
    validation.check(kind, new, transaction, findings)
    references.check(kind, old, new, transaction, findings, force=force)
    _check_unique(context, kind, new, findings)


def _stop_after_failure(context: RequestContext, old: Document | None, job: Document) -> None:
    """Make the machine of a failed job not runnable, as version 4 does; with older servers the agent does it."""
    if (
        not context.dialect.modern
        or old is None
        or old["State"] == "failed"
        or job["State"] != "failed"
        or not job["Current"]
    ):
        return
    machine = context.transaction.get("machines", job["Machine"])
    if machine is not None and machine["Runnable"]:
        machines = object_types(context.dialect)["machines"]
        replace(context, machines, machine, {**machine, "Runnable": False}, running=True)


def unique_name(kind: ObjectType, document: Document) -> str | None:
    """Return the unique name of an object whose key is something else."""
    return document["Name"] if kind.key == "Uuid" and "Name" in document else None


def _check_unique(context: RequestContext, kind: ObjectType, new: Document, findings: Findings) -> None:
    name = unique_name(kind, new)
    if name is None:
        return
    holder = context.transaction.key_of(kind.prefix, name)
    if holder not in (None, findings.key):
        findings.plain_error(f"{kind.prefix}:{findings.key} violates unique index Name")


def _check_machine(
    context: RequestContext, old: Document | None, new: Document, findings: Findings, *, running: bool
) -> None:
    if not running:
        workflow.follow(old, new, context.transaction, findings, force=context.flag("force"))


def _check_job(
    context: RequestContext,
    old: Document | None,
    new: Document,
    findings: Findings,
    *,
    running: bool,  # noqa: ARG001 - a hook's
) -> None:
    job_rules.check(old, new, context.transaction, findings)


_HOOKS = {
    "jobs": Hooks(check=_check_job, saved=_stop_after_failure),
    "machines": Hooks(begin=_begin_machine, complete=_complete_machine, check=_check_machine, settle=workflow.settle),
    "stages": Hooks(complete=_complete_stage),
    "tasks": Hooks(complete=_complete_task),
    "users": Hooks(complete=_complete_user),
}
_NONE = Hooks()


def hooks_of(kind: ObjectType) -> Hooks:
    """Return what saving an object of this type does beside the common steps."""
    return _HOOKS.get(kind.prefix, _NONE)
