"""The cluster component through the real command; tests/cli/live has it with machines that are alive."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

THREE = """
    nodes = [pulumi.Output.from_input(f"node-{n}") for n in (1, 2, 3)]
    cluster = ClusterProfile(
        "example", params={"my/version": "1.2"}, runtime_params={"my/leader": "none"}, machines=nodes,
    )
    pulumi.export("out", {"name": cluster.name, "params": cluster.params, "machines": cluster.machines})
"""
MORE = """
    ClusterProfile("krib", self_reference=["krib/cluster-profile", "etcd/cluster-profile"])
    ClusterProfile("plain", self_reference=[])
"""


def test_a_cluster_changes_and_machines_keep_theirs(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    """The profile names itself on all its machines, and what machines write stays.

    The machines are Outputs here: one that leaves the list moves the others in it, and they must stay in the cluster.
    """
    succeeded(stack.up(THREE))
    assert admin.params("example") == {"cluster-profile": "example", "my/version": "1.2", "my/leader": "none"}
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [["example"]] * 3
    assert sorted(proxy.calls()) == [*(f"PATCH machines/Name:node-{n}" for n in (1, 2, 3)), "POST profiles"]
    assert stack.output("out")["params"]["cluster-profile"] == "example"

    admin.set_param("example", "my/leader", "node-2")
    admin.set_param("example", "my/data", {"token": "t"})
    admin.set_param("example", "my/one", "theirs")
    succeeded(stack.refresh())
    succeeded(stack.up(None, "--expect-no-changes"))

    # Seeds that appear later are written only if the machines have written nothing there.
    later = THREE.replace('"my/leader": "none"', '"my/leader": "none", "my/one": "seed", "my/two": "seed"')
    later = later.replace("(1, 2, 3)", "(2, 3)").replace("1.2", "1.3") + MORE
    succeeded(stack.up(later))
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [[], ["example"], ["example"]]
    kept = {"my/leader": "node-2", "my/data": {"token": "t"}, "my/one": "theirs"}
    assert admin.params("example") == {"cluster-profile": "example", "my/version": "1.3", "my/two": "seed", **kept}
    assert admin.params("krib") == {"krib/cluster-profile": "krib", "etcd/cluster-profile": "krib"}
    assert admin.params("plain") == {}

    # Handing a key over, or forgetting it, removes nothing; another name moves the machines first.
    renamed = later.replace('runtime_params={"my/leader": "none", "my/one": "seed", "my/two": "seed"},', "")
    succeeded(stack.up(renamed))
    assert {key: admin.params("example")[key] for key in kept} == kept
    proxy.forget()
    succeeded(stack.up(renamed.replace('"example", params', '"example", name="better", params')))
    calls = proxy.calls()
    assert calls[:3] == ["GET machines", "GET jobs", "POST profiles"]
    assert calls[-1] == "DELETE profiles/example"
    assert admin.params("better")["cluster-profile"] == "better"
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [[], ["better"], ["better"]]
    succeeded(stack.destroy())
    assert not admin.exists("profiles/better")
    assert [admin.profiles_of(f"node-{n}") for n in (2, 3)] == [[], []]


def test_every_fault_of_a_resource_is_in_one_preview(stack: Stack) -> None:
    """Pulumi may stop at the first resource that is refused."""
    refused = stack.preview("""
        drp.Profile("web", params={
            "my/a": 2**53 + 1, "my/b": {"deep": [2**60]}, "my/c": float("nan"), "my/d": None, "my/e": {"deep": None},
            "my/f": pulumi.Output.from_input({"deep": None}), "my/g": 1,
        })
    """)
    assert not refused.ok
    assert "params.my/a: DRP keeps whole numbers exactly only between" in refused.text
    assert "params.my/b: .deep[0] DRP keeps whole numbers exactly only between" in refused.text
    assert "params.my/c: NaN and infinities are not JSON" in refused.text
    assert "params.my/d: None cannot be a param value" in refused.text
    assert "params.my/e: .deep None cannot be a param value" in refused.text
    assert "params.my/f: .deep None cannot be a param value" in refused.text
    assert "params.my/g" not in refused.text
    alone = stack.preview('ClusterProfile("example", machines=["node-1", "node-1"])')
    assert not alone.ok
    assert "machine 'node-1' is listed twice" in alone.text
    assert "Traceback" not in refused.text + alone.text
