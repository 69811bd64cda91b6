"""Param: the definition of a parameter, with the schema that its values must satisfy."""

from collections.abc import Mapping
from typing import Any, Unpack

from pulumi import Input, Output

from drp_provider.engine.resource import ObjectInputs, ObjectResource


class Param(ObjectResource, model="param:Param"):
    """A DRP param: name, meaning and schema of a value that profiles and machines may carry.

    Args:
        resource_name: Pulumi's name of the resource.
        schema: JSON Schema of the values (`Schema`); its `default` is the default. DRP enforces it at every save of
            whatever carries a value, so change the values first when you tighten it.
        common: see `ObjectInputs`. A param's name may have slashes.
    """

    schema: Output[dict[str, Any] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        schema: Input[Mapping[str, Input[Any]]] | None = None,
        **common: Unpack[ObjectInputs],
    ) -> None:
        super().__init__(resource_name, {"schema": schema}, **common)
