"""Jobs: how an agent gets its next task, the scripts of it, and somewhere to write."""

import re

from drp_provider.embedded.calls import Call, Reply
from drp_provider.embedded.object_types.prefixes import object_types
from drp_provider.embedded.wire.documents import Document, Undecodable
from drp_provider.embedded.wire.faults import Fault, forbidden
from drp_provider.embedded.work.runner import Runner

_BYTES = "application/octet-stream"
_SINCE = re.compile(r"bytes=([0-9]{1,15})-")


def create(call: Call) -> Reply:
    """POST: the machine's next job."""
    try:
        wanted = object_types(call.dialect)["jobs"].struct(call.dialect).decode(call.payload())
    except Undecodable as error:
        raise Fault(400, call.method, str(error)) from None
    key = wanted["Machine"]
    if not key:
        raise Fault(400, call.method, "Create request must have Machine field")
    call.demand("create", key)
    machine = call.transaction.get("machines", key)
    if machine is None:
        raise Fault(422, "ValidationError", f"Machine {key} does not exist")
    if not (machine["Runnable"] and machine["Available"]):
        raise Fault(409, "Conflict", f"Machine {key} is not runnable")
    status, job = Runner(call, machine).take(wanted["Uuid"])
    return Reply("" if job is None else job, status=status)


def actions(call: Call) -> Reply:
    """GET the scripts of a job, rendered for its machine at this moment.

    What cannot be rendered is the answer, 422, and goes into the job's log, where people look.
    The job's state stays the agent's to set.
    """
    job = _allowed(call, "actions")
    # Reading templates takes time to import, and only agents need it.
    from drp_provider.embedded.work.rendering import Unrenderable, actions_of

    try:
        return Reply(actions_of(call, job, call.request.args.get("os", "")))
    except Unrenderable as failure:
        fault = Fault(422, "ValidationError", failure.reasons, model="jobs", key=job["Uuid"])
        call.transaction.append_log(job["Uuid"], "".join(f"{reason}\n" for reason in failure.reasons).encode())
        return Reply(fault.document(), status=fault.code)


def read_log(call: Call) -> Reply:
    """GET or HEAD the log of a job; `Range: bytes=N-` for what came since."""
    job = _allowed(call, "log")
    log = call.transaction.log(job["Uuid"])
    since = _SINCE.fullmatch(call.request.headers.get("Range", ""))
    if since is None:
        return Reply(log, headers={"Content-Length": str(len(log))}, content_type=_BYTES)
    start, whole = int(since[1]), len(log)
    if start >= whole:
        headers = {"Content-Range": f"bytes */{whole}", "Content-Length": "0"}
        return Reply("", status=416, headers=headers, content_type=_BYTES)
    headers = {"Content-Range": f"bytes {start}-{whole - 1}/{whole}", "Content-Length": str(whole - start)}
    return Reply(log[start:], status=206, headers=headers, content_type=_BYTES)


def append_log(call: Call) -> Reply:
    """PUT bytes at the end of a job's log."""
    if call.request.mimetype != _BYTES:
        raise Fault(415, "API ERROR", f"job log put must have content-type {_BYTES}")
    job = _allowed(call, "log")
    call.transaction.append_log(job["Uuid"], call.request.get_data())
    return Reply("", status=204)


def _allowed(call: Call, action: str) -> Document:
    """The job in the path, for whoever may do this to it."""
    job = call.transaction.get("jobs", call.resolve())
    if job is None:
        raise Fault(404, "ValidationError", f"Job {call.name} does not exist")
    if not call.principal.may("jobs", action, job["Machine"]):
        raise forbidden(call.request.path, "jobs", action, job["Machine"])
    return job
