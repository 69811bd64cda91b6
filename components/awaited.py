"""What a cluster is waited for, as far as it can be told before the program has run: who leads, and what is secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from pulumi import Input, Output

import drp_provider as drp
from drp_provider.engine.secret_inputs import secret_labels_of

Params = Input[Mapping[str, Input[Any]]] | None


class Names(TypedDict):
    """Inputs of `drp.ClusterReady`."""

    params: Input[Sequence[str]]
    secret_params: Input[Sequence[str]]
    masked_params: Input[Sequence[str]]


@dataclass(frozen=True)
class Awaited:
    """The params that must hold something.

    Attributes:
        leader: Is waited for where the machines start from it.
        names: Of params whose values may be shown.
        secrets: Of params whose values may not.
    """

    leader: str
    names: Sequence[str]
    secrets: Sequence[str]

    def inputs(self, params: Params, runtime_params: Params) -> Names:
        """Each name on its side: a param that the program itself keeps secret is none to be shown."""
        given = {"params": params or {}, "runtime_params": runtime_params or {}}
        keys = secret_labels_of(given)
        seeds = _names_of(runtime_params)
        known = Output.all(keys, seeds, _names_of(params)).apply(lambda found: self._sorted(*found))
        return Names(
            params=Output.unsecret(known.apply(lambda three: three[0])),
            secret_params=Output.unsecret(known.apply(lambda three: three[1])),
            masked_params=Output.unsecret(known.apply(lambda three: three[2])),
        )

    def _sorted(self, keys: list[str], seeds: list[str], owned: list[str]) -> tuple[list[str], ...]:
        hidden = set()
        for kind, names in (("params", owned), ("runtime_params", seeds)):
            hidden |= {name for name in names if {kind, f"{kind}.{name}"} & {*keys}}
        awaited = dict.fromkeys([*([self.leader] if self.leader in seeds else []), *self.names])
        secret = [*self.secrets, *(name for name in awaited if name in hidden)]
        return [name for name in awaited if name not in secret], list(dict.fromkeys(secret)), sorted(hidden)


def _names_of(params: Any) -> Output[list[str]]:
    """Of a map that may be an Output only the names are wanted; its values may not be known yet."""
    if isinstance(params, Mapping):
        return Output.from_input(sorted(params))
    return Output.unsecret(Output.from_input(params).apply(lambda found: sorted(found or {})))


def hidden_values(given: Sequence[Input[Any]], packs: Sequence[drp.ContentPack]) -> Output[list[Any]] | None:
    """Return what the log of a job must not show: the given values and the secrets in the packs. None: nothing."""
    inside = [pack.secret_values for pack in packs if pack.secret_values is not None]
    if not given and not inside:
        return None
    lists: list[Input[Any]] = [list(given), *inside]
    return Output.all(*lists).apply(lambda found: [value for values in found for value in values or ()])
