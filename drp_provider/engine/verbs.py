"""What all lifecycles share: the answers they give, the checks of inputs, and giving back what they took."""

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from drp_provider.engine import force, secret_keys
from drp_provider.engine.faults import faults_of
from drp_provider.engine.settling import Rejection, settle
from drp_provider.engine.unknown import has_unknown, known_part
from drp_provider.errors import NotFound
from drp_provider.models.base import Declaration, Inputs
from drp_provider.patch.operation import Operation, Plan, remove, replace, test
from drp_provider.patch.pointer import value_at
from drp_provider.patch.values import ABSENT, same

CONTROLS = frozenset(
    {"adopt", "adopted_machines", "drain_timeout", "force", "masked_values", "position", "restart_on_drift"}
)
"""Inputs that steer an operation and are no part of the object: a change of them alone changes nothing. (A value that
becomes secret does: its recorded twin has to be encrypted.)"""


class Documents(Protocol):
    """The requests that a lifecycle makes; `api.client.Client` makes them real."""

    def get(self, prefix: str, key: str) -> dict[str, Any]: ...  # noqa: D102 - see Client
    def find(self, prefix: str, key: str) -> dict[str, Any] | None: ...  # noqa: D102
    def create(self, prefix: str, body: Mapping[str, Any]) -> dict[str, Any]: ...  # noqa: D102
    def patch(self, prefix: str, key: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]: ...  # noqa: D102
    def delete(self, prefix: str, key: str) -> None: ...  # noqa: D102
    def list(self, prefix: str, query: Mapping[str, str]) -> list[dict[str, Any]]: ...  # noqa: D102
    def log(self, job: str) -> str: ...  # noqa: D102
    def find_content(self, name: str) -> dict[str, Any] | None: ...  # noqa: D102
    def create_content(self, body: Mapping[str, Any]) -> builtins.list[str]: ...  # noqa: D102
    def replace_content(self, name: str, body: Mapping[str, Any]) -> builtins.list[str]: ...  # noqa: D102
    def names_of_machines(self, uuids: Sequence[str]) -> dict[str, str]: ...  # noqa: D102


@dataclass(frozen=True)
class Verdict:
    """The answer of `diff`: `changes` is False for nothing, None for whatever the engine finds in the inputs."""

    changes: bool | None
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class State:
    """A resource as recorded: its id, its outputs, and the inputs that would give them."""

    id: str
    outputs: dict[str, Any]
    inputs: Inputs
    secrets: frozenset[str] = frozenset()
    """Outputs that Pulumi is to encrypt, whatever the inputs are."""


class Lifecycle(Protocol):
    """The six verbs of a resource type over plain JSON values."""

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]: ...  # noqa: D102
    def diff(self, olds: Inputs, news: Inputs) -> Verdict: ...  # noqa: D102
    def create(self, api: Documents, inputs: Inputs) -> State: ...  # noqa: D102
    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State: ...  # noqa: D102
    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None: ...  # noqa: D102
    def delete(self, api: Documents, id_: str, olds: Inputs) -> None: ...  # noqa: D102


def check(model: type[Declaration], olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
    """The completed inputs and every fault in them, each a text that names the input and the way out.

    `olds` are the inputs of before, empty for a new resource.
    """
    completed = secret_keys.kept(olds, model.carry(olds, model.complete(news)))
    try:
        model.model_validate(known_part(completed))
    except ValidationError as error:
        return completed, faults_of(model, completed, error)
    force.warn(model, olds, completed)
    return completed, model.objections(olds, completed)


def diff(model: type[Declaration], olds: Inputs, news: Inputs) -> Verdict:
    """Which inputs differ: nothing, or a replacement where the identity changes, or an update."""
    replaces = tuple(name for name in model.identity if not _alike(olds.get(name), news.get(name)))
    if replaces:
        # Another key is free: the new object comes first, so that nothing is ever without one.
        return Verdict(changes=None, replaces=replaces)
    changed = any(not _alike(olds.get(name, ABSENT), news.get(name, ABSENT)) for name in input_names(model) - CONTROLS)
    return Verdict(changes=None if changed else False, delete_before_replace=True)


def input_names(model: type[Declaration]) -> set[str]:
    """The inputs of a model, as a program spells them."""
    return {field.alias or name for name, field in model.model_fields.items()}


def _alike(old: Any, new: Any) -> bool:
    return not has_unknown(new) and not has_unknown(old) and same(old, new)


def to_wire(lines: Iterable[Operation]) -> list[dict[str, Any]]:
    """The body of a `PATCH`."""
    return [line.to_wire() for line in lines]


def give_back(
    api: Documents, subject: str, thing: tuple[str, str], mine: Mapping[str, Any], back: Mapping[str, Any] | None = None
) -> None:
    """Put leaves back to what stood there before, or take them away, as far as they are still as we left them.

    Args:
        api: The endpoint.
        subject: What an error calls the object.
        thing: The object by prefix and key. Where it is gone, all is done.
        mine: The leaves as we left them, by pointer.
        back: What stood there before us, by pointer; the rest is removed.

    Raises:
        Busy: others changed the object at each attempt.
    """
    before = back or {}
    left = dict(mine)

    def send() -> bool:
        lines = [line for p, value in sorted(left.items()) for line in _restoring(p, value, before.get(p, ABSENT))]
        if lines:
            api.patch(*thing, to_wire(lines))
        return True

    def look(_: Rejection) -> None:
        live = api.find(*thing)
        for pointer in [p for p, value in left.items() if live is None or not same(value_at(live, p), value)]:
            del left[pointer]

    try:
        settle(subject, send, look)
    except NotFound:
        return


def delete(subject: str, send: Callable[[], object], find: Callable[[], object | None]) -> None:
    """Delete an object; if it is not known whether that landed, look, and delete again what is still there."""

    def look(_: Rejection) -> bool | None:
        return True if find() is None else None

    settle(subject, lambda: send() or True, look)


def _restoring(pointer: str, ours: Any, before: Any) -> Plan:
    return (test(pointer, ours), remove(pointer) if before is ABSENT else replace(pointer, before))
