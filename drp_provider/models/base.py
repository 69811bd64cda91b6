"""Base classes of the models of all resource types.

A model validates a program's inputs. Its class variables declare which inputs are fields of the DRP object, and which
are maps whose members are owned one by one. The engine reads these declarations and knows no type by name.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, StrictBool

from drp_provider.models.fields import UUID, Machine, Meta

Inputs = dict[str, Any]
"""A program's inputs: property names as Python spells them, values as JSON."""


class Declaration(BaseModel):
    """The inputs of one resource. Unknown inputs are rejected, because DRP would drop them silently."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    noun: ClassVar[str]
    """The name of the type in messages: `profile`."""
    prefix: ClassVar[str]
    """Plural path segment and type name of the DRP object it belongs to: `profiles`."""
    identity: ClassVar[tuple[str, ...]]
    """Inputs that make the id; a change of one replaces the resource."""

    secret_keys: list[str] | None = None

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """Return the inputs, completed with those that follow from others. Any value may be unknown."""
        return inputs

    @classmethod
    def carry(cls, olds: Inputs, inputs: Inputs) -> Inputs:  # noqa: ARG003 - for types with a history
        """Return the completed inputs with the values kept from earlier ones; `olds` is empty for a new resource."""
        return inputs

    @classmethod
    def objections(cls, olds: Inputs, news: Inputs) -> list[str]:  # noqa: ARG003 - for types that reject some changes
        """Return the reasons to reject valid inputs, each a sentence with the way out."""
        return []


class Owned(Declaration):
    """The parts of a DRP object that a program owns: fields, and maps whose members are owned one by one."""

    defaults: ClassVar[Mapping[str, Any]] = {"description": ""}
    """Inputs that are one field each, with DRP's value for a field that the program does not declare."""
    maps: ClassVar[tuple[str, ...]] = ("meta",)
    """Inputs whose members are owned one by one."""
    initial: ClassVar[Mapping[str, str]] = {}
    """Inputs whose members are set once in the map of another input, and belong to the machines afterwards."""
    aborts: ClassVar[Mapping[str, str]] = {}
    """Inputs whose members are set in the map of another input before a reset, to end the waits of scripts."""

    description: str | None = None
    meta: Meta | None = None
    force: list[str] | None = None

    @classmethod
    def resets(cls, olds: Inputs, news: Inputs) -> frozenset[str]:  # noqa: ARG003 - for types that can be reset
        """Return the inputs in `maps` that this change resets to their initial values."""
        return frozenset()


class DrpObject(Owned):
    """A whole DRP object, with its key."""

    identity = ("name",)
    defaults = {**Owned.defaults, "documentation": ""}

    name: str
    documentation: str | None = None
    owner: str | None = None
    adopt: StrictBool = False


class MachineInputs(Declaration):
    """A part of a machine that DRP has discovered; the program gives the machine's name or uuid."""

    prefix: ClassVar[str] = "machines"
    identity: ClassVar[tuple[str, ...]] = ("machine",)

    machine: Machine

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """Return the inputs with the uuid in lower case, as DRP writes it."""
        machine = inputs.get("machine")
        if isinstance(machine, str) and UUID.fullmatch(machine):
            return {**inputs, "machine": machine.lower()}
        return inputs
