"""Find the cluster of a machine's scripts: the first profile in its list that names itself in the param they read."""

from collections.abc import Mapping
from typing import Any

from drp_provider.api.interface import Api
from drp_provider.errors import AnotherCluster


def require_first_cluster(api: Api, subject: str, position: Mapping[str, Any]) -> None:
    """Raise AnotherCluster unless the machine's scripts find this cluster.

    This needs no request if the cluster's profile is the first in the list.

    Raises:
        AnotherCluster: the scripts would find another cluster.
    """
    preceding = position.get("preceding") or []
    if not preceding:
        return
    profile = position["profile"]
    listed = api.list("profiles", {"Name": f"In({','.join([*preceding, profile])})"})
    names = {found["Name"]: _self_references(found) for found in listed}
    for other in preceding:
        shared = sorted(names.get(other, set()) & names.get(profile, set()))
        if shared:
            raise AnotherCluster(
                f"{subject} carries the cluster {other!r} in front of {profile!r}, and both name themselves in "
                f"{shared[0]}: its scripts would join {other!r}, so no workflow was started. Take {other!r} off the "
                f"machine first; if this program removes it, run `pulumi up` for that before you add {profile!r}."
            )


def _self_references(profile: Mapping[str, Any]) -> set[str]:
    return {name for name, value in (profile.get("Params") or {}).items() if value == profile["Name"]}
