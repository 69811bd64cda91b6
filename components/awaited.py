"""The params that a cluster is waited for, by what is known before the program has run."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output

import drp_provider as drp

Params = Input[Mapping[str, Input[Any]]] | None


def awaited_names(names: Sequence[str], leader: str, runtime_params: Params) -> Input[drp.SequenceNotStr[str]]:
    """Return the names of the params to wait for, with the leader's first if the cluster has such a runtime param."""
    if runtime_params is None or isinstance(runtime_params, Mapping):
        return _with_leader(names, leader, runtime_params or {})
    known: Output[Any] = Output.from_input(runtime_params)
    return Output.unsecret(known.apply(lambda found: _with_leader(names, leader, found or {})))


def _with_leader(names: Sequence[str], leader: str, runtime_params: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*([leader] if leader in runtime_params else []), *names]))


def hidden_values(given: drp.SequenceNotStr[Input[Any]], packs: Sequence[drp.ContentPack]) -> Output[list[Any]] | None:
    """Return what the log of a job must not show: the given values and the secrets in the packs. None: nothing."""
    inside = [pack.secret_values for pack in packs if pack.secret_values is not None]
    if not given and not inside:
        return None
    lists: list[Input[Any]] = [list(given), *inside]
    return Output.all(*lists).apply(lambda found: [value for values in found for value in values or ()])
