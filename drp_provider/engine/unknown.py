"""A value that Pulumi will know only during the update."""

from typing import Any, Final


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""Stands for a value that is not known yet, at any depth of the inputs."""


def has_unknown(value: Any) -> bool:
    """Whether a value, or anything inside it, is not known yet."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN


def known_part(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs without those that are not known; of maps, the members that are known."""
    known = {}
    for name, value in inputs.items():
        if isinstance(value, dict):
            known[name] = {key: member for key, member in value.items() if not has_unknown(member)}
        elif not has_unknown(value):
            known[name] = value
    return known
