"""Profile: a named set of param values that machines and stages share."""

from collections.abc import Mapping
from typing import Any, Unpack

from pulumi import Input, Output

from drp_provider.engine.resource import ObjectInputs, ObjectResource


class Profile(ObjectResource, model="profile:Profile"):
    """A DRP profile; only the declared keys of `params` and `meta`, and the declared fields, are ever touched.

    Args:
        resource_name: Pulumi's name of the resource.
        params: Values by param name (`Params`). Each is tested and replaced whole. May hold secrets and Outputs.
        common: see `ObjectInputs`.

    The update fails, with everything as it was, when a key that is to change was changed behind Pulumi's back.
    """

    params: Output[dict[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        params: Input[Mapping[str, Input[Any]]] | None = None,
        **common: Unpack[ObjectInputs],
    ) -> None:
        super().__init__(resource_name, {"params": params}, **common)
