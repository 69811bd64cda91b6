"""Read a stack's state from the output of `pulumi stack export`."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from drp_provider import models
from drp_provider.errors import DrpError
from drp_provider.models.base import Declaration, DrpObject
from drp_provider.models.content_pack import ContentPack

TYPE_PREFIX = "pulumi-python:dynamic/drp:"
"""The prefix of a type token of this provider; the name of the class follows."""
_URN = "urn:pulumi:"
_URN_PARTS = 4


class StateError(DrpError):
    """The state cannot be read, or is not valid."""


class _Resource(BaseModel):
    urn: str
    type: str
    id: str = ""
    outputs: dict[str, Any] | None = None


class _Pending(BaseModel):
    resource: _Resource
    type: str


class _Deployment(BaseModel):
    resources: list[_Resource] | None = None
    pending_operations: list[_Pending] | None = None


class _Export(BaseModel):
    version: int
    deployment: _Deployment


@dataclass(frozen=True)
class PendingOperation:
    """An operation that Pulumi began and did not record as finished."""

    what: str
    """Pulumi's word for the operation: `creating`, `updating`, `deleting`."""
    resource: str
    type: str
    is_recorded: bool
    """Whether a later run has recorded the resource."""


@dataclass(frozen=True)
class State:
    """The recorded state of one stack."""

    project: str
    stack: str
    objects: frozenset[tuple[str, str]]
    """Prefix and key of each object that a resource created or adopted: `("profiles", "web")`."""
    adopted: frozenset[tuple[str, str]]
    """Those that existed before and that a resource adopted."""
    assignments: frozenset[tuple[str, str]]
    """Uuid of the machine, and profile."""
    workflows: frozenset[str]
    """Uuids of the machines whose workflow a resource sets."""
    pending: tuple[PendingOperation, ...]

    @property
    def owner_prefix(self) -> str:
        """Return the prefix of the owner marks of this stack."""
        return f"{self.project}/{self.stack}/"


def state_of(text: str, source: str, names: Callable[[], tuple[str, str]]) -> State:
    """Return the recorded state of a stack.

    Args:
        text: What `pulumi stack export` printed.
        source: The name of the text in error messages.
        names: Returns project and stack, of which either may be empty, for a state without resources.

    Raises:
        StateError: the text is not a state, or names no project and stack.
    """
    try:
        found = _Export.model_validate_json(text).deployment
    except (ValidationError, RecursionError):
        raise StateError(
            f"{source} is not the output of `pulumi stack export`: pass that, unchanged and complete."
        ) from None
    resources, pending = found.resources or [], found.pending_operations or []
    project, stack = _names_in([*resources, *(one.resource for one in pending)], source) or names()
    if not project or not stack:
        raise StateError(f"{source} has no resources, so it names no project and no stack: pass --project and --stack.")
    urns = {resource.urn for resource in resources}
    ours = [resource for resource in resources if resource.type.startswith(TYPE_PREFIX)]
    by_prefix = {kind.__name__: kind.prefix for kind in object_kinds()}
    objects = [(by_prefix.get(_class_of(one)), _key_of(one), one.outputs or {}) for one in ours]
    return State(
        project,
        stack,
        frozenset((prefix, key) for prefix, key, _ in objects if prefix),
        frozenset((prefix, key) for prefix, key, outputs in objects if prefix and outputs.get("adopted") is True),
        frozenset(_pair_of(one) for one in ours if _class_of(one) == "MachineAssignment"),
        frozenset(one.id for one in ours if _class_of(one) == "MachineWorkflow"),
        tuple(_pending_of(one, urns, source) for one in pending),
    )


def object_kinds() -> list[type[Declaration]]:
    """Return the models of all objects that carry an owner mark."""
    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"{models.__name__}.{module.name}")
    return [*_subclasses(DrpObject), ContentPack]


def _subclasses(base: type[DrpObject]) -> Iterator[type[DrpObject]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _subclasses(kind)


def _names_in(resources: list[_Resource], source: str) -> tuple[str, str] | None:
    """Return project and stack, as the first resource names them."""
    if not resources:
        return None
    stack, project, _ = _parts_of(resources[0].urn, source)
    return project, stack


def _parts_of(urn: str, source: str) -> tuple[str, str, str]:
    """Return stack, project and resource name of `urn:pulumi:STACK::PROJECT::TYPE::NAME`."""
    parts = urn.removeprefix(_URN).split("::", _URN_PARTS - 1)
    if not urn.startswith(_URN) or len(parts) != _URN_PARTS:
        raise StateError(f"{source} holds a resource without a valid URN: export the stack again.")
    return parts[0], parts[1], parts[3]


def _class_of(resource: _Resource) -> str:
    return resource.type.removeprefix(TYPE_PREFIX)


def _key_of(resource: _Resource) -> str:
    """Return the key of the object. The id of a cluster profile may end with `#` and its incarnation."""
    return resource.id.partition("#")[0] if _class_of(resource) == "ClusterProfile" else resource.id


def _pair_of(resource: _Resource) -> tuple[str, str]:
    machine, _, profile = resource.id.partition("/")
    return machine, profile.partition("#")[0]


def _pending_of(one: _Pending, recorded: set[str], source: str) -> PendingOperation:
    *_, name = _parts_of(one.resource.urn, source)
    return PendingOperation(one.type, name, _class_of(one.resource), one.resource.urn in recorded)
