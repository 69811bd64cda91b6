"""The requests that every object type has: read, create, replace, patch, delete."""

from drp_emulator.params.secure import Opener
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.rules import job_rules, references, saving
from drp_emulator.rules.findings import Findings
from drp_emulator.wire.documents import Document, Undecodable
from drp_emulator.wire.error_replies import ErrorReply, forbidden
from drp_emulator.wire.patching import Patch, PatchFailure

SLIM_MEMBERS = ("Params", "Meta")


def read(context: RequestContext) -> Reply:
    """GET one object."""
    _, document = context.existing()
    # DRP holds this claim against the path as it is spelled.
    return Reply(shown(context, document, opener(context, context.name)))


def exists(context: RequestContext) -> Reply:
    """HEAD one object: DRP asks for no right here."""
    context.existing(readable=False)
    return Reply("")


def create(context: RequestContext) -> Reply:
    """POST a new object."""
    try:
        new = context.kind.struct(context.dialect).decode(context.payload())
    except Undecodable as error:
        raise ErrorReply(400, context.method, str(error)) from None
    return Reply(saving.create(context, new), status=201)


def replace(context: RequestContext) -> Reply:
    """PUT a whole object in place of another."""
    body = context.payload()
    key, old = context.existing(readable=False)
    context.demand("update", context.kind.subject(old))
    try:
        new = context.kind.struct(context.dialect).decode(body)
    except Undecodable as error:
        raise ErrorReply(400, context.method, str(error)) from None
    if new[context.kind.key] != key:
        raise ErrorReply(
            400,
            context.method,
            f"Key change from {key} to {new[context.kind.key]} not allowed",
            model=context.kind.prefix,
            key=key,
        )
    return Reply(saving.update(context, old, new, context.method))


def patch(context: RequestContext) -> Reply:
    """PATCH an object: all operations or none, on what is stored at this moment."""
    changes = decoded_patch(context)
    key, old = context.existing(readable=False)
    prefix = context.kind.prefix
    if not context.principal.may_change(prefix, context.kind.subject(old), changes.changed_pointers()):
        raise forbidden(context.request.path, prefix, "patch", key)
    try:
        result = changes.apply(context.transaction.get(prefix, key))
        new = context.kind.struct(context.dialect).decode(result)
    except PatchFailure as failure:
        messages = [
            f"Patch error at line {failure.line}: {failure.reason}",
            changes.quoted(failure.line, context.dialect),
        ]
        raise ErrorReply(409, context.method, messages, model=prefix, key=key) from None
    except Undecodable as error:
        raise ErrorReply(406, context.method, str(error)) from None
    return Reply(saving.update(context, old, new, context.method))


def delete(context: RequestContext) -> Reply:
    """DELETE an object; the answer is the object as it was."""
    key, old = context.existing(readable=False)
    kind = context.kind
    context.demand("delete", kind.subject(old))
    if old["ReadOnly"]:
        raise ErrorReply(404, context.method, f"readonly: {key}")
    saving.refuse_locked(kind, old, None, context.method)
    findings = Findings(key, context.dialect)
    references.check_delete(kind, key, context.transaction, findings)
    if findings.errors:
        raise ErrorReply(422, "ValidationError", findings.errors, model=kind.prefix, key=key)
    _let_go(context, old)
    saving.remove(context, kind, old)
    if kind.prefix == "users":
        context.transaction.set_password_hash(key, None)
    return Reply(old)


def _let_go(context: RequestContext, old: Document) -> None:
    """Clean up after a machine or job: jobs outlive their machine, logs do not outlive their job."""
    transaction = context.transaction
    if context.kind.prefix == "jobs":
        job_rules.refuse_delete(old, transaction)
        transaction.forget_log(old["Uuid"])
    elif context.kind.prefix == "machines":
        job = transaction.get("jobs", old["CurrentJob"])
        if job is not None:
            transaction.put("jobs", job["Uuid"], {**job, "Current": False})


def decoded_patch(context: RequestContext) -> Patch:
    """Return the patch in the body.

    Raises:
        ErrorReply: 400, it is not a patch.
    """
    try:
        return Patch.decode(context.payload())
    except Undecodable as error:
        raise ErrorReply(400, context.method, str(error)) from None


def opener(context: RequestContext, key: str) -> Opener | None:
    """Return what opens secure values, where the query asks for `decode`; None where it does not.

    Raises:
        ErrorReply: 403, the right is missing.
    """
    if not context.flag("decode"):
        return None
    context.demand("getSecure", key)
    return Opener(context.transaction)


def shown(context: RequestContext, document: Document, secrets: Opener | None) -> Document:
    """Return a document as the query asks for it: decoded, slim, or with some of its params."""
    if secrets is not None and context.kind.has_params:
        owner = (context.kind.prefix, document[context.kind.key])
        document = {**document, "Params": secrets.params(owner, document["Params"])}
    return _trimmed(document, context.words("slim"), context.words("params"))


def _trimmed(document: Document, slim: list[str], params: list[str]) -> Document:
    """Return a copy for the answer without the slim members, or with these params only."""
    emptied = [name for name in SLIM_MEMBERS if name in slim and name in document]
    wanted = bool(params) and "Params" in document
    if not emptied and not wanted:
        return document
    answer = {**document, **{name: {} for name in emptied}}
    if wanted and "Params" not in emptied:
        kept = document["Params"].items()
        answer["Params"] = {name: value for name, value in kept if name in params}
    if "Partial" in answer:
        answer["Partial"] = True
    return answer
