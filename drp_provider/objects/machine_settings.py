"""MachineSettings: what a program sets on a machine that DRP discovered."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.inputs import SequenceNotStr
from drp_provider.engine.resource import DrpResource


class MachineSettings(DrpResource, model="machine_settings:MachineSettings"):
    """Selected params, meta keys and fields of an existing machine. The machine is never created or deleted.

    An input that is left out is not changed on the machine.

    Creation fails, and changes nothing, if a declared key has another value and is not in `force`. A destroy restores
    the values that `force` overwrote, removes the other declared keys and empties the declared fields. Values that
    another client has changed since then stay.

    The outputs are `machine_uuid`, `machine_name`, and the secret `overwritten`: the values that `force` overwrote.
    """

    machine: Output[str]
    params: Output[dict[str, Any] | None]
    meta: Output[dict[str, str] | None]
    description: Output[str | None]
    address: Output[str | None]
    arch: Output[str | None]
    locked: Output[bool | None]
    machine_uuid: Output[str]
    machine_name: Output[str]
    overwritten: Output[dict[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        machine: Input[str],
        params: Input[Mapping[str, Input[Any]]] | None = None,
        meta: Input[Mapping[str, Input[str]]] | None = None,
        description: Input[str] | None = None,
        address: Input[str] | None = None,
        arch: Input[str] | None = None,
        locked: Input[bool] | None = None,
        force: SequenceNotStr[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare values on a machine.

        Args:
            resource_name: Pulumi's name of the resource.
            machine: Name or uuid of the machine. Another machine replaces the resource, never the machine.
            params: Values by param name (`Params`); secrets and Outputs are allowed. Each value is tested and replaced
                whole. Default: none.
            meta: Annotations by name, such as `icon` and `color`; the values are text (`Meta`). Default: none.
                The scripts of a cluster often write these two.
            description: One line for operators (`Description`). Default: none.
            address: IP address (`Address`), as DRP writes it. Default: none.
            arch: Architecture (`Arch`) in DRP's word, such as `amd64` or `arm64`. Default: none.
            locked: True makes the machine refuse every change (`Locked`), those of this program's other resources too.
                This resource unlocks it for its own changes, which then take a second request. Default: none.
            force: Names of keys, such as `my/key`, to overwrite although another client has changed them. Default:
                none.
            opts: Pulumi's resource options. With `retain_on_delete`, a destroy changes nothing on the machine.
        """
        inputs = {
            "machine": machine,
            "params": params,
            "meta": meta,
            "description": description,
            "address": address,
            "arch": arch,
            "locked": locked,
            "force": force,
        }
        super().__init__(resource_name, inputs, opts, facts=["machine_uuid", "machine_name", "overwritten"])
