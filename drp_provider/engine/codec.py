"""The border post between Pulumi's values and JSON documents; the only place that knows how Pulumi carries them.

Pulumi hands every number over as a float, puts `Unknown` objects anywhere, adds `__provider`, and drops `None` in maps
without a word. So whole floats become integers again, and null travels as the text `NULL`: a program's `None` arrives
in `check` to be refused, and a null that somebody wrote into an owned param is seen as null and not as absent.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pulumi.output import UNKNOWN as PULUMI_UNKNOWN
from pulumi.output import Unknown

from drp_provider.engine.unknown import UNKNOWN

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""How a secret looks on the wire. Providers get plain values and may answer with secrets (`Output.secret` cannot be
returned from one)."""

NULL = "␀ null"
_INTERNAL = "__"


def from_pulumi(props: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the provider receives them → inputs as JSON values."""
    return {key: _decode(value) for key, value in props.items() if not key.startswith(_INTERNAL)}


def to_pulumi(values: Mapping[str, Any], secrets: Collection[str] = ()) -> dict[str, Any]:
    """JSON values → properties as the provider returns them. A property that is `None` is left out.

    `secrets` names those that Pulumi is to encrypt. It does so by itself with the echo of a secret input only.
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
