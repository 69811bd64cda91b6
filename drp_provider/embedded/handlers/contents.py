"""Content packs: objects that come, change and go together, and that nobody else may change."""

from collections.abc import Iterator

from drp_provider.embedded.calls import Call, Reply
from drp_provider.embedded.changes import packs, saving
from drp_provider.embedded.changes.packs import PREFIX, Pack, store_error
from drp_provider.embedded.object_types.prefixes import object_types
from drp_provider.embedded.wire.documents import Document, Undecodable
from drp_provider.embedded.wire.faults import Fault, forbidden

# What every endpoint has: the objects people make, and those it was born with. (Bundle, meta)
_BACKING, _BASIC = "BackingStore", "BasicStore"
_BORN: dict[str, tuple[str, Document]] = {
    _BACKING: ("", {"Name": _BACKING, "Description": "Writable backing store", "Version": "user", "Type": "writable"}),
    _BASIC: (
        _BASIC,
        {
            "Name": _BASIC,
            "Description": "Default objects that must be present",
            "Version": "Unversioned",
            "Type": "basic",
        },
    ),
}


def list_all(call: Call) -> Reply:
    """GET what every pack is and how much it holds."""
    _demand(call, "list", "")
    found = [_born(call, _BACKING), *call.transaction.all(PREFIX), _born(call, _BASIC)]
    return Reply([packs.summary(content) for content in found])


def read(call: Call) -> Reply:
    """GET a whole pack."""
    name = call.name
    _demand(call, "get", name)
    return Reply(_born(call, name) if name in _BORN else _existing(call))


def create(call: Call) -> Reply:
    """POST a new pack: all of its objects or none."""
    content = _decoded(call)
    name = content["meta"]["Name"]
    _demand(call, "create", name)
    if not name:
        message = "Store at content- has no Name metadata" if call.dialect.modern else "Content Store must have a name"
        raise store_error("", message)
    if name in _BORN or call.transaction.has(PREFIX, name):
        raise Fault(409, call.method, f"Content {name} already exists", model=PREFIX, key=name)
    return Reply(_load(call, content, None), status=201)


def replace(call: Call) -> Reply:
    """PUT a pack in place of its former self: what it no longer holds goes, if nobody needs it."""
    content = _decoded(call)
    name, given = call.name, content["meta"]["Name"]
    _demand(call, "update", given)
    if name != given:
        message = f"Cannot change name from {name} to {given}"
        raise Fault(400, call.method, message, model=PREFIX, key=name)
    old = call.transaction.get(PREFIX, name)
    if old is None:
        raise Fault(404, call.method, f"Cannot find {name}", model=PREFIX, key=name)
    return Reply(_load(call, content, old))


def delete(call: Call) -> Reply:
    """DELETE a pack and its objects, if nobody needs them."""
    name = call.name
    _demand(call, "delete", name)
    if name in _BORN:
        raise store_error(name, f"Content {name} cannot be removed")
    old = _existing(call)
    dependents = [
        f"Content {other['meta']['Name']} requires {name}"
        for other in call.transaction.all(PREFIX)
        if name in packs.prerequisites(other["meta"])
    ]
    if dependents:
        raise Fault(409, "StillInUseError", dependents, model=PREFIX, key=name)
    Pack(call, old).unload(keep={})
    call.transaction.delete(PREFIX, name)
    saving.announce(call, (PREFIX, "delete", name), packs.summary_text(old), None)
    return Reply("", status=204)


def _load(call: Call, content: Document, old: Document | None) -> Document:
    name = content["meta"]["Name"]
    content["meta"]["Type"] = "dynamic"
    pack = Pack(call, content)
    pack.load()
    if old is not None:
        Pack(call, old).unload(keep=content["sections"])
    call.transaction.put(PREFIX, name, content)
    text = packs.summary_text(content, pack.warnings)
    before = None if old is None else packs.summary_text(old)
    saving.announce(call, (PREFIX, "create" if old is None else "update", name), text, before)
    return packs.summary(content, pack.warnings)


def _existing(call: Call) -> Document:
    content = call.transaction.get(PREFIX, call.name)
    if content is None:
        raise Fault(404, call.method, "No such content store", model=PREFIX, key=call.name)
    return content


def _born(call: Call, name: str) -> Document:
    bundle, meta = _BORN[name]
    sections = {
        prefix: dict(_in_bundle(call, prefix, bundle)) for prefix in object_types(call.dialect) if prefix != "jobs"
    }
    whole = packs.CONTENT.decode({"meta": meta})["meta"]
    return {"meta": whole, "sections": {prefix: found for prefix, found in sections.items() if found}}


def _in_bundle(call: Call, prefix: str, bundle: str) -> Iterator[tuple[str, Document]]:
    key = object_types(call.dialect)[prefix].key
    for document in call.transaction.all(prefix):
        if document["Bundle"] == bundle:
            yield document[key], document


def _decoded(call: Call) -> Document:
    try:
        return packs.CONTENT.decode(call.payload())
    except Undecodable as error:
        raise Fault(400, call.method, str(error)) from None


def _demand(call: Call, action: str, name: str) -> None:
    if not call.principal.may(PREFIX, action, name):
        raise forbidden(call.request.path, PREFIX, action, name)
