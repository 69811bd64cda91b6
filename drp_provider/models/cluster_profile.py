"""ClusterProfile: a Profile that names itself, so that scripts on its machines find it."""

from typing import Annotated, Any

from pydantic import BeforeValidator, StrictInt, model_validator

from drp_provider.models.base import Inputs
from drp_provider.models.fields import Params
from drp_provider.models.profile import Profile

DEFAULT_SELF_REFERENCE = "cluster-profile"
ID_SEPARATOR = "#"
"""Separates the profile's name, which cannot contain it, from the incarnation in Pulumi's id."""


def _check_names(given: Any) -> Any:
    names = given if isinstance(given, list) else [given]
    if given is not None and not all(isinstance(name, str) for name in names):
        raise ValueError("must be the name of a param, or a list of names")
    return given


class ClusterProfile(Profile):
    """A profile with self-reference params, and with params that belong to the machines after their initial value."""

    noun = "cluster profile"
    initial = {"runtime_params": "params"}  # noqa: RUF012 - a ClassVar by its base
    aborts = {"abort_params": "params"}  # noqa: RUF012 - a ClassVar by its base

    runtime_params: Params | None = None
    self_reference: Annotated[str | list[str] | None, BeforeValidator(_check_names)] = None
    reset: str | None = None
    abort_params: Params | None = None
    run_number: StrictInt | None = None
    """The number of the cluster's run: 1, and one more at each reset."""

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """Add the self-reference params that the program does not declare itself."""
        params = inputs.get("params")
        if inputs.get("name") is None or (params is not None and not isinstance(params, dict)):
            return inputs
        runtime = inputs.get("runtime_params")
        taken = runtime if isinstance(runtime, dict) else {}
        own = {name: inputs.get("name") for name in self_references(inputs) if name not in taken}
        return {**inputs, "params": {**own, **(params or {})}}

    @classmethod
    def carry(cls, olds: Inputs, inputs: Inputs) -> Inputs:
        """Add the number of the run, which depends only on the program and the state."""
        for name in ("name", "reset") if olds else ():
            if not isinstance(inputs.get(name), str | None):
                return {**inputs, "run_number": inputs[name]}  # unknown, like the input that it follows from
        if olds.get("name") != inputs.get("name"):
            return {**inputs, "run_number": 1}
        number = olds.get("run_number") or 1
        return {**inputs, "run_number": number + 1 if cls.resets(olds, inputs) else number}

    @classmethod
    def resets(cls, olds: Inputs, news: Inputs) -> frozenset[str]:
        """Reset the runtime params if `reset` has another value."""
        is_changed = olds.get("reset") != news.get("reset") and news.get("reset") is not None
        return frozenset({"params"}) if is_changed else frozenset()

    @model_validator(mode="after")
    def _check_self_references(self) -> "ClusterProfile":
        names = self_references(self.model_dump(include={"self_reference"}, exclude_unset=True))
        shared = sorted((self.runtime_params or {}).keys() & set(names))
        if shared:
            raise ValueError(
                f"{', '.join(shared)} holds the profile's own name and belongs to the program: take it out of "
                "runtime_params"
            )
        return self

    @model_validator(mode="after")
    def _check_owners(self) -> "ClusterProfile":
        both = sorted((self.params or {}).keys() & (self.runtime_params or {}).keys())
        if both:
            raise ValueError(
                f"{', '.join(both)} is in params and in runtime_params: a key belongs to the program "
                "or to the machines, so keep one of the two"
            )
        return self

    @model_validator(mode="after")
    def _check_abort_params(self) -> "ClusterProfile":
        shared = sorted((self.abort_params or {}).keys() & (self.params or {}).keys())
        if shared:
            raise ValueError(
                f"{', '.join(shared)} is in params and in abort_params: a reset sets and clears abort params, so take "
                "it out of params"
            )
        return self

    @model_validator(mode="after")
    def _check_own_name(self) -> "ClusterProfile":
        for name in self_references(self.model_dump(include={"self_reference"}, exclude_unset=True)):
            value: Any = (self.params or {}).get(name, self.name)
            if value != self.name:
                raise ValueError(
                    f"params.{name} must be the profile's own name {self.name!r} and is another: leave it out, "
                    "since the provider sets it, or take it out of self_reference"
                )
        return self


def self_references(inputs: Inputs) -> list[str]:
    """Return the names of the params that hold the profile's own name; none if they are unknown."""
    given = inputs.get("self_reference")
    if given is None:
        return [DEFAULT_SELF_REFERENCE]
    if isinstance(given, str):
        return [given]
    return [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
