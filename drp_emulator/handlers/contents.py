"""Content packs: objects that are loaded, replaced and removed together, and that no other request may change."""

from collections.abc import Iterator

from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.rules import packs, saving
from drp_emulator.rules.packs import PREFIX, Pack, store_error
from drp_emulator.wire.documents import Document, Undecodable
from drp_emulator.wire.error_replies import ErrorReply, forbidden

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


def list_all(context: RequestContext) -> Reply:
    """GET what every pack is and how much it holds."""
    _demand(context, "list", "")
    found = [_born(context, _BACKING), *context.transaction.all(PREFIX), _born(context, _BASIC)]
    return Reply([packs.summary(content) for content in found])


def read(context: RequestContext) -> Reply:
    """GET a whole pack."""
    name = context.name
    _demand(context, "get", name)
    return Reply(_born(context, name) if name in _BORN else _existing(context))


def create(context: RequestContext) -> Reply:
    """POST a new pack: all of its objects or none."""
    content = _decoded(context)
    name = content["meta"]["Name"]
    _demand(context, "create", name)
    if not name:
        message = (
            "Store at content- has no Name metadata" if context.dialect.modern else "Content Store must have a name"
        )
        raise store_error("", message)
    if name in _BORN or context.transaction.has(PREFIX, name):
        raise ErrorReply(409, context.method, f"Content {name} already exists", model=PREFIX, key=name)
    return Reply(_load(context, content, None), status=201)


def replace(context: RequestContext) -> Reply:
    """PUT a pack in place of its former self: objects that it no longer holds are removed, unless others need them."""
    content = _decoded(context)
    name, given = context.name, content["meta"]["Name"]
    _demand(context, "update", given)
    if name != given:
        message = f"Cannot change name from {name} to {given}"
        raise ErrorReply(400, context.method, message, model=PREFIX, key=name)
    old = context.transaction.get(PREFIX, name)
    if old is None:
        raise ErrorReply(404, context.method, f"Cannot find {name}", model=PREFIX, key=name)
    return Reply(_load(context, content, old))


def delete(context: RequestContext) -> Reply:
    """DELETE a pack and its objects, unless others need them."""
    name = context.name
    _demand(context, "delete", name)
    if name in _BORN:
        raise store_error(name, f"Content {name} cannot be removed")
    old = _existing(context)
    dependents = [
        f"Content {other['meta']['Name']} requires {name}"
        for other in context.transaction.all(PREFIX)
        if name in packs.prerequisites(other["meta"])
    ]
    if dependents:
        raise ErrorReply(409, "StillInUseError", dependents, model=PREFIX, key=name)
    Pack(context, old).unload(keep={})
    context.transaction.delete(PREFIX, name)
    saving.announce(context, (PREFIX, "delete", name), packs.summary_text(old), None)
    return Reply("", status=204)


def _load(context: RequestContext, content: Document, old: Document | None) -> Document:
    name = content["meta"]["Name"]
    content["meta"]["Type"] = "dynamic"
    pack = Pack(context, content)
    pack.load()
    if old is not None:
        Pack(context, old).unload(keep=content["sections"])
    context.transaction.put(PREFIX, name, content)
    text = packs.summary_text(content, pack.warnings)
    before = None if old is None else packs.summary_text(old)
    saving.announce(context, (PREFIX, "create" if old is None else "update", name), text, before)
    return packs.summary(content, pack.warnings)


def _existing(context: RequestContext) -> Document:
    content = context.transaction.get(PREFIX, context.name)
    if content is None:
        raise ErrorReply(404, context.method, "No such content store", model=PREFIX, key=context.name)
    return content


def _born(context: RequestContext, name: str) -> Document:
    bundle, meta = _BORN[name]
    sections = {
        prefix: dict(_in_bundle(context, prefix, bundle))
        for prefix in object_types(context.dialect)
        if prefix != "jobs"
    }
    whole = packs.CONTENT.decode({"meta": meta})["meta"]
    return {"meta": whole, "sections": {prefix: found for prefix, found in sections.items() if found}}


def _in_bundle(context: RequestContext, prefix: str, bundle: str) -> Iterator[tuple[str, Document]]:
    key = object_types(context.dialect)[prefix].key
    for document in context.transaction.all(prefix):
        if document["Bundle"] == bundle:
            yield document[key], document


def _decoded(context: RequestContext) -> Document:
    try:
        return packs.CONTENT.decode(context.payload())
    except Undecodable as error:
        raise ErrorReply(400, context.method, str(error)) from None


def _demand(context: RequestContext, action: str, name: str) -> None:
    if not context.principal.may(PREFIX, action, name):
        raise forbidden(context.request.path, PREFIX, action, name)
