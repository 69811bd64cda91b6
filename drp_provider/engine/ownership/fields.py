"""The owned fields of an object: declared inputs as values by JSON Pointer.

An *owned field* is one value that is tested and replaced whole: a field (`/Description`), one param
(`/Params/my~1leader`), one meta key.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic.alias_generators import to_pascal

from drp_provider.engine.ownership.labels import named_in
from drp_provider.models.base import Inputs, Owned
from drp_provider.models.fields import OWNER_KEY, RUN_KEY
from drp_provider.patch.pointer import pointer_to, tokens_of
from drp_provider.runs import run_of

OWNER_POINTER = pointer_to("Meta", OWNER_KEY)
RUN_POINTER = pointer_to("Meta", RUN_KEY)

Values = dict[str, Any]
"""Values by pointer."""


def field_pointer(name: str) -> str:
    """Return the pointer to the DRP field of an input: `params` → `/Params`."""
    return pointer_to(to_pascal(name))


class OwnedFields:
    """The fields of an object that one resource owns, by its inputs.

    Args:
        model: The resource type.
        inputs: Its inputs, or the recorded outputs, which hold them too.
    """

    def __init__(self, model: type[Owned], inputs: Inputs) -> None:
        self.model = model
        self.inputs = inputs

    @property
    def values(self) -> Values:
        """Return the owned values, without the owner mark, which only objects that this resource created have."""
        return {**self._declared(), **self._run_mark()}

    @property
    def marked_values(self) -> Values:
        """Return the owned values with the owner mark."""
        return {**self._declared(), **self.marks}

    @property
    def marks(self) -> Values:
        """Return the provider's keys in an object's Meta: the owner, and the run to which its params belong."""
        return {**self._owner_mark(), **self._run_mark()}

    @property
    def initial(self) -> Values:
        """Return the values that are written if absent, and belong to the machines afterwards."""
        return self._members(self.model.initial)

    @property
    def aborts(self) -> Values:
        """Return the values that are written before a reset, to end the waits of running scripts."""
        return self._members(self.model.aborts)

    @property
    def defaults(self) -> Values:
        """Return DRP's value of each plain field that the program does not declare."""
        return {field_pointer(name): value for name, value in self.model.defaults.items()}

    @property
    def in_maps(self) -> Values:
        """Return the owned and initial values that are members of a map, which an adopted object releases."""
        return {p: value for p, value in {**self.values, **self.initial}.items() if p.count("/") > 1}

    def body(self) -> dict[str, Any]:
        """Return the document of a first `POST`: key, owned values, initial values and marks."""
        given, maps = self.inputs, self.model.maps
        body = {
            to_pascal(name): given[name]
            for name in (*self.model.identity, *self.model.defaults)
            if _is_set(given, name)
        }
        members: dict[str, dict[str, Any]] = {name: dict(given.get(name) or {}) for name in maps}
        for name, target in self.model.initial.items():
            members[target].update(given.get(name) or {})
        members["meta"].update({tokens_of(pointer)[-1]: mark for pointer, mark in self.marks.items()})
        return {**body, **{to_pascal(name): members[name] for name in maps if members[name]}}

    def empty_body(self) -> dict[str, Any]:
        """Return the fields and maps of an object without declared values."""
        maps: dict[str, Any] = {to_pascal(name): {} for name in self.model.maps}
        return {**{to_pascal(name): value for name, value in self.model.defaults.items()}, **maps}

    def forced(self, pointers: Collection[str]) -> frozenset[str]:
        """Return those of the pointers that the input `force` names."""
        return named_in(self.inputs.get("force") or (), pointers)

    def seen_in(self, document: Mapping[str, Any]) -> Inputs:
        """Return the inputs with each owned value as the document has it, without members that are gone."""
        seen = dict(self.inputs)
        for name in self.model.defaults:
            if _is_set(self.inputs, name):
                seen[name] = document.get(to_pascal(name))
        for name in self.model.maps:
            if _is_set(self.inputs, name):
                members = document.get(to_pascal(name)) or {}
                seen[name] = {key: members[key] for key in self.inputs[name] if key in members}
        return seen

    def _declared(self) -> Values:
        found = {field_pointer(name): self.inputs[name] for name in self.model.defaults if _is_set(self.inputs, name)}
        return {**found, **self._members({name: name for name in self.model.maps})}

    def _owner_mark(self) -> Values:
        owner = self.inputs.get("owner")
        return {OWNER_POINTER: owner} if owner else {}

    def _run_mark(self) -> Values:
        incarnation = self.inputs.get("incarnation")
        return {RUN_POINTER: run_of(incarnation, self.inputs["run_number"])} if incarnation else {}

    def _members(self, maps: Mapping[str, str]) -> Values:
        return {
            field_pointer(target) + pointer_to(key): value
            for name, target in maps.items()
            for key, value in (self.inputs.get(name) or {}).items()
        }


def secret_keys_of(*records: OwnedFields) -> set[str]:
    """Return the labels of the owned fields that Pulumi holds secret, now or before.

    An initial value is labelled as the param that it becomes.
    """
    named = {key for record in records for key in record.inputs.get("secret_keys") or ()}
    for record in records:
        for name, target in {**record.model.initial, **record.model.aborts}.items():
            named |= {target + key.removeprefix(name) for key in named if key == name or key.startswith(f"{name}.")}
    return named


def _is_set(inputs: Inputs, name: str) -> bool:
    return inputs.get(name) is not None
