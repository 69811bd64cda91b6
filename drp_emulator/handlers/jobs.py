"""Jobs: how an agent gets its next task, the scripts of it, and somewhere to write."""

import re

from drp_emulator.jobs.runner import Runner
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.wire.documents import Document, Undecodable
from drp_emulator.wire.error_replies import ErrorReply, forbidden

_BYTES = "application/octet-stream"
# A log that is asked for is in memory as a whole.
_LONGEST_LOG = 32 * 1024 * 1024
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
        _append(context, job, "".join(f"{reason}\n" for reason in failure.reasons).encode())
        return Reply(fault.document(), status=fault.code)


def read_log(context: RequestContext) -> Reply:
    """GET or HEAD the log of a job; `Range: bytes=N-` for what came since."""
    job = _allowed(context, "log")
    key, whole = job["Uuid"], context.transaction.log_length(job["Uuid"])
    since = _SINCE.fullmatch(context.request.headers.get("Range", ""))
    start = int(since[1]) if since else 0
    if since and start >= whole:
        headers = {"Content-Range": f"bytes */{whole}", "Content-Length": "0"}
        return Reply("", status=416, headers=headers, content_type=_BYTES)
    log = b"" if context.method == "HEAD" else context.transaction.log(key, start)
    headers = {"Content-Length": str(whole - start)}
    if since:
        headers["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
    return Reply(log, status=206 if since else 200, headers=headers, content_type=_BYTES)


def append_log(context: RequestContext) -> Reply:
    """PUT bytes at the end of a job's log."""
    if context.request.mimetype != _BYTES:
        raise ErrorReply(415, "API ERROR", f"job log put must have content-type {_BYTES}")
    job = _allowed(context, "log")
    if not _append(context, job, context.request.get_data()):
        message = f"The log of job {job['Uuid']} would be longer than {_LONGEST_LOG} bytes: write less, or into a file"
        raise ErrorReply(413, context.method, message, model="jobs", key=job["Uuid"])
    return Reply("", status=204)


def _append(context: RequestContext, job: Document, content: bytes) -> bool:
    """Append to the log of a job if there is room; return whether there is."""
    fits = context.transaction.log_length(job["Uuid"]) + len(content) <= _LONGEST_LOG
    if fits:
        context.transaction.append_log(job["Uuid"], content)
    return fits


def _allowed(context: RequestContext, action: str) -> Document:
    """Return the job in the path, if the user may do this to it."""
    job = context.transaction.get("jobs", context.resolve())
    if job is None:
        raise ErrorReply(404, "ValidationError", f"Job {context.name} does not exist")
    if not context.principal.may("jobs", action, job["Machine"]):
        raise forbidden(context.request.path, "jobs", action, job["Machine"])
    return job
