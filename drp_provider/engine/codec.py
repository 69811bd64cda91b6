"""Convert between Pulumi property values and JSON. Only this module knows how Pulumi encodes them.

Pulumi passes every number as a float, puts `Unknown` objects anywhere, adds `__provider`, and drops `None` in maps
silently. So whole floats become integers again, and null is sent as the text `NULL`: `check` can then reject a
program's `None`, and a null that another client wrote into an owned param is null, not absent.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pulumi.output import UNKNOWN as PULUMI_UNKNOWN
from pulumi.output import Unknown

from drp_provider.engine.unknown import UNKNOWN

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""The encoding of a secret on the wire. A provider receives plain values, and returns secrets in this
encoding, because it cannot return `Output.secret`."""

NULL = "␀ null"
_INTERNAL = "__"


def from_pulumi(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return a provider's properties as JSON values."""
    return {key: _decode(value) for key, value in props.items() if not key.startswith(_INTERNAL)}


def to_pulumi(values: Mapping[str, Any], secrets: Collection[str] = ()) -> dict[str, Any]:
    """Return JSON values as a provider's properties, without those that are `None`.

    `secrets` names properties that Pulumi must encrypt. Pulumi itself encrypts only outputs that repeat a secret input.
    """
    encoded = {key: _encode(value) for key, value in values.items() if value is not None}
    return {key: {SIGNATURE: SECRET, "value": value} if key in secrets else value for key, value in encoded.items()}


def _decode(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return _decode(value["value"])
        return {key: _decode(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_decode(member) for member in value]
    return None if value == NULL else value


def _encode(value: Any) -> Any:
    if value is UNKNOWN:
        return PULUMI_UNKNOWN
    if isinstance(value, Mapping):
        return {key: NULL if member is None else _encode(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(member) for member in value]
    return value
