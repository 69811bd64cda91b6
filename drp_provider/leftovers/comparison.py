"""Compare the endpoint with the state: what carries a mark of this stack, and is not recorded, was left behind."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from drp_provider.leftovers.endpoint import Holdings, Machine
from drp_provider.leftovers.state import PendingOperation, State, object_kinds
from drp_provider.models.fields import RUN_KEY_PREFIX
from drp_provider.patch.operation import Operation, remove, test
from drp_provider.patch.pointer import pointer_to
from drp_provider.patch.progress_record import KEY_PREFIX, restoration

UP = ("pulumi up",)
"""A run takes over what the program still declares, by its mark."""
CLEAR = "pulumi refresh --clear-pending-creates"


@dataclass(frozen=True)
class Leftover:
    """One thing that a run left behind, and the commands that end it."""

    object: str
    sentence: str
    if_declared: tuple[str, ...]
    """Commands for a program that still declares it."""
    otherwise: tuple[str, ...]
    """Commands for a program that does not declare it any more."""


def leftovers(state: State, holdings: Holdings) -> list[Leftover]:
    """Return what was left behind, in an order in which the commands can be run."""
    return [
        *(_pending(operation) for operation in state.pending),
        *(found for machine in holdings.machines for found in _on_machine(machine, state, holdings)),
        *_objects(state, holdings),
    ]


def _pending(operation: PendingOperation) -> Leftover:
    subject = f"resource {operation.type} {operation.resource!r}"
    sentence = f"A run ended while it was {operation.what} this resource, and Pulumi does not know the result."
    if operation.what != "creating":
        return Leftover(subject, sentence, ("pulumi cancel", *UP), ("pulumi cancel", *UP))
    if operation.is_recorded:
        recorded = "A run ended while it was creating this resource. A later run recorded it, so only the note is left."
        return Leftover(subject, recorded, (CLEAR,), (CLEAR,))
    return Leftover(subject, sentence, ("pulumi cancel", *UP, CLEAR), ("pulumi cancel", CLEAR))


def _on_machine(machine: Machine, state: State, holdings: Holdings) -> Iterator[Leftover]:
    stray = [name for name in machine.profiles if _is_stray(machine, name, state, holdings)]
    for name in stray:
        yield _assignment(machine, name, state)
    for key in sorted(machine.meta):
        for prefix, leftover in ((RUN_KEY_PREFIX, _run_mark), (KEY_PREFIX, _progress)):
            name = key.removeprefix(prefix)
            if key.startswith(prefix) and name not in stray and _is_over(machine, name, state, holdings):
                yield leftover(machine, name, exists=holdings.has_profile(name))


def _is_stray(machine: Machine, profile: str, state: State, holdings: Holdings) -> bool:
    """Return whether the machine carries a profile of this stack that no recorded resource has given it.

    Others may give machines a profile that the stack only adopted: there the run mark has to say that it was a run.
    """
    if (machine.uuid, profile) in state.assignments or not _is_of_stack(profile, state, holdings):
        return False
    return ("profiles", profile) not in state.adopted or RUN_KEY_PREFIX + profile in machine.meta


def _is_of_stack(profile: str, state: State, holdings: Holdings) -> bool:
    key = ("profiles", profile)
    return key in state.objects or holdings.marks.get(key, "").startswith(state.owner_prefix)


def _is_over(machine: Machine, profile: str, state: State, holdings: Holdings) -> bool:
    """Return whether a mark of a cluster stayed on a machine that is no part of it, or whose profile is gone."""
    if not holdings.has_profile(profile):
        return True
    recorded = (machine.uuid, profile) in state.assignments or machine.uuid in state.workflows
    return profile not in machine.profiles and _is_of_stack(profile, state, holdings) and not recorded


def _assignment(machine: Machine, profile: str, state: State) -> Leftover:
    began = RUN_KEY_PREFIX + profile in machine.meta
    cleared = (
        [_drpcli("machines", "workflow", machine.uuid, "")] if began and machine.uuid not in state.workflows else []
    )
    lines = [*_unmarking(machine, profile), *restoration(machine.meta, profile)]
    patched = [_patch(machine, lines)] if lines else []
    return Leftover(
        _called(machine),
        f"It carries the profile {profile!r} of this stack, but the state has no MachineAssignment for it. If another "
        "stack or a person gave it the profile, leave it.",
        UP,
        (*cleared, _drpcli("machines", "removeprofile", machine.uuid, profile), *patched),
    )


def _run_mark(machine: Machine, profile: str, *, exists: bool) -> Leftover:
    return Leftover(
        _called(machine),
        f"It has the mark of a run of the cluster {profile!r}, {_why(exists=exists)}.",
        UP,
        (_patch(machine, _unmarking(machine, profile)),),
    )


def _progress(machine: Machine, profile: str, *, exists: bool) -> Leftover:
    return Leftover(
        _called(machine),
        f"It still shows the progress of the cluster {profile!r}, {_why(exists=exists)}.",
        UP,
        (_patch(machine, restoration(machine.meta, profile)),),
    )


def _why(*, exists: bool) -> str:
    return "and does not carry its profile" if exists else "whose profile is gone"


def _objects(state: State, holdings: Holdings) -> Iterator[Leftover]:
    nouns = {kind.prefix: kind.noun for kind in reversed(object_kinds())}
    for (prefix, key), mark in sorted(holdings.marks.items(), key=_deletion_order):
        if mark.startswith(state.owner_prefix) and (prefix, key) not in state.objects:
            resource = mark.removeprefix(state.owner_prefix)
            yield Leftover(
                f"{nouns[prefix]} {key!r}",
                f"It has the mark of the resource {resource!r} of this stack, but the state does not have it.",
                UP,
                (_drpcli(prefix, "destroy", key),),
            )


def _deletion_order(entry: tuple[tuple[str, str], str]) -> tuple[bool, bool, str, str]:
    """Put profiles first and content packs last: DRP keeps what other objects use."""
    (prefix, key), _ = entry
    return prefix == "contents", prefix != "profiles", prefix, key


def _called(machine: Machine) -> str:
    return f"machine {machine.name!r}"


def _unmarking(machine: Machine, profile: str) -> list[Operation]:
    key = RUN_KEY_PREFIX + profile
    if key not in machine.meta:
        return []
    pointer = pointer_to("Meta", key)
    return [test(pointer, machine.meta[key]), remove(pointer)]


def _patch(machine: Machine, lines: list[Operation]) -> str:
    return _drpcli("machines", "patch", machine.uuid, json.dumps([line.to_wire() for line in lines]))


def _drpcli(*words: str) -> str:
    return shlex.join(["drpcli", *words])
