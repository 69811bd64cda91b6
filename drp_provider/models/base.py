"""What every resource type says about itself.

A model validates a program's inputs and says, as class variables, which of them are fields of the DRP object and which
are maps whose members are owned one by one. The engine reads those declarations and knows no type by name.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, StrictBool

from drp_provider.models.fields import UUID, Machine, Meta

Inputs = dict[str, Any]
"""A program's inputs: property names as Python spells them, values as JSON."""


class Declaration(BaseModel):
    """The inputs of one resource. Unknown inputs are refused: DRP would drop them without a word."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    noun: ClassVar[str]
    """What a message calls it: `profile`."""
    prefix: ClassVar[str]
    """Plural path segment and type name of the DRP object it belongs to: `profiles`."""
    identity: ClassVar[tuple[str, ...]]
    """Inputs that make the id; a change of one replaces the resource."""

    secret_keys: list[str] | None = None

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """Return the inputs with everything filled in that follows from the others. Any value may be unknown."""
        return inputs

    @classmethod
    def carry(cls, olds: Inputs, inputs: Inputs) -> Inputs:  # noqa: ARG003 - for types that remember
        """Return the completed inputs with what they keep from the earlier ones; `olds` is empty for a new resource."""
        return inputs

    @classmethod
    def objections(cls, olds: Inputs, news: Inputs) -> list[str]:  # noqa: ARG003 - for types that must not drift
        """Return why valid inputs are refused all the same, each a sentence with the way out."""
        return []


class Owned(Declaration):
    """What a program owns of a DRP object: fields, and maps whose members are owned one by one."""

    defaults: ClassVar[Mapping[str, Any]] = {"description": ""}
    """Inputs that are one field each, with the value that DRP gives the field if none is declared."""
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
        """Return the inputs in `maps` that this change puts back to their initial values."""
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
    """Something of a machine, which DRP has discovered and a program names by its name or uuid."""

    prefix: ClassVar[str] = "machines"
    identity: ClassVar[tuple[str, ...]] = ("machine",)

    machine: Machine

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """Return the inputs with a uuid in lower case, as DRP writes it."""
        machine = inputs.get("machine")
        if isinstance(machine, str) and UUID.fullmatch(machine):
            return {**inputs, "machine": machine.lower()}
        return inputs
