"""What becomes of a running cluster when the program, or the endpoint, changes in ways nobody likes."""

import pytest

from drp_emulator import Emulator
from tests.cli.live.waiting import leader_at_work
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

LEADER, REPORTS = "cluster-pattern/leader", "cluster-pattern/reports"
CANARY = "canary-4711-secret"
ONE = """
    ClusterProfile("example", params={{cluster_pattern.SIZE: 2, **{params}}},
                   runtime_params=cluster_pattern.RUNTIME_PARAMS, machines=["node-1", "node-2"],
                   content=cluster_pattern.CONTENT, workflow="cluster-pattern", {more})
"""


def one(more: str = "", params: str = "{}") -> str:
    return ONE.format(more=more, params=params)


def jobs(admin: AdminClient) -> int:
    return len(admin.get("jobs"))


def test_a_machine_works_for_one_cluster_at_a_time(stack: Stack, admin: AdminClient) -> None:
    """Two clusters share a pack; a machine that still belongs to the first is not started for the second."""
    two = """
        pack = drp.ContentPack("pattern", path=cluster_pattern.CONTENT)
        for name, machines in (("one", {one}), ("two", {two})):
            ClusterProfile(name, params={{cluster_pattern.SIZE: 1}}, runtime_params=cluster_pattern.RUNTIME_PARAMS,
                           machines=machines, content=[pack], workflow="cluster-pattern")
    """
    succeeded(stack.up(two.format(one=["node-1", "node-2"], two=["node-3"])))
    assert len(stack.resources("ContentPack")) == 1
    assert admin.params("two")[LEADER] == admin.get("machines/Name:node-3")["Uuid"]
    moved = stack.up(two.format(one=["node-1"], two=["node-3", "node-2"]))
    assert not moved.ok
    assert "machine 'node-2' carries the cluster 'one' in front of 'two', and both name themselves in" in moved.text
    assert len(admin.params("two")[REPORTS]) == 1
    succeeded(stack.up(two.format(one=["node-1"], two=["node-3"])))
    assert admin.profiles_of("node-2") == []
    succeeded(stack.up(two.format(one=["node-1"], two=["node-3", "node-2"])))
    assert admin.profiles_of("node-2") == ["two"]
    assert len(admin.params("two")[REPORTS]) == 2


def test_a_lost_cluster_and_a_failed_reset_run_again(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    """A reset that failed halfway still starts its machines, even if the program takes it back."""
    succeeded(stack.up(one()))
    for name in ("node-1", "node-2"):
        admin.patch(f"machines/Name:{name}", {"op": "replace", "path": "/Profiles", "value": []})
    admin.delete("profiles/example")
    succeeded(stack.refresh())
    before = jobs(admin)
    succeeded(stack.up())
    assert jobs(admin) > before
    assert admin.params("example")[LEADER] != "none"
    assert len(admin.params("example")[REPORTS]) == 2

    proxy.before("PATCH", lambda: None)  # the profile's
    proxy.answer("PATCH", 500, b"", "application/json", times=99)
    assert not stack.up(one('reset="2"')).ok
    assert admin.params("example")[LEADER] == "none"
    proxy.faults.clear()
    before = jobs(admin)
    succeeded(stack.up(one()))
    assert jobs(admin) > before
    assert admin.params("example")[LEADER] != "none"
    before = jobs(admin)
    succeeded(stack.up(one()))
    assert jobs(admin) == before


def test_a_secret_stays_one_when_it_is_waited_for(stack: Stack, simulator: Emulator) -> None:
    """Params that come as one Output are waited for like any, and a cluster without machines does not wait."""
    program = one('wait_for=["my/token"]', f'{{"my/token": pulumi.Output.secret("{CANARY}")}}')
    program = program.replace(
        "runtime_params=cluster_pattern.RUNTIME_PARAMS",
        "runtime_params=pulumi.Output.from_input(dict(cluster_pattern.RUNTIME_PARAMS))",
    )
    program = program.replace("ClusterProfile(", "cluster = ClusterProfile(", 1)
    empty = 'ClusterProfile("empty", machines=[], workflow="cluster-pattern")'
    done = succeeded(stack.up(f'{program}\n    {empty}\n    pulumi.export("leader", cluster.leader)'))
    assert CANARY not in done.text
    # The program itself, compiled or not, is the one place where it may stand.
    written = [file for file in stack.folder.parent.rglob("*") if file.is_file() and "__main__" not in file.name]
    assert any(file.name == "dev.json" for file in written)
    assert not [str(file) for file in written if CANARY.encode() in file.read_bytes()]
    assert stack.output("leader") in simulator.machines
    assert [ready["inputs"]["profile"] for ready in stack.resources("ClusterReady")] == ["example"]


def test_another_name_ends_the_waits_in_the_old_cluster(stack: Stack, simulator: Emulator, admin: AdminClient) -> None:
    """The machines start in the new cluster afterwards."""
    waiting = one("timeout=1", "{cluster_pattern.SIZE: 3}")
    assert "was not ready within 1 s" in stack.up(waiting).text
    name = leader_at_work(simulator, admin, "node-1", "node-2")
    done = succeeded(stack.up(one('name="better"')))
    assert f"example: {name} is at work: ending their waits" in done.text
    assert not admin.exists("profiles/example")
    assert len(admin.params("better")[REPORTS]) == 2
    assert "cluster-pattern/abort" not in admin.params("better")
