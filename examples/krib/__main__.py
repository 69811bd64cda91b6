"""Kubernetes by KRIB, RackN's content: three masters with etcd of four machines, by the params that KRIB documents.

On a DRP that has KRIB, set `simulated` to false: KRIB's own stages install Kubernetes then. On simulated machines,
tasks of ours follow KRIB's protocol of params, and install nothing.
"""

import pulumi

import drp_provider as drp
from drp_components import ClusterProfile, cluster_pattern

config = pulumi.Config()
machines = ["node-1", "node-2", "node-3", "node-4"]
MASTERS, JOIN, ADMIN = "krib/cluster-masters", "krib/cluster-join-command", "krib/cluster-admin-conf"

names = ["krib/cluster-profile", "etcd/cluster-profile"]
packs = []
simulated = config.get_bool("simulated", True)  # noqa: FBT003 - Pulumi's own signature
if simulated:
    pattern = drp.ContentPack("cluster-pattern", path=cluster_pattern.CONTENT)
    names.append("cluster-profile")  # our tasks use the pattern's library, which looks for this one
    packs = [pattern, drp.ContentPack("krib", path="content", opts=pulumi.ResourceOptions(depends_on=[pattern]))]

krib = ClusterProfile(
    "krib",
    machines=machines,
    self_reference=names,
    params={
        "etcd/server-count": 3,
        "krib/cluster-master-count": 3,
        "krib/cluster-master-vip": config.get("vip") or "10.0.0.9",
    },
    meta={"color": "yellow", "icon": "ship", "render": "krib"},
    content=packs,
    workflow="krib-live-cluster",
    wait_for=[MASTERS],
    wait_for_secrets=[JOIN, ADMIN],
    timeout=3600,
    leader_param=MASTERS,
    abort_params=cluster_pattern.ABORT if simulated else {},  # KRIB's own tasks know none
)

pulumi.export("first_master", krib.leader)
pulumi.export("masters", krib.collected[MASTERS].apply(lambda found: [one["Name"] for one in found]))
pulumi.export("join_command", krib.collected_secrets[JOIN])
pulumi.export("admin_conf", krib.collected_secrets[ADMIN])
