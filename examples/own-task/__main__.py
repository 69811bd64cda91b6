"""A farm of web servers: the leader settles what all share, and each server takes its port from its place in a list.

`content/` holds the task, its stage and a workflow that puts it between the stages of the cluster pattern.
"""

import pulumi

import drp_provider as drp
from drp_components import ClusterProfile, cluster_pattern

machines = ["node-1", "node-2", "node-3"]
SETTINGS, BACKENDS, PORT = "web-farm/settings", "web-farm/backends", "web-farm/port"

pattern = drp.ContentPack("cluster-pattern", path=cluster_pattern.CONTENT)
own = drp.ContentPack("web-farm", path="content", opts=pulumi.ResourceOptions(depends_on=[pattern]))

farm = ClusterProfile(
    "farm",
    machines=machines,
    params={cluster_pattern.SIZE: len(machines), PORT: 9000},
    runtime_params={**cluster_pattern.RUNTIME_PARAMS, SETTINGS: "none", BACKENDS: []},
    content=[pattern, own],
    workflow="web-farm",
    wait_for=[SETTINGS, cluster_pattern.REPORTS],
)

pulumi.export("leader", farm.leader)
pulumi.export("settings", farm.collected[SETTINGS])
pulumi.export(
    "servers",
    farm.collected[cluster_pattern.REPORTS].apply(lambda found: {one["Name"]: one["Value"] for one in found}),
)
