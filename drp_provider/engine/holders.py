"""The object that somebody else made and that a part lives in, as programs name it: by its name or by its uuid."""

from typing import Any

from drp_provider.errors import NotFound
from drp_provider.models.base import Held, Inputs
from drp_provider.models.fields import UUID

Model = type[Held]


def key_of(name: str) -> str:
    """The object's key in requests."""
    return name if UUID.fullmatch(name) else f"Name:{name}"


def facts_of(model: Model, document: dict[str, Any]) -> dict[str, str]:
    """Both names of the object, as outputs."""
    return {f"{model.holder}_uuid": document["Uuid"], f"{model.holder}_name": document["Name"]}


def settled(model: Model, olds: Inputs, news: Inputs) -> Inputs:
    """The new inputs; where they call the same object by its other name, with the name of the old ones."""
    known_as = {olds.get(f"{model.holder}_uuid"), olds.get(f"{model.holder}_name")} - {None}
    return {**news, model.holder: olds.get(model.holder)} if news.get(model.holder) in known_as else news


def names_of(model: Model, uuid: str, olds: Inputs) -> set[str]:
    """Every name by which a program may have declared the object."""
    return {uuid, *(str(olds[name]) for name in (model.holder, f"{model.holder}_name") if olds.get(name))}


def unknown(model: Model, inputs: Inputs, undone: str, error: NotFound) -> NotFound:
    """There is no such object; `undone` says what therefore did not happen."""
    text = (
        f"{model.holder} {inputs[model.holder]!r} is not on the endpoint, so {undone}: "
        f"check the name or uuid, and that the credentials may see {model.prefix}."
    )
    return NotFound(text, code=error.code, model=error.model, key=error.key, type_=error.type)
