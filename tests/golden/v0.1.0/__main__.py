"""Every resource type once. The states beside this file were made by it and are never made again."""

import pulumi

import drp_provider as drp
from components import ClusterProfile

version = pulumi.Config().get("version") or "1.0"
secret = pulumi.Output.secret("golden-canary")

pack = drp.ContentPack(
    "pack",
    content={
        "meta": {"Name": "golden-pack", "Version": "v1.0.0"},
        "sections": {
            "tasks": {"golden-task": {"Templates": [{"Name": "run", "Contents": "#!/bin/sh\nexit 0\n"}]}},
            "stages": {"golden-stage": {"Tasks": ["golden-task"]}},
            "workflows": {"golden": {"Stages": ["golden-stage"]}},
        },
    },
)
drp.Param("param", name="golden/version", schema={"type": "string"}, description="A version.")
drp.Profile("profile", params={"golden/version": version, "golden/secret": secret}, meta={"color": "blue"})
drp.Profile("adopted", params={"golden/version": version}, adopt=True)
drp.MachineSettings(
    "settings",
    machine="node-3",
    params={"golden/version": version, "golden/own": 1},
    meta={"icon": "star"},
    description="The golden machine",
    force=["icon", "description"],
)
drp.MachineWorkflow(
    "workflow", machine="node-3", workflow="golden", runnable=True, opts=pulumi.ResourceOptions(depends_on=[pack])
)
cluster = ClusterProfile(
    "cluster",
    params={"golden/version": version, "golden/secret": secret},
    runtime_params={"golden/leader": "none"},
    machines=["node-1", "node-2"],
    content=[pack],
    workflow="golden",
    leader_param="golden/leader",
    wait_for=["golden/leader"],
    abort_params={"golden/abort": "reset"},
)
pulumi.export("members", cluster.members)
