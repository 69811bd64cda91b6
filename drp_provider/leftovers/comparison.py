"""Compare the endpoint with the state: an object with a mark of this stack that is not in the state was left behind."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from drp_provider.leftovers.endpoint import Holdings, Machine
from drp_provider.leftovers.state import PendingOperation, State, object_kinds
from drp_provider.models.fields import RUN_KEY_PREFIX
from drp_provider.patch.operation import Operation, remove, test
from drp_provider.patch.pointer import pointer_to, tokens_of
from drp_provider.patch.progress_record import KEY_PREFIX, restoration

UP = ("pulumi up",)
"""A run adopts what the program still declares, by the owner mark."""
UP_REFRESHED = ("pulumi up --refresh",)
"""The command if the state may still hold a deleted profile, which a refresh removes."""
CLEAR = "pulumi refresh --clear-pending-creates"

_MARKS = {RUN_KEY_PREFIX: "the mark of a run", KEY_PREFIX: "the progress record"}


@dataclass(frozen=True)
class Leftover:
    """One thing that a run left behind, and the commands that remove it."""

    object: str
    sentence: str
    if_declared: tuple[str, ...]
    """Commands for a program that still declares it."""
    otherwise: tuple[str, ...]
    """Commands for a program that does not declare it any more."""


def leftovers(state: State, holdings: Holdings) -> list[Leftover]:
    """Return what was left behind, in the order in which to run the commands."""
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
        recorded = (
            "A run ended while it was creating this resource. A later run recorded it, so only Pulumi's note is left."
        )
        return Leftover(subject, recorded, (CLEAR,), (CLEAR,))
    return Leftover(subject, sentence, ("pulumi cancel", *UP, CLEAR), ("pulumi cancel", CLEAR))


def _on_machine(machine: Machine, state: State, holdings: Holdings) -> Iterator[Leftover]:
    stray = [name for name in machine.profiles if _is_stray(machine, name, state, holdings)]
    marks = [
        (name, prefix)
        for key in sorted(machine.meta)
        for prefix in (RUN_KEY_PREFIX, KEY_PREFIX)
        if key.startswith(prefix)
        and (name := key.removeprefix(prefix)) not in stray
        and _is_over(machine, name, state, holdings)
    ]
    for name in stray:
        lines = [*_unmarking(machine, name), *restoration(machine.meta, name)]
        yield _assignment(machine, name, state, lines)
        machine = _after(machine, lines)
    for name, prefix in marks:
        lines = _unmarking(machine, name) if prefix == RUN_KEY_PREFIX else restoration(machine.meta, name)
        yield _mark(machine, name, _MARKS[prefix], lines, exists=holdings.has_profile(name))
        machine = _after(machine, lines)


def _after(machine: Machine, lines: list[Operation]) -> Machine:
    """Return the machine after the patch, since the next command tests the result of this one."""
    meta = dict(machine.meta)
    for line in lines:
        key = tokens_of(line.path)[-1]
        if line.op == "remove":
            del meta[key]
        elif line.op == "replace":
            meta[key] = line.value
    return replace(machine, meta=meta)


def _is_stray(machine: Machine, profile: str, state: State, holdings: Holdings) -> bool:
    """Return whether the machine carries a profile of this stack, but the state has no resource that assigned it.

    If the stack only adopted the profile, other clients may assign it too: only a run mark proves a leftover then.
    """
    if (machine.uuid, profile) in state.assignments or not _is_of_stack(profile, state, holdings):
        return False
    return ("profiles", profile) not in state.adopted or RUN_KEY_PREFIX + profile in machine.meta


def _is_of_stack(profile: str, state: State, holdings: Holdings) -> bool:
    key = ("profiles", profile)
    return key in state.objects or holdings.marks.get(key, "").startswith(state.owner_prefix)


def _is_over(machine: Machine, profile: str, state: State, holdings: Holdings) -> bool:
    """Return whether a machine has the mark of a cluster that it does not belong to, or whose profile is gone."""
    if not holdings.has_profile(profile):
        return True
    recorded = (machine.uuid, profile) in state.assignments or machine.uuid in state.workflows
    return profile not in machine.profiles and _is_of_stack(profile, state, holdings) and not recorded


def _assignment(machine: Machine, profile: str, state: State, lines: list[Operation]) -> Leftover:
    began = RUN_KEY_PREFIX + profile in machine.meta and machine.uuid not in state.workflows
    cleared = [_drpcli("machines", "workflow", machine.uuid, "")] if began else []
    return Leftover(
        f"machine {machine.name!r}",
        f"It carries the profile {profile!r} of this stack, but the state has no MachineAssignment for it. If another "
        "stack or a person gave it the profile, leave it.",
        UP,
        (*cleared, _drpcli("machines", "removeprofile", machine.uuid, profile), *_patches(machine, lines)),
    )


def _mark(machine: Machine, profile: str, what: str, lines: list[Operation], *, exists: bool) -> Leftover:
    why = "and does not carry its profile" if exists else "whose profile is gone"
    return Leftover(
        f"machine {machine.name!r}",
        f"It has {what} of the cluster {profile!r}, {why}.",
        UP if exists else UP_REFRESHED,
        _patches(machine, lines),
    )


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
    """Return a sort key with profiles first and content packs last: DRP does not delete objects that are in use."""
    (prefix, key), _ = entry
    return prefix == "contents", prefix != "profiles", prefix, key


def _unmarking(machine: Machine, profile: str) -> list[Operation]:
    key = RUN_KEY_PREFIX + profile
    if key not in machine.meta:
        return []
    pointer = pointer_to("Meta", key)
    return [test(pointer, machine.meta[key]), remove(pointer)]


def _patches(machine: Machine, lines: list[Operation]) -> tuple[str, ...]:
    body = json.dumps([line.to_wire() for line in lines])
    return (_drpcli("machines", "patch", machine.uuid, body),) if lines else ()


def _drpcli(*words: str) -> str:
    return shlex.join(["drpcli", *words])
