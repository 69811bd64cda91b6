"""The params of a holder as a resource of their own, and its Meta map."""

from typing import Any

from drp_provider.embedded.calls import Call, Reply
from drp_provider.embedded.changes import saving
from drp_provider.embedded.handlers.objects import decoded_patch, opener
from drp_provider.embedded.params import secure
from drp_provider.embedded.params.precedence import Precedence
from drp_provider.embedded.wire.documents import Document, Undecodable, encode
from drp_provider.embedded.wire.faults import Fault, not_found
from drp_provider.embedded.wire.patching import PatchFailure

# What an object route answers with 400, 403 or 422 is a conflict here.
_CONFLICTS = (400, 403, 422)


def read_all(call: Call) -> Reply:
    """GET the map, with `aggregate` through all levels."""
    key, holder = call.existing(as_spelled=True)
    secrets = opener(call, call.name)
    values = holder["Params"]
    if _composing(call):
        precedence = Precedence(call.transaction, secrets)
        values = {name: precedence.composed(call.kind, holder, name) for name in precedence.merged(call.kind, holder)}
    elif call.flag("aggregate"):
        values = Precedence(call.transaction, secrets).merged(call.kind, holder)
    elif secrets is not None:
        values = secrets.params((call.kind.prefix, key), values)
    wanted = call.words("params")
    if wanted:
        values = {name: value for name, value in values.items() if name in wanted}
    return Reply(values)


def read_one(call: Call) -> Reply:
    """GET one value; a missing one is null."""
    key, holder = call.existing(as_spelled=True)
    secrets = opener(call, call.name)
    name = call.arguments["param"]
    value = holder["Params"].get(name)
    if _composing(call):
        value = Precedence(call.transaction, secrets).composed(call.kind, holder, name)
    elif call.flag("aggregate"):
        value = Precedence(call.transaction, secrets).value(call.kind, holder, name)
    elif secrets is not None:
        value = secrets.value((call.kind.prefix, key), name, value)
    return Reply(encode(value))


def replace_all(call: Call) -> Reply:
    """POST the whole map: null or an empty body wipes it and answers nothing."""
    values = call.payload()
    if values is not None and not isinstance(values, dict):
        raise Fault(400, call.method, _not_a_map(values))
    stored = _change(call, values or {})
    return Reply("" if values is None else stored)


def set_one(call: Call) -> Reply:
    """POST one value."""
    value = call.payload()
    _, holder = call.existing(readable=False)
    changed = {**holder["Params"], call.arguments["param"]: value}
    stored = _change(call, changed)
    return Reply(encode(stored[call.arguments["param"]]))


def patch_all(call: Call) -> Reply:
    """PATCH the map: directly on what is stored, unlike the snapshot older servers patch."""
    return _patched(call, "Params")


def delete_one(call: Call) -> Reply:
    """DELETE one value; the answer is the old one."""
    _, holder = call.existing(readable=False)
    name = call.arguments.get("param", "")
    if name not in holder["Params"]:
        _demand_update(call)
        raise not_found(call.method, "params", name)
    remaining = {key: value for key, value in holder["Params"].items() if key != name}
    _change(call, remaining)
    return Reply(encode(holder["Params"][name]))


def public_key(call: Call) -> Reply:
    """GET the key that values for this object are sealed to; whoever may have it may write secure values."""
    call.demand("updateSecure", call.name)
    key, _ = call.existing(readable=False)
    return Reply(encode(secure.public_key((call.kind.prefix, key), call.transaction)))


def read_meta(call: Call) -> Reply:
    """GET the Meta map of an object."""
    return Reply(call.existing()[1]["Meta"])


def patch_meta(call: Call) -> Reply:
    """PATCH the Meta map of an object."""
    return _patched(call, "Meta")


def _patched(call: Call, member: str) -> Reply:
    changes = decoded_patch(call)
    key, holder = call.existing(readable=False)
    if changes.changed_pointers():
        _demand_update(call)
    try:
        values = changes.apply(holder[member])
    except PatchFailure as failure:
        reason = [f"Patch failed to apply at line {failure.line}", failure.reason]
        raise _conflict(call, key, reason) from None
    if values is not None and not isinstance(values, dict):
        raise _conflict(call, key, [_not_a_map(values)])
    stored = _save(call, {member: values or {}})
    return Reply("" if values is None else stored[member])


def _change(call: Call, values: Document) -> Document:
    call.existing(readable=False)
    _demand_update(call)
    changed: Document = _save(call, {"Params": values})["Params"]
    return changed


def _save(call: Call, members: Document) -> Document:
    key, old = call.existing(readable=False)
    struct = call.kind.struct(call.dialect)
    try:
        new = struct.decode({**old, **members})
        saving.update(call, old, new, call.method)
    except Undecodable as error:
        raise _conflict(call, key, [str(error)]) from None
    except Fault as fault:
        if fault.code not in _CONFLICTS:
            raise
        raise _conflict(call, key, fault.messages) from None
    return new


def _conflict(call: Call, key: str, messages: list[str]) -> Fault:
    return Fault(409, call.method, messages, model=call.kind.prefix, key=key)


def _composing(call: Call) -> bool:
    return call.dialect.modern and call.flag("compose")


def _demand_update(call: Call) -> None:
    # DRP holds the claim against the path as it is spelled here, not against the key it stands for.
    call.demand("update", call.name)


def _not_a_map(value: Any) -> str:
    word = {list: "array", str: "string", bool: "bool"}.get(type(value), "number")
    return f"json: cannot unmarshal {word} into Go value of type map[string]interface {{}}"
