"""What all lifecycles share: the results for Pulumi, and the checks and the comparison of inputs."""

from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from drp_provider.api.interface import Api
from drp_provider.engine.ownership import force, secret_keys
from drp_provider.engine.ownership.input_errors import errors_of
from drp_provider.engine.registry import Registry
from drp_provider.engine.unknown import has_unknown, known_part
from drp_provider.models.base import Declaration, Inputs
from drp_provider.patch.values import ABSENT, same

CONTROLS = frozenset(
    {"adopt", "adopted_machines", "drain_timeout", "force", "masked_values", "position", "restart_on_drift"}
)
"""Inputs that control an operation and are not part of the object. A change of these alone is no change. (A value that
becomes secret is one, because the recorded value must be encrypted.)"""


@dataclass(frozen=True)
class Diff:
    """The result of `diff`: `changes` is False for no change, and None if Pulumi must compare the inputs itself."""

    changes: bool | None
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class State:
    """The record of a resource: its id, its outputs, and the inputs that match them."""

    id: str
    outputs: dict[str, Any]
    inputs: Inputs
    secrets: frozenset[str] = frozenset()
    """Outputs that Pulumi always encrypts."""


class Lifecycle(Protocol):
    """The six operations of a resource type over plain JSON values."""

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]: ...  # noqa: D102
    def diff(self, olds: Inputs, news: Inputs) -> Diff: ...  # noqa: D102
    def create(self, api: Api, inputs: Inputs) -> State: ...  # noqa: D102
    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State: ...  # noqa: D102
    def read(self, api: Api, id_: str, olds: Inputs) -> State | None: ...  # noqa: D102
    def delete(self, api: Api, id_: str, olds: Inputs) -> None: ...  # noqa: D102


def check_inputs(model: type[Declaration], registry: Registry, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
    """Return the completed inputs and every error in them, each a text that names the input and the way out.

    `olds` are the earlier inputs, empty for a new resource.
    """
    completed = secret_keys.kept(olds, model.carry(olds, model.complete(news)))
    try:
        model.model_validate(known_part(completed))
    except ValidationError as error:
        return completed, errors_of(model, completed, error)
    force.warn(model, registry, olds, completed)
    return completed, model.objections(olds, completed)


def compare_inputs(model: type[Declaration], olds: Inputs, news: Inputs) -> Diff:
    """Return the difference. A change of an identity input means a replacement."""
    replaces = tuple(name for name in model.identity if not _alike(olds.get(name), news.get(name)))
    if replaces:
        # The new key is another one, so the new object can be created before the old one is deleted.
        return Diff(changes=None, replaces=replaces)
    is_changed = any(
        not _alike(olds.get(name, ABSENT), news.get(name, ABSENT)) for name in input_names(model) - CONTROLS
    )
    return Diff(changes=None if is_changed else False, delete_before_replace=True)


def input_names(model: type[Declaration]) -> set[str]:
    """Return the names of a model's inputs, as a program spells them."""
    return {field.alias or name for name, field in model.model_fields.items()}


def inputs_in(model: type[Declaration], outputs: Inputs) -> Inputs:
    """Return the inputs among the recorded outputs."""
    return {name: outputs[name] for name in input_names(model) if name in outputs}


def _alike(old: Any, new: Any) -> bool:
    return not has_unknown(new) and not has_unknown(old) and same(old, new)
