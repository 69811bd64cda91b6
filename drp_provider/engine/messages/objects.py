"""Errors about whole objects: they are gone, exist already, belong to another stack, or are in use."""

import re
from typing import Any

from drp_provider.api.interface import Api, Document
from drp_provider.engine.messages.text import few, reworded
from drp_provider.engine.ownership.fields import OWNER_POINTER, OwnedFields
from drp_provider.errors import AlreadyExists, NotFound, Unprocessable
from drp_provider.patch.pointer import pointer_to, tokens_of, value_at
from drp_provider.patch.values import same

_MACHINE = re.compile(r"Machine ([0-9a-f-]{36}) is using")
_OTHER = re.compile(r"(Stage \S+) is using|in use by (\S+ \S+)")


def vanished(subject: str, error: NotFound, *, again: str = "creates") -> NotFound:
    """Return the error for an object of ours that is gone."""
    return reworded(
        error, f"{subject} is gone from the endpoint: run `pulumi refresh`, and the next `pulumi up` {again} it again."
    )


def already_exists(subject: str, fields: OwnedFields, live: Document) -> AlreadyExists:
    """Return the error for an existing object that is not ours, with the params that an earlier cluster left."""
    renamed = same_stacks(subject, value_at(live, OWNER_POINTER), fields.inputs.get("owner"))
    if renamed is not None:
        return renamed
    text = f"{subject} exists already and is not this stack's"
    leftovers = _leftovers(fields, live)
    if leftovers:
        text += f", with {len(leftovers)} params left over that this program does not declare ({few(leftovers)})"
    return AlreadyExists(
        f"{text}: set adopt=True to take over the declared keys and leave the rest, or choose another name "
        "or delete the object."
    )


def anothers(subject: str, mark: Any) -> AlreadyExists:
    """Return the error for an object of ours that another stack has created again."""
    return AlreadyExists(
        f"{subject} carries the mark of {mark!r}, so it was not deleted: run `pulumi refresh`, "
        "after which this stack only releases its own keys, and the other stack deletes the object."
    )


def is_other_stacks(mark: Any, owner: Any) -> bool:
    """Return whether an object's mark names another stack; the same stack may have renamed the resource."""
    if not isinstance(mark, str) or not isinstance(owner, str):
        return False
    return mark.split("/")[:2] != owner.split("/")[:2]


def run_is_unknown(subject: str, machines: list[str]) -> AlreadyExists:
    """Return the error for a cluster profile of ours with a run that is not in the state."""
    return AlreadyExists(
        f"{subject} exists already, created by this resource, and {few(machines)} "
        f"{'has' if len(machines) == 1 else 'have'} begun its run: to begin a new run, change `reset` instead of "
        "`--replace`; if the state was lost, set adopt=True to go on with the run."
    )


def same_stacks(subject: str, mark: Any, owner: Any) -> AlreadyExists | None:
    """Return the error for an object that this stack created under another resource name, or None."""
    if not isinstance(mark, str) or not isinstance(owner, str) or mark.split("/")[:2] != owner.split("/")[:2]:
        return None
    other = mark.split("/", 2)[-1]
    return AlreadyExists(
        f"{subject} exists already, created by this stack as the resource {other!r}: if that one was renamed, give "
        f"the new one (or the component around it) aliases=[pulumi.Alias(name={other!r})]; if both are in the "
        "program, declare one and pass it to the others."
    )


def in_use(subject: str, error: Unprocessable, api: Api) -> Unprocessable:
    """Return the error for a rejected delete, with the names of the users of the object."""
    text = "\n".join(error.messages)
    uuids = _MACHINE.findall(text)
    names = api.names_of_machines(uuids) if uuids else {}
    users = sorted(f"machine {names.get(uuid, uuid)}" for uuid in uuids)
    users += sorted({next(filter(None, match)) for match in _OTHER.findall(text)})
    if not users:
        return error
    return reworded(
        error,
        f"{subject} is still in use by {few(users)}, so it was not deleted: remove it there first, "
        "then run `pulumi destroy` or `pulumi up` again.",
    )


def _leftovers(fields: OwnedFields, live: Document) -> list[str]:
    """Return the names of params whose values would decide a new cluster's election or waits."""
    if not fields.model.initial:
        return []
    declared = {**fields.values, **fields.initial}
    params = [pointer_to("Params", key) for key in sorted(live.get("Params") or {})]
    return [tokens_of(p)[-1] for p in params if p not in declared or not same(declared[p], value_at(live, p))]
