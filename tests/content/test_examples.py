"""The content of the examples, on the content pack."""

from pathlib import Path

import pytest

from tests.content.cluster import PROFILE, SEEDS, Cluster, together
from tests.content.pack import CONTENT, bundled
from tests.content.shell import complaints, scripts

EXAMPLES = CONTENT.parent / "examples"
NAMES = dict.fromkeys(("cluster-profile", "krib/cluster-profile", "etcd/cluster-profile"), PROFILE)
COUNTS = {"etcd/server-count": 3, "krib/cluster-master-count": 3, "krib/cluster-master-vip": "10.0.0.9"}


def installed(cluster: Cluster, example: str) -> None:
    cluster.admin.post("contents", bundled(EXAMPLES / example / "content"))


def test_a_task_of_ones_own_needs_one_line_for_all_helpers(cluster: Cluster) -> None:
    installed(cluster, "own-task")
    seeds = {**SEEDS, "web-farm/backends": [], "web-farm/settings": "none", "web-farm/port": 9000}
    params = {"cluster-profile": PROFILE, "cluster-pattern/size": 3, **seeds}
    cluster.admin.post("profiles", {"Name": PROFILE, "Params": params})
    nodes = cluster.machines(3)
    assert {run.code for runs in together(nodes, "web-farm") for run in runs} == {0}
    now = cluster.admin.params(PROFILE)
    (leader,) = [node for node in nodes if node.uuid == now["cluster-pattern/leader"]]
    assert now["web-farm/settings"] == {"Title": f"Served by {leader.name}'s farm"}
    ports = {report["Name"]: report["Value"].rpartition(":")[2] for report in now["cluster-pattern/reports"]}
    assert ports == {entry["Name"]: str(9000 + place) for place, entry in enumerate(now["web-farm/backends"])}


def test_a_web_server_without_a_place_says_so(cluster: Cluster) -> None:
    installed(cluster, "own-task")
    taken = [{"Name": "gone", "Uuid": "a-machine-that-is-gone"}]
    own = {"cluster-pattern/size": 1, "web-farm/backends": taken, "web-farm/settings": {}, "web-farm/port": 9000}
    cluster.admin.post("profiles", {"Name": PROFILE, "Params": {"cluster-profile": PROFILE, **SEEDS, **own}})
    *_, last = cluster.machine("node-1").run("web-farm")
    assert (last.task, last.code) == ("web-farm-serve", 1)
    assert (
        "All 1 places in web-farm/backends are taken: raise the size of the cluster, or change its reset" in last.said
    )
    assert cluster.param("reports") == []


def test_krib_makes_three_masters_and_can_be_reset(cluster: Cluster) -> None:
    installed(cluster, "krib")
    cluster.admin.post("profiles", {"Name": PROFILE, "Params": {**NAMES, **COUNTS}})
    nodes = cluster.machines(4)
    assert {run.code for runs in together(nodes, "krib-live-cluster") for run in runs} == {0}
    now = cluster.admin.params(PROFILE)
    masters = [entry["Uuid"] for entry in now["krib/cluster-masters"]]
    assert masters == [entry["Uuid"] for entry in now["etcd/servers"]]
    assert sorted(masters) == sorted(entry["Uuid"] for entry in now["etcd/servers-done"])
    assert now["krib/cluster-join-command"] == f"kubeadm join 10.0.0.9 --token {now['krib/cluster-bootstrap-token']}"
    shown = {node.uuid: node.shows for node in nodes}
    assert {uuid for uuid, shows in shown.items() if shows == ("green", "anchor")} == set(masters)
    assert sorted(shown.values()) == [("green", "anchor")] * 3 + [("green", "ship")]

    assert [run.code for run in nodes[0].run("krib-reset-cluster")] == [0]
    assert cluster.admin.params(PROFILE) == {**NAMES, **COUNTS}


def test_krib_names_the_self_reference_that_is_missing(cluster: Cluster) -> None:
    installed(cluster, "krib")
    names = {key: name for key, name in NAMES.items() if key != "etcd/cluster-profile"}
    cluster.admin.post("profiles", {"Name": PROFILE, "Params": names})
    (run,) = cluster.machine("node-1").run("krib-live-cluster")
    assert (run.code, run.said) == (1, "Missing etcd/cluster-profile on the machine!\n")


@pytest.mark.parametrize("example", ["own-task", "krib"])
def test_the_rendered_scripts_of_the_examples_are_clean_shell(cluster: Cluster, example: str, tmp_path: Path) -> None:
    installed(cluster, example)
    cluster.admin.post("profiles", {"Name": PROFILE, "Params": {**SEEDS, **NAMES, **COUNTS}})
    tasks = bundled(EXAMPLES / example / "content")["sections"]["tasks"]
    assert complaints(scripts(cluster, tasks), tmp_path) == ""
