"""Param: the definition of a parameter, with the schema that its values must satisfy."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource, owner_mark


class Param(DrpResource, model="param:Param"):
    """A DRP param: name, meaning and schema of a value that profiles and machines may carry.

    Args:
        resource_name: Pulumi's name of the resource.
        name: DRP's name of the param (`Name`), slashes allowed; the resource name where it is left out.
        schema: JSON Schema of the values (`Schema`); its `default` is the default. DRP enforces it at every save of
            whatever carries a value, so change the values first when you tighten it.
        description: One line for operators (`Description`).
        documentation: Longer text (`Documentation`).
        meta: Annotations such as `icon` and `color`, strings only (`Meta`).
        adopt: Take over the declared fields of a param that exists; it is then never deleted, only given back.
        force: Fields to overwrite whatever is there (`schema`), after a conflict was looked at.
        opts: Pulumi's resource options.
    """

    name: Output[str]
    schema: Output[dict[str, Any] | None]
    description: Output[str | None]
    documentation: Output[str | None]
    meta: Output[dict[str, str]]
    adopted: Output[bool]

    def __init__(
        self,
        resource_name: str,
        *,
        name: Input[str] | None = None,
        schema: Input[Mapping[str, Input[Any]]] | None = None,
        description: Input[str] | None = None,
        documentation: Input[str] | None = None,
        meta: Input[Mapping[str, Input[str]]] | None = None,
        adopt: bool | None = None,
        force: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "name": resource_name if name is None else name,
            "schema": schema,
            "description": description,
            "documentation": documentation,
            "meta": meta,
            "adopt": adopt,
            "force": force,
            "owner": owner_mark(resource_name),
        }
        super().__init__(resource_name, inputs, opts, facts=["adopted"])
