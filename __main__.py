"""One cluster, as the stack's configuration describes it."""

import pulumi

from components import ClusterProfile, cluster_pattern

config = pulumi.Config()
size = config.require_int("size")
workflow = config.get("workflow")

cluster = ClusterProfile(
    "cluster",
    name=config.require("clusterName"),
    description=f"A cluster of {size}, made by Pulumi",
    params={cluster_pattern.SIZE: size, **config.require_object("params")},
    runtime_params={**cluster_pattern.RUNTIME_PARAMS, **config.require_object("runtimeParams")},
    machines=config.require_object("machines")[:size],
    content=cluster_pattern.CONTENT if workflow else (),
    workflow=workflow,
    wait_for=[cluster_pattern.DATA] if workflow else None,
    reset=config.get("reset"),
)

pulumi.export("profile", cluster.name)
pulumi.export("machines", cluster.machines)
pulumi.export("params", cluster.params)
pulumi.export("leader", cluster.leader)
pulumi.export("data", cluster.collected.apply(lambda found: found.get(cluster_pattern.DATA)))
