"""Errors about machines, and about their profiles and workflows."""

import re

from drp_provider.engine.messages.text import reworded
from drp_provider.errors import NotFound, Unprocessable

_MISSING = re.compile(r"Workflow .* does not exist")
_UNAVAILABLE = re.compile(r"wants Workflow .*, which is not available")


def subject_of(machine: str) -> str:
    """Return a machine's name in messages, from the program's reference."""
    return f"machine {machine!r}"


def unknown_machine(machine: str, undone: str, error: NotFound) -> NotFound:
    """Return the error for a machine that does not exist; `undone` names the change that was not made."""
    return reworded(
        error,
        f"{subject_of(machine)} is not on the endpoint, so {undone}: "
        "check the name or uuid, and that the credentials may see machines.",
    )


def unusable_workflow(workflow: str, subject: str, error: Unprocessable) -> Unprocessable:
    """Return the error for a workflow that the endpoint rejects, or the given error if it has another reason."""
    text = "\n".join(error.messages)
    if _MISSING.search(text):
        reason, hint = "does not exist", "create it first, or correct the name"
    elif _UNAVAILABLE.search(text):
        reason, hint = "is not available", "repair what its `Errors` name"
    else:
        return error
    return reworded(error, f"workflow {workflow!r} {reason}, so it was not set on {subject}: {hint}.")
