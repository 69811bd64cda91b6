"""Profile: a named set of param values that machines and stages share."""

from collections.abc import Mapping
from typing import Any, Unpack

from pulumi import Input, Output

from drp_provider.engine.inputs import ObjectInputs
from drp_provider.engine.resource import ObjectResource


class Profile(ObjectResource, model="profile:Profile"):
    """A DRP profile. Only the declared keys of `params` and `meta`, and the declared fields, are ever changed.

    If another client has changed a key that an update changes, the update fails and changes nothing.
    """

    params: Output[dict[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        params: Input[Mapping[str, Input[Any]]] | None = None,
        **common: Unpack[ObjectInputs],
    ) -> None:
        """Declare a profile.

        Args:
            resource_name: Pulumi's name of the resource.
            params: Values by param name (`Params`); secrets and Outputs are allowed. Each value is tested and replaced
                whole. Default: none.
            name: DRP's name of the object (`Name`). Default: the resource name. Another name replaces the object.
            description: One line for operators (`Description`). Default: none.
            documentation: Longer text, reStructuredText or Markdown (`Documentation`). Default: none.
            meta: Annotations by name, such as `icon` and `color`; the values are text (`Meta`). Default: none.
            adopt: True takes over an object that exists already. A destroy then keeps it. Default: False.
            force: Names of keys, such as `my/key`, to overwrite although another client has changed them. Default:
                none.
            opts: Pulumi's resource options.
        """
        super().__init__(resource_name, {"params": params}, **common)
