"""Values that Pulumi knows only during the update."""

from typing import Any, Final


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""A value that is not known yet, at any depth of the inputs."""


def has_unknown(value: Any) -> bool:
    """Return whether a value, or any value inside it, is unknown."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN


def known_part(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the known inputs; of a map, the known members."""
    known = {}
    for name, value in inputs.items():
        if isinstance(value, dict):
            known[name] = {key: member for key, member in value.items() if not has_unknown(member)}
        elif not has_unknown(value):
            known[name] = value
    return known
