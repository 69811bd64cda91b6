"""Errors of machines, and of the profiles and workflows that they are given."""

import re

from drp_provider.engine.messages.text import retold
from drp_provider.errors import NotFound, Unprocessable

_MISSING = re.compile(r"Workflow .* does not exist")
_UNAVAILABLE = re.compile(r"wants Workflow .*, which is not available")


def subject_of(machine: str) -> str:
    """Return what messages call a machine, by the name that the program uses."""
    return f"machine {machine!r}"


def unknown_machine(machine: str, undone: str, error: NotFound) -> NotFound:
    """Return the error for a machine that does not exist; `undone` says what therefore did not happen."""
    return retold(
        error,
        f"{subject_of(machine)} is not on the endpoint, so {undone}: "
        "check the name or uuid, and that the credentials may see machines.",
    )


def unusable_workflow(workflow: str, subject: str, error: Unprocessable) -> Unprocessable:
    """Return the error for a workflow that the endpoint refuses; the error itself if the reason is another one."""
    said = "\n".join(error.messages)
    if _MISSING.search(said):
        reason, way = "does not exist", "create it first, or correct the name"
    elif _UNAVAILABLE.search(said):
        reason, way = "is not available", "repair what its `Errors` name"
    else:
        return error
    return retold(error, f"workflow {workflow!r} {reason}, so it was not set on {subject}: {way}.")
