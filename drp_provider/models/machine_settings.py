"""MachineSettings: chosen params, meta keys and fields of one machine (DRP `models/machine.go`)."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, StrictBool, StrictStr

from drp_provider.models.base import MachineInputs, Owned
from drp_provider.models.fields import Params


def _check_address(address: str) -> str:
    try:
        written = str(ipaddress.ip_address(address))
    except ValueError:
        raise ValueError(f"{address!r} is no IP address") from None
    if written != address:
        raise ValueError(f"DRP writes {address!r} as {written!r}: write it so too")
    return address


class MachineSettings(MachineInputs, Owned):
    """What a program sets on a machine that DRP discovered; neither its profiles nor its way through a workflow."""

    noun = "machine settings"
    defaults = {**Owned.defaults, "address": "", "arch": "amd64", "locked": False}  # noqa: RUF012 - a ClassVar by its base
    maps = ("params", "meta")

    params: Params | None = None
    address: Annotated[StrictStr, AfterValidator(_check_address)] | None = None
    arch: StrictStr | None = None
    locked: StrictBool | None = None
