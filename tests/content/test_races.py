"""Sixteen machines at the same time, and again and again; `THOROUGH=1` lets them elect a hundred leaders."""

import textwrap

from tests.content.cluster import PROFILE, SEEDS, Cluster, together
from tests.support.thoroughness import rounds

MACHINES = 16
ROUNDS = rounds(8, 100)


def test_sixteen_machines_agree_on_one_leader_each_time(cluster: Cluster) -> None:
    cluster.create()
    nodes = cluster.machines(MACHINES)
    seeds = {f"race/{number}": "none" for number in range(ROUNDS)}
    for key, seed in seeds.items():
        cluster.admin.set_param(PROFILE, key, seed)
    keys = " ".join(seeds)
    runs = together(nodes, cluster.script(f'for key in {keys}; do echo "$key $(elect_leader "$key")"; done'))
    params = cluster.admin.params(PROFILE)
    expected = "".join(f"{key} {params[key]}\n" for key in seeds)
    assert [(run.code, run.said) for (run,) in runs] == [(0, expected)] * MACHINES
    assert {params[key] for key in seeds} <= {node.uuid for node in nodes}


def test_sixteen_machines_finish_and_all_have_reported(cluster: Cluster) -> None:
    cluster.create(size=MACHINES, leader_count=3, timeout=240)
    nodes = cluster.machines(MACHINES)
    assert {run.code for runs in together(nodes, "cluster-pattern") for run in runs} == {0}
    params = cluster.admin.params(PROFILE)
    leader = params["cluster-pattern/leader"]
    reports = params["cluster-pattern/reports"]
    assert sorted(report["Uuid"] for report in reports) == sorted(node.uuid for node in nodes)
    assert {report["Value"]["Leader"] for report in reports} == {leader}
    assert params["cluster-pattern/data"]["Uuid"] == params["cluster-pattern/leaders"][0]["Uuid"] == leader
    assert len(params["cluster-pattern/leaders"]) == 3
    assert set(params) == {"cluster-profile", *SEEDS} | {
        f"cluster-pattern/{name}" for name in ("size", "leader-count", "timeout")
    }


def test_what_sixteen_machines_add_at_the_same_time_is_all_there(cluster: Cluster) -> None:
    cluster.create(timeout=240)
    nodes = cluster.machines(MACHINES)
    text = """
        for number in {1..5}; do
          add_param "own/$MACHINE_NAME/$number" "$number"
          add_param "shared/$number" "\\"$RS_UUID\\""
        done
        add_param own/node-1/1 -7
    """
    runs = together(nodes, cluster.script(textwrap.dedent(text)))
    assert [(run.code, run.said) for (run,) in runs] == [(0, "")] * MACHINES
    params = cluster.admin.params(PROFILE)
    own = [params[f"own/{node.name}/{number}"] for node in nodes for number in range(1, 6)]
    assert own == [1, 2, 3, 4, 5] * MACHINES
    assert {params[f"shared/{number}"] for number in range(1, 6)} <= {node.uuid for node in nodes}
