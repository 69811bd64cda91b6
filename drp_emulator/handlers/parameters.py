"""The params of a holder as a resource of their own, and its Meta map."""

from typing import Any

from drp_emulator.handlers.objects import decoded_patch, opener
from drp_emulator.params import secure
from drp_emulator.params.precedence import Precedence
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.rules import saving
from drp_emulator.wire.documents import Document, Undecodable, encode
from drp_emulator.wire.error_replies import ErrorReply, not_found
from drp_emulator.wire.patching import PatchFailure

# What an object route answers with 400, 403 or 422 is a conflict here.
_CONFLICTS = (400, 403, 422)


def read_all(context: RequestContext) -> Reply:
    """GET the map, with `aggregate` through all levels."""
    key, holder = context.existing(as_spelled=True)
    secrets = opener(context, context.name)
    values = holder["Params"]
    if _composing(context):
        precedence = Precedence(context.transaction, secrets)
        values = {
            name: precedence.composed(context.kind, holder, name) for name in precedence.merged(context.kind, holder)
        }
    elif context.flag("aggregate"):
        values = Precedence(context.transaction, secrets).merged(context.kind, holder)
    elif secrets is not None:
        values = secrets.params((context.kind.prefix, key), values)
    wanted = context.words("params")
    if wanted:
        values = {name: value for name, value in values.items() if name in wanted}
    return Reply(values)


def read_one(context: RequestContext) -> Reply:
    """GET one value; a missing one is null."""
    key, holder = context.existing(as_spelled=True)
    secrets = opener(context, context.name)
    name = context.arguments["param"]
    value = holder["Params"].get(name)
    if _composing(context):
        value = Precedence(context.transaction, secrets).composed(context.kind, holder, name)
    elif context.flag("aggregate"):
        value = Precedence(context.transaction, secrets).value(context.kind, holder, name)
    elif secrets is not None:
        value = secrets.value((context.kind.prefix, key), name, value)
    return Reply(encode(value))


def replace_all(context: RequestContext) -> Reply:
    """POST the whole map: null or an empty body wipes it and answers nothing."""
    values = context.payload()
    if values is not None and not isinstance(values, dict):
        raise ErrorReply(400, context.method, _not_a_map(values))
    stored = _change(context, values or {})
    return Reply("" if values is None else stored)


def set_one(context: RequestContext) -> Reply:
    """POST one value."""
    value = context.payload()
    _, holder = context.existing(readable=False)
    changed = {**holder["Params"], context.arguments["param"]: value}
    stored = _change(context, changed)
    return Reply(encode(stored[context.arguments["param"]]))


def patch_all(context: RequestContext) -> Reply:
    """PATCH the map: directly on what is stored, unlike the snapshot older servers patch."""
    return _patched(context, "Params")


def delete_one(context: RequestContext) -> Reply:
    """DELETE one value; the answer is the old one."""
    _, holder = context.existing(readable=False)
    name = context.arguments.get("param", "")
    if name not in holder["Params"]:
        _demand_update(context)
        raise not_found(context.method, "params", name)
    remaining = {key: value for key, value in holder["Params"].items() if key != name}
    _change(context, remaining)
    return Reply(encode(holder["Params"][name]))


def public_key(context: RequestContext) -> Reply:
    """GET the key that values for this object are sealed to; the right to it is the right to write secure values."""
    context.demand("updateSecure", context.name)
    key, _ = context.existing(readable=False)
    return Reply(encode(secure.public_key((context.kind.prefix, key), context.transaction)))


def read_meta(context: RequestContext) -> Reply:
    """GET the Meta map of an object."""
    return Reply(context.existing()[1]["Meta"])


def patch_meta(context: RequestContext) -> Reply:
    """PATCH the Meta map of an object."""
    return _patched(context, "Meta")


def _patched(context: RequestContext, member: str) -> Reply:
    changes = decoded_patch(context)
    key, holder = context.existing(readable=False)
    if changes.changed_pointers():
        _demand_update(context)
    try:
        values = changes.apply(holder[member])
    except PatchFailure as failure:
        reason = [f"Patch failed to apply at line {failure.line}", failure.reason]
        raise _conflict(context, key, reason) from None
    if values is not None and not isinstance(values, dict):
        raise _conflict(context, key, [_not_a_map(values)])
    stored = _save(context, {member: values or {}})
    return Reply("" if values is None else stored[member])


def _change(context: RequestContext, values: Document) -> Document:
    context.existing(readable=False)
    _demand_update(context)
    changed: Document = _save(context, {"Params": values})["Params"]
    return changed


def _save(context: RequestContext, members: Document) -> Document:
    key, old = context.existing(readable=False)
    struct = context.kind.struct(context.dialect)
    try:
        new = struct.decode({**old, **members})
        saving.update(context, old, new, context.method)
    except Undecodable as error:
        raise _conflict(context, key, [str(error)]) from None
    except ErrorReply as fault:
        if fault.code not in _CONFLICTS:
            raise
        raise _conflict(context, key, fault.messages) from None
    return new


def _conflict(context: RequestContext, key: str, messages: list[str]) -> ErrorReply:
    return ErrorReply(409, context.method, messages, model=context.kind.prefix, key=key)


def _composing(context: RequestContext) -> bool:
    return context.dialect.modern and context.flag("compose")


def _demand_update(context: RequestContext) -> None:
    # DRP holds the claim against the path as it is spelled here, not against the key it stands for.
    context.demand("update", context.name)


def _not_a_map(value: Any) -> str:
    word = {list: "array", str: "string", bool: "bool"}.get(type(value), "number")
    return f"json: cannot unmarshal {word} into Go value of type map[string]interface {{}}"
