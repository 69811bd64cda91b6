"""Machines elect a leader, who publishes where it is; the others wait for that, and all report."""

import pulumi

from drp_components import ClusterProfile, cluster_pattern

machines = ["node-1", "node-2", "node-3"]

cluster = ClusterProfile(
    "example",
    machines=machines,
    params={cluster_pattern.SIZE: len(machines)},
    runtime_params=cluster_pattern.RUNTIME_PARAMS,
    content=cluster_pattern.CONTENT,
    workflow=cluster_pattern.WORKFLOW,
    wait_for=[cluster_pattern.DATA],
)

pulumi.export("leader", cluster.leader)
pulumi.export("data", cluster.collected[cluster_pattern.DATA])
