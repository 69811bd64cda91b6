"""References to a machine: its name or its uuid."""

from typing import Any

from drp_provider.models.base import Inputs
from drp_provider.models.fields import UUID


def key_of(machine: str) -> str:
    """Return the machine's key in requests."""
    return machine if UUID.fullmatch(machine) else f"Name:{machine}"


def facts_of(document: dict[str, Any]) -> dict[str, str]:
    """Return uuid and name of the machine, as outputs."""
    return {"machine_uuid": document["Uuid"], "machine_name": document["Name"]}


def facts_in(outputs: Inputs) -> dict[str, Any]:
    """Return uuid and name of the machine, from the recorded outputs."""
    return {name: outputs.get(name) for name in ("machine_uuid", "machine_name")}


def with_one_name(olds: Inputs, news: Inputs) -> Inputs:
    """Return the new inputs, with the recorded reference if the new one means the same machine."""
    known_as = {olds.get("machine_uuid"), olds.get("machine_name")} - {None}
    return {**news, "machine": olds.get("machine")} if news.get("machine") in known_as else news


def names_of(uuid: str, olds: Inputs) -> set[str]:
    """Return every reference by which a program may have declared the machine."""
    return {uuid, *(str(olds[name]) for name in ("machine", "machine_name") if olds.get(name))}
