"""ClusterProfile: the profile that is a cluster; it names itself, so that scripts on its machines find it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource, owner_mark


class ClusterProfile(DrpResource, model="cluster_profile:ClusterProfile"):
    """A profile with self-reference params, and params that belong to the machines after a first value.

    Args:
        resource_name: Pulumi's name of the resource.
        name: DRP's name of the profile (`Name`); the resource name where it is left out. Another name replaces it.
        description: One line for operators (`Description`).
        documentation: Longer text, reStructuredText or Markdown (`Documentation`).
        params: Values that the program owns, by param name. Each is guarded on change. May hold secrets and Outputs.
        runtime_params: First values of params that the machines own afterwards: seeded where absent, then never
            compared, patched or removed.
        self_reference: Name, or names, of the params that hold the profile's own name; `cluster-profile` where it is
            left out. KRIB wants `["krib/cluster-profile", "etcd/cluster-profile"]`. May be empty.
        meta: Annotations such as `icon` and `color`, strings only (`Meta`).
        reset: Any text; changing it puts the runtime params back to their first values and removes every param that
            is not declared, in one guarded patch.
        adopt: Take over the declared keys of a profile that exists, leftovers included; it is then never deleted.
        force: Keys to overwrite whatever is there, by name (`my/key`), after a conflict was looked at.
        opts: Pulumi's resource options.

    Creation fails on a name that exists, and lists by name the params that an earlier cluster left there.
    """

    name: Output[str]
    description: Output[str | None]
    documentation: Output[str | None]
    params: Output[dict[str, Any]]
    runtime_params: Output[dict[str, Any]]
    self_reference: Output[Any]
    meta: Output[dict[str, str]]
    reset: Output[str | None]
    adopted: Output[bool]

    def __init__(
        self,
        resource_name: str,
        *,
        name: Input[str] | None = None,
        description: Input[str] | None = None,
        documentation: Input[str] | None = None,
        params: Input[Mapping[str, Input[Any]]] | None = None,
        runtime_params: Input[Mapping[str, Input[Any]]] | None = None,
        self_reference: str | Sequence[str] | None = None,
        meta: Input[Mapping[str, Input[str]]] | None = None,
        reset: Input[str] | None = None,
        adopt: bool | None = None,
        force: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "name": resource_name if name is None else name,
            "description": description,
            "documentation": documentation,
            "params": params,
            "runtime_params": runtime_params,
            "self_reference": self_reference,
            "meta": meta,
            "reset": reset,
            "adopt": adopt,
            "force": force,
            "owner": owner_mark(resource_name),
        }
        super().__init__(resource_name, inputs, opts, facts=["adopted"])
