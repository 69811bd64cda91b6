"""The measured programs, each with its counterpart of idle resources."""

import json
from dataclasses import dataclass

IDLE = "from bench.idle import Idle\n"
PROFILE = "bench-carried"
"""An existing profile, for the assignment."""

TEN = {f"bench/param-{n}": f"value-{n}" for n in range(10)}
ONE_OTHER = {**TEN, "bench/param-0": "other"}
ALL_OTHER = {key: f"{value}-other" for key, value in TEN.items()}
ONE_MORE = {**ALL_OTHER, "bench/param-new": "new"}


@dataclass(frozen=True)
class Pair:
    """The same declaration twice: `ours` on the endpoint, `floor` without an object."""

    ours: str
    floor: str


def profile(params: dict[str, str]) -> Pair:
    """Return programs with one profile."""
    text = json.dumps(params)
    return Pair(
        f'import drp_provider as drp\ndrp.Profile("bench", params={text})\n',
        f'{IDLE}Idle("bench", {{"name": "bench", "params": {text}}})\n',
    )


def assignment() -> Pair:
    """Return programs with one profile on one machine."""
    return Pair(
        f'import drp_provider as drp\ndrp.MachineAssignment("bench", machine="node-1", profile="{PROFILE}")\n',
        f'{IDLE}Idle("bench", {{"machine": "node-1", "profile": "{PROFILE}"}})\n',
    )


def cluster(machines: int) -> Pair:
    """Return programs with a cluster (a profile and an assignment per machine), and with as many idle resources."""
    numbers = f"range(1, {machines + 1})"
    return Pair(
        "from components import ClusterProfile\n"
        f'ClusterProfile("bench-cluster", params={json.dumps(TEN)}, machines=[f"node-{{n}}" for n in {numbers}])\n',
        f'{IDLE}Idle("bench-cluster", {{"name": "bench-cluster", "params": {json.dumps(TEN)}}})\n'
        f'for n in {numbers}:\n    Idle(f"node-{{n}}", {{"machine": f"node-{{n}}", "profile": "bench-cluster"}})\n',
    )
