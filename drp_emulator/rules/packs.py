"""What is in a content pack, and how its objects get into the store and out of it."""

import re
from collections.abc import Sequence
from typing import Any

from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import RequestContext
from drp_emulator.rules import references, saving
from drp_emulator.wire.documents import Document, Undecodable, encode
from drp_emulator.wire.error_replies import ErrorReply
from drp_emulator.wire.go_types import ANY_MAP, BOOL, META, STRING, Field, MapOf, Struct

PREFIX = "contents"
# Each type after those it refers to.
_ORDER = ("templates", "params", "roles", "profiles", "tasks", "bootenvs", "stages", "workflows", "pools")
_SAID_ABOUT = (
    *("Documentation", "RequiredFeatures", "Prerequisites", "Color", "Icon", "Author", "DisplayName", "License"),
    *("Copyright", "CodeSource", "Order", "Tags", "DocUrl"),
)
_META = Struct(
    "models.ContentMetaData",
    (
        *(Field(name, STRING) for name in ("Name", "Version", "Description", "Source", "Type")),
        *(Field(name, STRING, omit_empty=True) for name in _SAID_ABOUT),
        *(Field("Writable", BOOL), Field("Overwritable", BOOL), Field("Meta", META)),
    ),
)


CONTENT = Struct(
    "models.Content",
    (Field("meta", _META), Field("sections", MapOf(ANY_MAP, "map[string]models.Section"))),
)
# A number of more digits is cut: Python refuses to read one of thousands.
_WANTED = re.compile(r"(>=|<=|>|<|=)?\s?v?([0-9]{1,18}(?:\.[0-9]{1,18})*)\S*")
_LAYER_OF_PEOPLE = 0


def store_error(name: str, messages: str | Sequence[str]) -> ErrorReply:
    """Return the pack cannot be taken as it is."""
    return ErrorReply(422, "STORE_ERROR", messages, model=PREFIX, key=name)


def summary(content: Document, warnings: Sequence[str] = ()) -> Document:
    """Return a pack as lists show it."""
    counts = {prefix: len(section) for prefix, section in sorted(content["sections"].items())}
    return {"meta": content["meta"], "Counts": counts, "Warnings": list(warnings)}


def summary_text(content: Document, warnings: Sequence[str] = ()) -> str:
    """Return the summary as an event carries it."""
    return encode(summary(content, warnings))


def prerequisites(meta: Document) -> dict[str, str]:
    """Return the packs that must be there first, each with the versions that will do."""
    entries = (entry.partition(":") for entry in meta.get("Prerequisites", "").split(","))
    return {name.strip(): wanted.strip() for name, _, wanted in entries if name.strip()}


class Pack:
    """One pack that is being loaded or unloaded.

    Attributes:
        warnings: What was loaded and is not usable yet, or was left out.
    """

    def __init__(self, context: RequestContext, content: Document) -> None:
        self._call = context
        self._content = content
        self._name: str = content["meta"]["Name"]
        self._kinds = object_types(context.dialect)
        self.warnings: list[str] = []

    def load(self) -> None:
        """Save every object; all messages come together.

        Raises:
            ErrorReply: 422, nothing can be kept of it.
        """
        self._check_prerequisites()
        objects = self._decoded()
        self._check_overriding(objects)
        for prefix in _ORDER:
            self._save([entry for entry in objects if entry[0].prefix == prefix])
        left = sorted(set(self._content["sections"]) - set(_ORDER))
        self.warnings += [f"Section {prefix} does not exist" for prefix in left]

    def unload(self, keep: Document) -> None:
        """Remove every object that is not kept, the ones that refer to others first.

        Raises:
            ErrorReply: 409, something else still needs one.
        """
        context = self._call
        used: list[str] = []
        for prefix in reversed(_ORDER):
            kind = self._kinds.get(prefix)
            gone = [key for key in self._content["sections"].get(prefix, ()) if key not in keep.get(prefix, ())]
            if kind is None or not gone:
                continue
            # No object uses another of its own type, and so one look is enough for all of them.
            users = references.users(kind, gone, context.transaction, context.dialect)
            for key in gone:
                old = context.transaction.get(prefix, key)
                if old is not None:
                    used += users[key]
                    saving.remove(context, kind, old)
        if used:
            raise ErrorReply(409, "StillInUseError", used, model=PREFIX, key=self._name)

    def _check_prerequisites(self) -> None:
        missing = []
        for name, wanted in prerequisites(self._content["meta"]).items():
            found = self._call.transaction.get(PREFIX, name)
            if found is None:
                missing.append(f"Content {self._name} requires content {name}, which is not present")
            elif not _satisfies(found["meta"]["Version"], wanted):
                version = found["meta"]["Version"]
                missing.append(f"Content {self._name} requires content {name} {wanted}, and {version} is present")
        if missing:
            raise store_error(self._name, missing)

    def _decoded(self) -> list[tuple[ObjectType, str, Document]]:
        objects = []
        for prefix in _ORDER:
            kind = self._kinds.get(prefix)
            for key, document in self._content["sections"].get(prefix, {}).items():
                if kind is None:
                    raise store_error(self._name, f"Section {prefix} does not exist")
                objects.append((kind, key, self._one(kind, key, document)))
        return objects

    def _one(self, kind: ObjectType, key: str, document: Any) -> Document:
        try:
            new = kind.struct(self._call.dialect).decode(document)
        except Undecodable as error:
            raise store_error(self._name, f"Unable to load {kind.prefix}: error unmarshaling JSON: {error}") from None
        new[kind.key] = new[kind.key] or key
        if new[kind.key] != key:
            raise store_error(self._name, f"Unable to load {kind.prefix}: {new[kind.key]} stands under the key {key}")
        return new

    def _check_overriding(self, objects: Sequence[tuple[ObjectType, str, Document]]) -> None:
        layers = ["", *(str(pack["meta"]["Name"]) for pack in self._call.transaction.all(PREFIX))]
        lines = []
        for kind, key, _ in objects:
            held = self._call.transaction.get(kind.prefix, key)
            if held is None or held["Bundle"] == self._name:
                continue
            if not held["Bundle"] and self._call.dialect.modern and self._call.flag("replaceWritable"):
                continue
            layer = layers.index(held["Bundle"]) if held["Bundle"] in layers else len(layers)
            lines.append(f"keysCannotBeOverridden: {key} is already in layer {layer}")
            if layer == _LAYER_OF_PEOPLE:
                lines.append(f"keysCannotOverride: {key} would be overridden by layer {layer}")
        if lines:
            raise store_error(self._name, "New layer violates key restrictions: " + "\n\t".join(lines))

    def _save(self, objects: Sequence[tuple[ObjectType, str, Document]]) -> None:
        """Save the objects of one type; once more those that named one that came after them."""
        wrong = []
        for again in (False, True):
            for kind, key, new in objects:
                old = self._call.transaction.get(kind.prefix, key)
                if again and not new["Errors"]:
                    continue
                try:
                    if old is None:
                        saving.add(self._call, kind, new, bundle=self._name)
                    else:
                        new["Bundle"], new["ReadOnly"] = self._name, True
                        saving.replace(self._call, kind, old, new)
                except ErrorReply as fault:
                    wrong += [f"{kind.prefix}/{key}: {message}" for message in fault.messages]
            if wrong:
                raise ErrorReply(422, "ValidationError", wrong, model=PREFIX, key=self._name)
        self.warnings += [f"{kind.prefix}/{key}: {error}" for kind, key, new in objects for error in new["Errors"]]


def _satisfies(version: str, wanted: str) -> bool:
    """Return whether a version is in the ranges: `>=1.2 <2`; words that are no range want nothing."""
    ranges = _WANTED.findall(_spaced(wanted))
    return all(_compares(sign, _numbers(version), _numbers(number)) for sign, number in ranges)


def _compares(sign: str, has: list[int], bound: list[int]) -> bool:
    length = max(len(has), len(bound))
    a, b = (numbers + [0] * (length - len(numbers)) for numbers in (has, bound))
    return {">=": a >= b, "<=": a <= b, ">": a > b, "<": a < b}.get(sign, a == b)


def _numbers(version: str) -> list[int]:
    match = _WANTED.search(_spaced(version))
    return [int(part) for part in match[2].split(".")] if match else []


def _spaced(text: str) -> str:
    """Return a text with one space where it has many, which the expression would search again from each."""
    return " ".join(text.split())
