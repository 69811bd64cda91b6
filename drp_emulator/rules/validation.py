"""What every save checks about the object itself: names, param values, addresses."""

import re
from typing import Any

from drp_emulator.object_types import names
from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.params import schema, secure
from drp_emulator.rules.budgets import budget_of
from drp_emulator.rules.findings import Findings
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire import gotext
from drp_emulator.wire.documents import Document, Undecodable

_ARCH_ALIASES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "386": "386",
    "i386": "386",
    "i486": "386",
    "i586": "386",
    "i686": "386",
    "aarch64": "arm64",
    "armv8": "arm64",
    "armv7": "arm",
    "powerpc64": "ppc64",
    "powerpc64le": "ppc64le",
}
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}(([:-][0-9A-Fa-f]{2}){2})?")


def check(kind: ObjectType, new: Document, transaction: Transaction, findings: Findings) -> None:
    """Report everything that is wrong with `new` by itself."""
    modern = findings.dialect.modern
    name = new["Name"] if "Name" in new else new[kind.key]
    if kind.names != "none" and not names.is_valid(name, kind.names, modern=modern):
        noun = "Param Name" if kind.names == "param" else "Name"
        findings.error(f"Invalid {noun} `{name}`")
    if kind.has_params:
        _check_values((kind.prefix, new[kind.key]), new["Params"], transaction, findings)
    if kind.prefix == "params":
        _check_param(new, transaction, findings)
    if kind.prefix == "machines":
        _check_hardware(new, findings)


def _check_values(owner: secure.Owner, values: Document, transaction: Transaction, findings: Findings) -> None:
    """Check each value against the Param of its name, if there is one."""
    modern = findings.dialect.modern
    for name, value in values.items():
        if not names.is_valid(name, "param", modern=modern):
            findings.error(f"Invalid Param Name `{name}`")
            continue
        param = transaction.get("params", name)
        if param is None:
            continue
        complaint = _complaint(param, owner, value, transaction)
        if complaint:
            findings.error(f"Key '{name}': invalid val '{gotext.plain(value)}': {complaint}")


def _complaint(param: Document, owner: secure.Owner, value: Any, transaction: Transaction) -> str:
    if param["Secure"]:
        try:
            value = secure.opened(value, transaction.private_key(*owner))
        except Undecodable as error:
            return str(error)
    return _listed(schema.failures(param["Schema"], value, budget_of(transaction)))


def _listed(failures: list[str]) -> str:
    # DRP prints an error without type or model here, which leaves a stray colon in front of one.
    if len(failures) == 1:
        return f": {failures[0]}"
    return "".join(f"\n  {failure}" for failure in failures)


def _check_param(new: Document, transaction: Transaction, findings: Findings) -> None:
    for failure in schema.schema_failures(new["Schema"], budget_of(transaction)):
        findings.error(failure)


def _check_hardware(new: Document, findings: Findings) -> None:
    alias = _ARCH_ALIASES.get(new["Arch"], new["Arch"])
    if alias != new["Arch"]:
        findings.error(f"Please use {alias} for Arch instead of {new['Arch']}")
    for address in new["HardwareAddrs"]:
        if _MAC.fullmatch(address) is None:
            findings.error(f"Invalid Hardware Address `{address}`: address {address}: invalid MAC address")
