"""One cluster, as the stack's configuration describes it."""

import pulumi

from components import ClusterProfile

config = pulumi.Config()
size = config.require_int("size")

cluster = ClusterProfile(
    "cluster",
    name=config.require("clusterName"),
    description=f"A cluster of {size}, made by Pulumi",
    params=config.require_object("params"),
    runtime_params=config.require_object("runtimeParams"),
    machines=config.require_object("machines")[:size],
)

pulumi.export("profile", cluster.name)
pulumi.export("machines", cluster.machines)
pulumi.export("params", cluster.params)
