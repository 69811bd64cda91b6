"""How programs name a machine: by its name or by its uuid."""

from typing import Any

from drp_provider.models.base import Inputs
from drp_provider.models.fields import UUID


def key_of(machine: str) -> str:
    """Return the machine's key in requests."""
    return machine if UUID.fullmatch(machine) else f"Name:{machine}"


def facts_of(document: dict[str, Any]) -> dict[str, str]:
    """Return both names of the machine, as outputs."""
    return {"machine_uuid": document["Uuid"], "machine_name": document["Name"]}


def facts_in(outputs: Inputs) -> dict[str, Any]:
    """Return both names of the machine, as recorded."""
    return {name: outputs.get(name) for name in ("machine_uuid", "machine_name")}


def with_one_name(olds: Inputs, news: Inputs) -> Inputs:
    """Return the new inputs; if they call the same machine by its other name, with the recorded name."""
    known_as = {olds.get("machine_uuid"), olds.get("machine_name")} - {None}
    return {**news, "machine": olds.get("machine")} if news.get("machine") in known_as else news


def names_of(uuid: str, olds: Inputs) -> set[str]:
    """Return every name by which a program may have declared the machine."""
    return {uuid, *(str(olds[name]) for name in ("machine", "machine_name") if olds.get(name))}
