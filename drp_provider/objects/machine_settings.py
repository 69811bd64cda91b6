"""MachineSettings: what a program sets on a machine that DRP discovered."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output

from drp_provider.engine.resource import DrpResource


class MachineSettings(DrpResource, model="machine_settings:MachineSettings"):
    """Chosen params, meta keys and fields of one machine, which is never created or deleted; the rest stays others'.

    Args:
        resource_name: Pulumi's name of the resource.
        machine: Name or uuid of the machine. Another one replaces the resource: the old machine is given back.
        params: Values by param name (`Params`). Each is tested and replaced whole. May hold secrets and Outputs.
        meta: Annotations such as `icon` and `color`, strings only (`Meta`). Runtime scripts like to write those two.
        description: One line for operators (`Description`).
        address: IP address (`Address`), as DRP writes it.
        arch: Architecture (`Arch`) in DRP's word, such as `amd64` or `arm64`.
        locked: Whether the machine refuses every change (`Locked`). A lock keeps out this program's other resources
            too; this one opens it for its own changes, which then cost a second request.
        force: Keys to overwrite whatever is there, by name (`my/key`), after a conflict was looked at.
        opts: Pulumi's resource options; `retain_on_delete` leaves everything as it is when the resource goes.

    Creation fails, with the machine as it was, where a declared key is there with another value and is not in
    `force`. What `force` overwrote is kept in the secret output `overwritten` and put back when the key or the resource
    goes; other declared keys are then removed, and fields are emptied. Whatever somebody else has written since stays.
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
        force: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
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
