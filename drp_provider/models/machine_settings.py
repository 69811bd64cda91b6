"""MachineSettings: selected params, meta keys and fields of one machine (DRP `models/machine.go`)."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, StrictBool, StrictStr

from drp_provider.models.base import MachineInputs, Owned
from drp_provider.models.fields import Params


def _check_address(address: str) -> str:
    try:
        written = str(ipaddress.ip_address(address))
    except ValueError:
        raise ValueError(f"{address!r} is not an IP address") from None
    if written != address:
        raise ValueError(f"DRP stores {address!r} as {written!r}: write it in that form")
    return address


class MachineSettings(MachineInputs, Owned):
    """Params, meta keys and fields of a machine that DRP discovered, without its profiles and its workflow."""

    noun = "machine settings"
    defaults = {**Owned.defaults, "address": "", "arch": "amd64", "locked": False}  # noqa: RUF012 - a ClassVar by its base
    maps = ("params", "meta")

    params: Params | None = None
    address: Annotated[StrictStr, AfterValidator(_check_address)] | None = None
    arch: StrictStr | None = None
    locked: StrictBool | None = None
