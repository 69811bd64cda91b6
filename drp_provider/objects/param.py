"""Param: the definition of a parameter, with the schema that its values must satisfy."""

from collections.abc import Mapping
from typing import Any, Unpack

from pulumi import Input, Output

from drp_provider.engine.inputs import ObjectInputs
from drp_provider.engine.resource import ObjectResource


class Param(ObjectResource, model="param:Param"):
    """A DRP param: name, meaning and schema of a value that profiles and machines may carry."""

    schema: Output[dict[str, Any] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        schema: Input[Mapping[str, Input[Any]]] | None = None,
        **common: Unpack[ObjectInputs],
    ) -> None:
        """Declare a param.

        Args:
            resource_name: Pulumi's name of the resource.
            schema: JSON Schema of the values (`Schema`); its member `default` is the value of a param that is not set.
                DRP checks it whenever it saves an object that carries a value, so change the values before you tighten
                the schema. Default: any value.
            name: DRP's name of the object (`Name`). Default: the resource name. Another name replaces the object. It
                may hold slashes, as in `my/key`.
            description: One line for operators (`Description`). Default: none.
            documentation: Longer text, reStructuredText or Markdown (`Documentation`). Default: none.
            meta: Annotations by name, such as `icon` and `color`; the values are text (`Meta`). Default: none.
            adopt: True takes over an object that exists already. A destroy then keeps it. Default: False.
            force: Names of keys, such as `my/key`, to overwrite although another client has changed them. Default:
                none.
            opts: Pulumi's resource options.
        """
        super().__init__(resource_name, {"schema": schema}, **common)
