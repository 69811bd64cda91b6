"""Warn of machines that a cluster's params name although they have left it or were replaced."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi


def leader_of(param: str, collected: Mapping[str, Any], members: Mapping[str, str]) -> str | None:
    """Return the name of the machine that leads, or None; warn if the param names a machine that left the cluster.

    Args:
        param: Name of the param; it holds the leader's uuid, its name or its entry, or a list of those.
        collected: Values by param name, as `drp.ClusterReady` found them.
        members: Uuids by machine name.
    """
    value = collected.get(param)
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[0] if value else None
    if isinstance(value, Mapping):  # by its uuid if it has one: another machine may have taken its name
        value = value.get("Uuid") or value.get("Name")
    leader = next((name for name, uuid in members.items() if value in (name, uuid)), None)
    if value is not None and leader is None:
        pulumi.log.warn(
            f"{param} names {value!r}, which is no longer a machine of the cluster: change `reset` to elect again."
        )
    return leader


def warn_of_entries(collected: Mapping[str, Any], members: Mapping[str, str]) -> None:
    """Warn of each entry in a list of the cluster whose machine left it, or was replaced under the same name."""
    for param, value in sorted(collected.items()):
        for name, uuid in _entries(value):
            if uuid not in members.values():
                twin = f"; {name} is another machine now, {members[name]}" if name in members else ""
                pulumi.log.warn(
                    f"{param} has an entry of {name or 'a machine'} ({uuid}), which is no longer a machine of the "
                    f"cluster{twin}: change `reset` to begin a new run, or take the entry out of the param."
                )


def _entries(value: Any) -> Iterator[tuple[str, str]]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("Uuid"), str):
            yield str(entry.get("Name") or ""), entry["Uuid"]
