"""The verbs every object type has: read, create, replace, patch, delete."""

from drp_provider.embedded.calls import Call, Reply
from drp_provider.embedded.changes import job_rules, references, saving
from drp_provider.embedded.changes.findings import Findings
from drp_provider.embedded.params.secure import Opener
from drp_provider.embedded.wire.documents import Document, Undecodable
from drp_provider.embedded.wire.faults import Fault, forbidden
from drp_provider.embedded.wire.patching import Patch, PatchFailure

FORGOTTEN_WITH = ("Params", "Meta")


def read(call: Call) -> Reply:
    """GET one object."""
    _, document = call.existing()
    # DRP holds this claim against the path as it is spelled.
    return Reply(shown(call, document, opener(call, call.name)))


def exists(call: Call) -> Reply:
    """HEAD one object: DRP asks for no right here."""
    call.existing(readable=False)
    return Reply("")


def create(call: Call) -> Reply:
    """POST a new object."""
    try:
        new = call.kind.struct(call.dialect).decode(call.payload())
    except Undecodable as error:
        raise Fault(400, call.method, str(error)) from None
    return Reply(saving.create(call, new), status=201)


def replace(call: Call) -> Reply:
    """PUT a whole object in place of another."""
    body = call.payload()
    key, old = call.existing(readable=False)
    call.demand("update", call.kind.subject(old))
    try:
        new = call.kind.struct(call.dialect).decode(body)
    except Undecodable as error:
        raise Fault(400, call.method, str(error)) from None
    if new[call.kind.key] != key:
        raise Fault(
            400,
            call.method,
            f"Key change from {key} to {new[call.kind.key]} not allowed",
            model=call.kind.prefix,
            key=key,
        )
    return Reply(saving.update(call, old, new, call.method))


def patch(call: Call) -> Reply:
    """PATCH an object: all operations or none, on what is stored at this moment."""
    changes = decoded_patch(call)
    key, old = call.existing(readable=False)
    prefix = call.kind.prefix
    if not call.principal.may_change(prefix, call.kind.subject(old), changes.changed_pointers()):
        raise forbidden(call.request.path, prefix, "patch", key)
    try:
        result = changes.apply(call.transaction.get(prefix, key))
        new = call.kind.struct(call.dialect).decode(result)
    except PatchFailure as failure:
        messages = [
            f"Patch error at line {failure.line}: {failure.reason}",
            changes.quoted(failure.line, call.dialect),
        ]
        raise Fault(409, call.method, messages, model=prefix, key=key) from None
    except Undecodable as error:
        raise Fault(406, call.method, str(error)) from None
    return Reply(saving.update(call, old, new, call.method))


def delete(call: Call) -> Reply:
    """DELETE an object; the answer is the object as it was."""
    key, old = call.existing(readable=False)
    kind = call.kind
    call.demand("delete", kind.subject(old))
    if old["ReadOnly"]:
        raise Fault(404, call.method, f"readonly: {key}")
    saving.refuse_locked(kind, old, None, call.method)
    findings = Findings(key, call.dialect)
    references.check_delete(kind, key, call.transaction, findings)
    if findings.hard:
        raise Fault(422, "ValidationError", findings.hard, model=kind.prefix, key=key)
    _let_go(call, old)
    saving.remove(call, kind, old)
    if kind.prefix == "users":
        call.transaction.set_password_hash(key, None)
    return Reply(old)


def _let_go(call: Call, old: Document) -> None:
    """What a machine or job leaves behind: jobs outlive their machine, logs do not outlive their job."""
    transaction = call.transaction
    if call.kind.prefix == "jobs":
        job_rules.refuse_delete(old, transaction)
        transaction.forget_log(old["Uuid"])
    elif call.kind.prefix == "machines":
        job = transaction.get("jobs", old["CurrentJob"])
        if job is not None:
            transaction.put("jobs", job["Uuid"], {**job, "Current": False})


def decoded_patch(call: Call) -> Patch:
    """The patch in the body.

    Raises:
        Fault: 400, it is not a patch.
    """
    try:
        return Patch.decode(call.payload())
    except Undecodable as error:
        raise Fault(400, call.method, str(error)) from None


def opener(call: Call, key: str) -> Opener | None:
    """What opens secure values, where the query asks for `decode`; None where it does not.

    Raises:
        Fault: 403, the right is missing.
    """
    if not call.flag("decode"):
        return None
    call.demand("getSecure", key)
    return Opener(call.transaction)


def shown(call: Call, document: Document, secrets: Opener | None) -> Document:
    """A document as the query asks for it: decoded, slim, or with some of its params."""
    if secrets is not None and call.kind.has_params:
        owner = (call.kind.prefix, document[call.kind.key])
        document = {**document, "Params": secrets.params(owner, document["Params"])}
    return _trimmed(document, call.words("slim"), call.words("params"))


def _trimmed(document: Document, slim: list[str], params: list[str]) -> Document:
    """A copy for the answer without the slim members, or with these params only."""
    emptied = [name for name in FORGOTTEN_WITH if name in slim and name in document]
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
