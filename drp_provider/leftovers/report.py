"""Write the report of what was left behind, as text or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from drp_provider.leftovers.comparison import Leftover
from drp_provider.leftovers.state import State

NOTES = """
If `pulumi up` says that the stack is locked by a run that has ended, run `pulumi cancel` first. A mark names project
and stack: if a stack of the same names exists in another backend, its objects are listed here too. Keep those."""


def as_json(state: State, endpoint: str, found: Sequence[Leftover]) -> str:
    """Return the report as one JSON document."""
    members = {"project": state.project, "stack": state.stack, "endpoint": endpoint}
    return json.dumps({**members, "leftovers": [asdict(one) for one in found]}, indent=2)


def as_text(state: State, endpoint: str, found: Sequence[Leftover]) -> str:
    """Return the report as lines of text."""
    subject = f"stack {state.stack} of project {state.project}, on {endpoint}"
    if not found:
        return f"Nothing is left behind: {subject}."
    count = "1 thing was" if len(found) == 1 else f"{len(found)} things were"
    return "\n".join([f"{count} left behind: {subject}.", *map(_entry, found), NOTES])


def _entry(one: Leftover) -> str:
    lines = ["", f"{one.object}: {one.sentence}"]
    if one.if_declared == one.otherwise:
        return "\n".join([*lines, *_commands("Run:", one.otherwise)])
    declared = _commands("If the program still declares it, run:", one.if_declared)
    return "\n".join([*lines, *declared, *_commands("Otherwise run:", one.otherwise)])


def _commands(when: str, commands: Sequence[str]) -> list[str]:
    return [f"  {when}", *(f"    {command}" for command in commands)]
