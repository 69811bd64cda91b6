"""Errors of the engine, each one sentence that names the object, the cause and the way out."""

import re
from collections.abc import Collection
from typing import Any

from drp_provider.engine.leaves import OWNER_POINTER, Model, label_of, leaves_of, masker, seeds_of
from drp_provider.engine.secret_keys import EVERY
from drp_provider.engine.verbs import Documents
from drp_provider.errors import AlreadyExists, Conflict, Difference, DrpError, NotFound, Unprocessable
from drp_provider.models.base import Inputs
from drp_provider.patch.planner import Clash, Clashes
from drp_provider.patch.pointer import pointer_to, tokens_of, value_at
from drp_provider.patch.values import same

_MACHINE = re.compile(r"Machine ([0-9a-f-]{36}) is using")
_OTHER = re.compile(r"(Stage \S+) is using|in use by (\S+ \S+)")
MOST_NAMED = 10
TRANSFORMED = "Values are hidden because a Pulumi transform of this program may have made them secret."


def clash_report(subject: str, found: Clashes, secret_keys: Collection[str], *, adopting: bool) -> Conflict:
    """Every key as reviewed, live and wanted, and what to do; without a review if an object is taken over."""
    show = masker(secret_keys)
    keys = ", ".join(f'"{tokens_of(clash.pointer)[-1]}"' for clash in found.clashes)
    first = "declare the live values" if adopting else "run `pulumi refresh` and look at `pulumi preview`"
    hint = f"To go on, {first}, or overwrite them with force=[{keys}]."
    if EVERY in secret_keys:
        hint += f"\n    {TRANSFORMED}"
    return Conflict(subject, [_difference(clash, show, adopting) for clash in found.clashes], hint)


def _difference(clash: Clash, show: Any, adopting: bool) -> Difference:  # noqa: FBT001 - private
    reviewed, live, wanted = (show(clash.pointer, value) for value in (clash.reviewed, clash.live, clash.wanted))
    return Difference(label_of(clash.pointer), None if adopting else reviewed, live, wanted)


def vanished(subject: str, error: NotFound) -> NotFound:
    """An object of ours that is gone."""
    text = f"{subject} is gone from the endpoint: run `pulumi refresh`, and the next `pulumi up` creates it again."
    return NotFound(text, code=error.code, model=error.model, key=error.key, type_=error.type)


def already_exists(model: Model, inputs: Inputs, live: dict[str, Any]) -> AlreadyExists:
    """An object of that name is there; a cluster's leftovers of an earlier life are listed by name."""
    key = inputs[model.identity[0]]
    twin = same_stacks(f"{model.noun} {key!r}", value_at(live, OWNER_POINTER), inputs.get("owner"))
    if twin is not None:
        return twin
    text = f"{model.noun} {key!r} exists already and is not this stack's"
    leftovers = _leftovers(model, inputs, live)
    if leftovers:
        text += f", with {len(leftovers)} params left over that this program does not declare ({_few(leftovers)})"
    return AlreadyExists(
        f"{text}: set adopt=True to take over the declared keys and leave the rest, or choose another name "
        "or delete the object."
    )


def anothers(subject: str, mark: Any) -> AlreadyExists:
    """Return the error for an object of ours that another stack has made again."""
    return AlreadyExists(
        f"{subject} carries the mark of {mark!r}, so it was not deleted: the stack that made it again deletes it; run "
        "`pulumi refresh`, and this one only takes its own keys back."
    )


def is_other_stacks(mark: Any, owner: Any) -> bool:
    """Return whether an object's mark names another stack; the same stack may have renamed the resource."""
    if not isinstance(mark, str) or not isinstance(owner, str):
        return False
    return mark.split("/")[:2] != owner.split("/")[:2]


def run_is_unknown(subject: str, machines: list[str]) -> AlreadyExists:
    """Return the error for a cluster profile of ours that machines work with and the state does not know."""
    return AlreadyExists(
        f"{subject} is there already, made by this very resource, and {_few(machines)} "
        f"{'has' if len(machines) == 1 else 'have'} begun its run: to begin a new run, change `reset` instead of "
        "`--replace`; if the state was lost, set adopt=True to go on with the run."
    )


def same_stacks(subject: str, mark: Any, owner: Any) -> AlreadyExists | None:
    """An object that this very stack has made, under another resource name; None where it is somebody else's."""
    if not isinstance(mark, str) or not isinstance(owner, str) or mark.split("/")[:2] != owner.split("/")[:2]:
        return None
    other = mark.split("/", 2)[-1]
    return AlreadyExists(
        f"{subject} exists already, made by this stack as the resource {other!r}: where that one was renamed, give "
        f"the new one (or the component around it) aliases=[pulumi.Alias(name={other!r})], and where both stand in the "
        "program, declare one and pass it to whoever needs it."
    )


def _leftovers(model: Model, inputs: Inputs, live: dict[str, Any]) -> list[str]:
    """Params that a new cluster would find decided already, by name."""
    if not model.seeded:
        return []
    declared = {**leaves_of(model, inputs, marked=False), **seeds_of(model, inputs)}
    params = [pointer_to("Params", key) for key in sorted(live.get("Params") or {})]
    return [tokens_of(p)[-1] for p in params if p not in declared or not same(declared[p], value_at(live, p))]


def in_use(subject: str, error: Unprocessable, api: Documents) -> DrpError:
    """A delete that was refused, with the names of the machines that stand in the way."""
    text = "\n".join(error.messages)
    uuids = _MACHINE.findall(text)
    names = api.names_of_machines(uuids) if uuids else {}
    users = sorted(f"machine {names.get(uuid, uuid)}" for uuid in uuids)
    users += sorted({next(filter(None, match)) for match in _OTHER.findall(text)})
    if not users:
        return error
    return Unprocessable(
        f"{subject} is still in use by {_few(users)}, so it was not deleted: take it away there first, "
        "then run `pulumi destroy` or `pulumi up` again.",
        code=error.code,
        model=error.model,
        key=error.key,
        type_=error.type,
        messages=error.messages,
    )


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"
