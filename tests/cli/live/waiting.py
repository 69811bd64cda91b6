"""Waits for the point at which a cluster cannot go on by itself."""

from drp_emulator import Emulator
from tests.support.admin import AdminClient

PATIENCE = 120
"""Seconds."""


def leader_at_work(simulator: Emulator, admin: AdminClient, *machines: str) -> str:
    """Return the leader's name when it waits for reports in its last task and the others have finished."""
    for name in machines:
        simulator.wait_for(name, "task", "cluster-pattern-finish", seconds=PATIENCE)
    uuid = admin.params("example")["cluster-pattern/leader"]
    (leader,) = (name for name in machines if simulator.machines[name] == uuid)
    for name in set(machines) - {leader}:
        simulator.wait_for(name, "idle", times=2, seconds=PATIENCE)  # once it has booted, and after its workflow
    return leader
