"""Jobs: how an agent gets its next task, the scripts of it, and somewhere to write."""

import re

from drp_emulator.jobs.runner import Runner
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.wire.documents import Document, Undecodable
from drp_emulator.wire.error_replies import ErrorReply, forbidden

_BYTES = "application/octet-stream"
_SINCE = re.compile(r"bytes=([0-9]{1,15})-")


def create(context: RequestContext) -> Reply:
    """POST: the machine's next job."""
    try:
        wanted = object_types(context.dialect)["jobs"].struct(context.dialect).decode(context.payload())
    except Undecodable as error:
        raise ErrorReply(400, context.method, str(error)) from None
    key = wanted["Machine"]
    if not key:
        raise ErrorReply(400, context.method, "Create request must have Machine field")
    context.demand("create", key)
    machine = context.transaction.get("machines", key)
    if machine is None:
        raise ErrorReply(422, "ValidationError", f"Machine {key} does not exist")
    if not (machine["Runnable"] and machine["Available"]):
        raise ErrorReply(409, "Conflict", f"Machine {key} is not runnable")
    status, job = Runner(context, machine).take(wanted["Uuid"])
    return Reply("" if job is None else job, status=status)


def actions(context: RequestContext) -> Reply:
    """GET the scripts of a job, rendered for its machine at this moment.

    What cannot be rendered is the answer, 422, and goes into the job's log, where people look.
    The job's state stays the agent's to set.
    """
    job = _allowed(context, "actions")
    # Reading templates takes time to import, and only agents need it.
    from drp_emulator.jobs.rendering import Unrenderable, actions_of

    try:
        return Reply(actions_of(context, job, context.request.args.get("os", "")))
    except Unrenderable as failure:
        fault = ErrorReply(422, "ValidationError", failure.reasons, model="jobs", key=job["Uuid"])
        context.transaction.append_log(job["Uuid"], "".join(f"{reason}\n" for reason in failure.reasons).encode())
        return Reply(fault.document(), status=fault.code)


def read_log(context: RequestContext) -> Reply:
    """GET or HEAD the log of a job; `Range: bytes=N-` for what came since."""
    job = _allowed(context, "log")
    log = context.transaction.log(job["Uuid"])
    since = _SINCE.fullmatch(context.request.headers.get("Range", ""))
    if since is None:
        return Reply(log, headers={"Content-Length": str(len(log))}, content_type=_BYTES)
    start, whole = int(since[1]), len(log)
    if start >= whole:
        headers = {"Content-Range": f"bytes */{whole}", "Content-Length": "0"}
        return Reply("", status=416, headers=headers, content_type=_BYTES)
    headers = {"Content-Range": f"bytes {start}-{whole - 1}/{whole}", "Content-Length": str(whole - start)}
    return Reply(log[start:], status=206, headers=headers, content_type=_BYTES)


def append_log(context: RequestContext) -> Reply:
    """PUT bytes at the end of a job's log."""
    if context.request.mimetype != _BYTES:
        raise ErrorReply(415, "API ERROR", f"job log put must have content-type {_BYTES}")
    job = _allowed(context, "log")
    context.transaction.append_log(job["Uuid"], context.request.get_data())
    return Reply("", status=204)


def _allowed(context: RequestContext, action: str) -> Document:
    """Return the job in the path, if the user may do this to it."""
    job = context.transaction.get("jobs", context.resolve())
    if job is None:
        raise ErrorReply(404, "ValidationError", f"Job {context.name} does not exist")
    if not context.principal.may("jobs", action, job["Machine"]):
        raise forbidden(context.request.path, "jobs", action, job["Machine"])
    return job
