"""The program's side of every resource: convert inputs to properties, and refuse what Pulumi would lose.

It runs in the program's process, which needs neither models nor HTTP.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pulumi
from pulumi import Input, Output
from pulumi.dynamic import Resource

from drp_provider.engine.codec import NULL
from drp_provider.engine.inputs import SequenceNotStr
from drp_provider.engine.properties import to_property
from drp_provider.engine.provider import ENVIRONMENT, DrpProvider, python_environment
from drp_provider.engine.secret_inputs import secret_keys_of

OWNER_SETTING = "ownerMark"


class DrpResource(Resource, module="drp", name="Resource"):
    """Base of all resources. A subclass names its model and annotates its outputs."""

    _model: ClassVar[str]
    _depths: ClassVar[Mapping[str, int]] = {}
    """Inputs whose maps are shown, and kept secret, member by member at a depth of more than one."""

    def __init_subclass__(cls, *, model: str = "") -> None:
        # The type token is persisted in every stack. It is the class's name, also for a subclass of a resource.
        super().__init_subclass__(module="drp", name=cls.__name__)
        cls._model = model

    def __init__(
        self,
        resource_name: str,
        inputs: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        *,
        facts: Sequence[str] = (),
        hidden: Sequence[str] = (),
    ) -> None:
        """Register the resource.

        Args:
            resource_name: Pulumi's name of the resource.
            inputs: The inputs by property name; None if one was not given.
            opts: Pulumi's resource options.
            facts: Names of the properties that only the provider sets.
            hidden: Names of the properties that the program does not set: previews do not show how they change.
        """
        subject = f"{type(self).__name__} {resource_name!r}"
        inputs = {**inputs, **_required(type(self), inputs, subject)}
        given = {
            n: to_property(v, f"{subject}: {n}", self._depths.get(n, 1)) for n, v in inputs.items() if v is not None
        }
        given["secret_keys"] = secret_keys_of(given, opts)
        # An output exists as an attribute only if its property is named, even for an input that was not given.
        unset = dict.fromkeys([*(name for name in inputs if inputs[name] is None), *facts])
        here = {ENVIRONMENT: python_environment()}
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(hide_diffs=["secret_keys", *hidden]))
        super().__init__(DrpProvider(self._model), resource_name, {**unset, **given, **here}, opts)


class ObjectResource(DrpResource):
    """Base of the resources that are whole DRP objects. `own` holds the inputs that `ObjectInputs` does not have."""

    name: Output[str]
    description: Output[str | None]
    documentation: Output[str | None]
    meta: Output[dict[str, str]]
    adopted: Output[bool]

    def __init__(
        self,
        resource_name: str,
        own: Mapping[str, Any],
        /,
        *,
        hidden: Sequence[str] = (),
        name: Input[str] | None = None,
        description: Input[str] | None = None,
        documentation: Input[str] | None = None,
        meta: Input[Mapping[str, Input[str]]] | None = None,
        adopt: bool | None = None,
        force: SequenceNotStr[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(f"{type(self).__name__}() got an unexpected keyword argument {next(iter(unknown))!r}")
        inputs = {
            "name": resource_name if name is None else name,
            "description": description,
            "documentation": documentation,
            "meta": meta,
            "adopt": adopt,
            "force": force,
            "owner": owner_mark(resource_name),
            **own,
        }
        super().__init__(resource_name, inputs, opts, facts=["adopted"], hidden=["owner", *hidden])


def _required(resource: type, inputs: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Return the required inputs, with the None of an Output made visible: Pulumi would drop it.

    Raises:
        pulumi.RunError: a required input is None.
    """
    parameters = inspect.signature(resource).parameters.values()
    found = {p.name: inputs[p.name] for p in parameters if p.default is p.empty and p.name in inputs}
    for name, value in found.items():
        if value is None:
            raise pulumi.RunError(f"{subject}: {name} is None, and this resource needs it: give it a value.")
        found[name] = with_visible_null(value)
    return found


def with_visible_null(value: Any) -> Any:
    """Return an input whose Output keeps a None, so that `check` refuses it; Pulumi would drop it."""
    if isinstance(value, Output):
        return value.apply(lambda known: NULL if known is None else known)
    return value


def owner_mark(resource_name: str) -> str | None:
    """Return `project/stack/resource`, or None if `drp:ownerMark` is false.

    The object's Meta holds it, so that an interrupted run recognises its own object. Only the program knows the stack.
    """
    if pulumi.Config("drp").get_bool(OWNER_SETTING) is False:
        return None
    return f"{pulumi.get_project()}/{pulumi.get_stack()}/{resource_name}"
