"""Profile: a named set of param values that machines and stages share."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource, owner_mark


class Profile(DrpResource, model="profile:Profile"):
    """A DRP profile; only the declared keys of `params` and `meta`, and the declared fields, are ever touched.

    Args:
        resource_name: Pulumi's name of the resource.
        name: DRP's name of the profile (`Name`); the resource name where it is left out. Another name replaces it.
        description: One line for operators (`Description`).
        documentation: Longer text, reStructuredText or Markdown (`Documentation`).
        params: Values by param name (`Params`). Each is tested and replaced whole. May hold secrets and Outputs.
        meta: Annotations such as `icon` and `color`, strings only (`Meta`).
        adopt: Take over the declared keys of a profile that exists; it is then never deleted, only given back.
        force: Keys to overwrite whatever is there, by name (`my/key`), after a conflict was looked at.
        opts: Pulumi's resource options.

    The update fails, with everything as it was, when a key that is to change was changed behind Pulumi's back.
    """

    name: Output[str]
    description: Output[str | None]
    documentation: Output[str | None]
    params: Output[dict[str, Any]]
    meta: Output[dict[str, str]]
    adopted: Output[bool]

    def __init__(
        self,
        resource_name: str,
        *,
        name: Input[str] | None = None,
        description: Input[str] | None = None,
        documentation: Input[str] | None = None,
        params: Input[Mapping[str, Input[Any]]] | None = None,
        meta: Input[Mapping[str, Input[str]]] | None = None,
        adopt: bool | None = None,
        force: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "name": resource_name if name is None else name,
            "description": description,
            "documentation": documentation,
            "params": params,
            "meta": meta,
            "adopt": adopt,
            "force": force,
            "owner": owner_mark(resource_name),
        }
        super().__init__(resource_name, inputs, opts, facts=["adopted"])
