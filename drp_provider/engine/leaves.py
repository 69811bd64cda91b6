"""Inputs become leaves: the owned values of a DRP document, by pointer; and leaves become labels for people."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from pydantic.alias_generators import to_pascal

from drp_provider.engine.secret_keys import EVERY, hides
from drp_provider.models.base import Inputs, Owned
from drp_provider.models.fields import OWNER_KEY, RUN_KEY
from drp_provider.patch.pointer import document_of, pointer_to, tokens_of
from drp_provider.patch.values import ABSENT, text_of
from drp_provider.runs import run_of

OWNER_POINTER = pointer_to("Meta", OWNER_KEY)
RUN_POINTER = pointer_to("Meta", RUN_KEY)
MASKED = "[secret]"
HIDDEN = "[hidden]"
"""Stands for a value of which the program cannot tell whether it is secret."""

Model = type[Owned]


def field_pointer(name: str) -> str:
    """The pointer to the DRP field of an input: `params` → `/Params`."""
    return pointer_to(to_pascal(name))


def leaves_of(model: Model, inputs: Inputs, *, marked: bool) -> dict[str, Any]:
    """Return the owned values. `marked` adds the owner mark, which only objects that we created carry."""
    found = {field_pointer(name): inputs[name] for name in model.zeros if inputs.get(name) is not None}
    for name in model.maps:
        for key, value in (inputs.get(name) or {}).items():
            found[field_pointer(name) + pointer_to(key)] = value
    marks = marks_of(inputs)
    return {**found, **(marks if marked else {p: mark for p, mark in marks.items() if p != OWNER_POINTER})}


def marks_of(inputs: Inputs) -> dict[str, str]:
    """Return what the provider itself writes into an object's Meta: whose it is, and which run its params belong to."""
    marks = {}
    if inputs.get("owner"):
        marks[OWNER_POINTER] = inputs["owner"]
    if inputs.get("incarnation"):
        marks[RUN_POINTER] = run_of(inputs["incarnation"], inputs["run"])
    return marks


def seeds_of(model: Model, inputs: Inputs) -> dict[str, Any]:
    """The values that are set where nothing is, and belong to others afterwards."""
    return _members_of(model.seeded, inputs)


def aborts_of(model: Model, inputs: Inputs) -> dict[str, Any]:
    """The values that are set before a reset, to end the waits of scripts that are still at work."""
    return _members_of(model.aborts, inputs)


def _members_of(maps: Mapping[str, str], inputs: Inputs) -> dict[str, Any]:
    return {
        field_pointer(target) + pointer_to(key): value
        for name, target in maps.items()
        for key, value in (inputs.get(name) or {}).items()
    }


def zeros_of(model: Model) -> dict[str, Any]:
    """What DRP holds in each plain field where nobody declared a value."""
    return {field_pointer(name): value for name, value in model.zeros.items()}


def body_of(model: Model, inputs: Inputs) -> dict[str, Any]:
    """The document of a first `POST`: key, owned values, seeds and owner mark."""
    key = {field_pointer(name): inputs[name] for name in model.identity}
    leaves = {**key, **leaves_of(model, inputs, marked=True), **seeds_of(model, inputs)}
    return document_of(leaves.items())


def empty_body(model: Model) -> dict[str, Any]:
    """The fields and maps of an object in which nobody has declared anything."""
    maps: dict[str, Any] = {to_pascal(name): {} for name in model.maps}
    return {**{to_pascal(name): zero for name, zero in model.zeros.items()}, **maps}


def secret_keys_of(model: Model, *records: Inputs) -> set[str]:
    """The labels of the leaves that Pulumi holds secret, now or before; a seed is labelled as the leaf it becomes."""
    named = {key for record in records for key in record.get("secret_keys") or ()}
    for name, target in {**model.seeded, **model.aborts}.items():
        named |= {target + key.removeprefix(name) for key in named if key == name or key.startswith(f"{name}.")}
    return named


def label_of(pointer: str) -> str:
    """A leaf as a program spells it: `/Params/my~1key` → `params.my/key`."""
    field, *rest = tokens_of(pointer)
    return ".".join([_snake(field), *rest])


def _snake(field: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(field))


def pointers_named(names: Collection[str], pointers: Collection[str]) -> frozenset[str]:
    """The pointers that `force` names: by label (`params.my/key`, `description`) or by bare key (`my/key`)."""
    return frozenset(p for p in pointers if label_of(p) in names or tokens_of(p)[-1] in names)


def masker(secret_keys: Collection[str]) -> Callable[[str, Any], str]:
    """A function from pointer and value to text that shows no value Pulumi holds secret."""

    def show(pointer: str, value: Any) -> str:
        if value is ABSENT or not hides(secret_keys, label_of(pointer)):
            return text_of(value)
        return HIDDEN if EVERY in secret_keys else MASKED

    return show


def live_inputs(model: Model, inputs: Inputs, document: Mapping[str, Any]) -> Inputs:
    """The inputs with each owned value as the document has it; owned members that are gone are left out."""
    seen = dict(inputs)
    for name in model.zeros:
        if inputs.get(name) is not None:
            seen[name] = document.get(to_pascal(name))
    for name in model.maps:
        if inputs.get(name) is not None:
            members = document.get(to_pascal(name)) or {}
            seen[name] = {key: members[key] for key in inputs[name] if key in members}
    return seen
