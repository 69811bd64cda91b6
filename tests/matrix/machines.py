"""The resource types that live in machines, which somebody else made, and a cluster whose machine is at work."""

from typing import Any, ClassVar

from tests.matrix.objects import Cluster
from tests.matrix.subject import Subject
from tests.matrix.world import CANARY, Document, QuickOperator
from tests.support.fault_proxy import Passage

FLOW, TWIN = "matrix-flow", "matrix-twin"


def make_flows(to: QuickOperator) -> None:
    """Two workflows with one stage, which has no tasks."""
    if to.find(f"workflows/{TWIN}") is None:
        to.post("stages", {"Name": "matrix-stage"})
        for workflow in (FLOW, TWIN):
            to.post("workflows", {"Name": workflow, "Stages": ["matrix-stage"]})


def set_workflow(to: QuickOperator, name: str, workflow: str) -> None:
    to.patch(f"machines/Name:{name}-machine", {"op": "replace", "path": "/Workflow", "value": workflow})


def add_profile(to: QuickOperator, name: str, profile: str) -> None:
    to.patch(f"machines/Name:{name}-machine", {"op": "add", "path": "/Profiles/-", "value": profile})


def leave(to: QuickOperator, name: str) -> None:
    to.patch(f"machines/Name:{name}-machine", {"op": "replace", "path": "/Profiles", "value": []})


def work(to: QuickOperator, name: str) -> None:
    """The machine's agent goes through the stages."""
    while (now := to.find(f"machines/Name:{name}-machine")) and now["CurrentTask"] < len(now["Tasks"]):
        if not now["Runnable"] or to.send("POST", "jobs", {"Machine": now["Uuid"]}).status_code != 204:
            return


class ClusterAtWork(Cluster):
    """A cluster whose machine is still at work when the reset comes."""

    label = "cluster at work"
    updates: ClassVar[tuple[str, ...]] = ("reset",)
    only_updates = True
    restores = False
    foreign = False
    differs = True

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {**super().inputs(to, name), "abort_params": {"my/abort": "a reset"}}

    def live(self, to: QuickOperator, name: str) -> None:
        super().live(to, name)
        make_flows(to)
        to.post("machines", {"Name": f"{name}-machine", "Profiles": [name]})
        set_workflow(to, name, FLOW)

    def react(self, to: QuickOperator, name: str, passage: Passage) -> None:
        if passage.request.method == "PATCH":
            work(to, name)

    def part(self, to: QuickOperator, name: str) -> None:
        leave(to, name)

    def holds(self, to: QuickOperator, name: str) -> Any:
        return [super().holds(to, name), to.find(f"machines/Name:{name}-machine")]


class OnMachine(Subject):
    """What lives in a machine, which is somebody else's."""

    def prepare(self, to: QuickOperator, name: str) -> None:
        to.post("machines", {"Name": f"{name}-machine", "Params": {"before": "theirs"}, "Meta": {"icon": "cog"}})

    def vanish(self, to: QuickOperator, name: str) -> None:
        to.delete(f"machines/{self.of(to, name)['Uuid']}")

    def holds(self, to: QuickOperator, name: str) -> Any:
        return to.find(f"machines/Name:{name}-machine")

    def of(self, to: QuickOperator, name: str) -> Document:
        return dict(to.get(f"machines/Name:{name}-machine"))

    def meanwhile(self, to: QuickOperator, name: str) -> None:
        found = to.find(f"machines/Name:{name}-machine")
        if found is not None:
            to.send("POST", f"machines/{found['Uuid']}/params/meanwhile", 1)


class Assignment(OnMachine):
    label, model = "assignment", "assignment:MachineAssignment"

    def prepare(self, to: QuickOperator, name: str) -> None:
        super().prepare(to, name)
        for profile in (name, f"{name}-other"):
            to.post("profiles", {"Name": profile})
        add_profile(to, name, f"{name}-other")

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {"machine": f"{name}-machine", "profile": name}


class AssignmentOfAStoppedMachine(Assignment):
    label = "assignment to a stopped machine"

    def prepare(self, to: QuickOperator, name: str) -> None:
        super().prepare(to, name)
        to.patch(f"machines/Name:{name}-machine", {"op": "replace", "path": "/Runnable", "value": False})


class Settings(OnMachine):
    label, model = "machine settings", "machine_settings:MachineSettings"
    updates: ClassVar[tuple[str, ...]] = ("change", "force")

    def prepare(self, to: QuickOperator, name: str) -> None:
        params = {"os/disk": "FOREIGN", "os/size": "FOREIGN-2", "before": "theirs"}
        to.post("machines", {"Name": f"{name}-machine", "Description": "rack 1", "Params": params})

    def inputs(self, to: QuickOperator, name: str) -> Document:
        params = {"os/disk": "mine", "os/secret": CANARY}
        return {
            "machine": f"{name}-machine", "params": params, "description": "mine", "force": ["os/disk", "description"],
            "secret_keys": ["params.os/secret"],
        }  # fmt: skip

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        olds = self.inputs(to, name)
        more = {"os/size": "mine", "os/disk": "mine"} if update == "force" else {"os/disk": "mine-2"}
        return {**olds, "params": {"os/new": 1, **more}, "force": ["os/disk", "os/size", "description"]}


class Workflow(OnMachine):
    label, model = "machine workflow", "machine_workflow:MachineWorkflow"
    updates: ClassVar[tuple[str, ...]] = ("restart", "another")
    differs = True
    restores = False

    def prepare(self, to: QuickOperator, name: str) -> None:
        make_flows(to)
        super().prepare(to, name)

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {"machine": f"{name}-machine", "workflow": FLOW, "runnable": True}

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        olds = self.inputs(to, name)
        return {**olds, "restart": "1"} if update == "restart" else {**olds, "workflow": TWIN}

    def react(self, to: QuickOperator, name: str, passage: Passage) -> None:
        work(to, name)

    def live(self, to: QuickOperator, name: str) -> None:
        work(to, name)


class ClusterWorkflow(Workflow):
    """A machine that has run the same workflow elsewhere, and begins in a cluster."""

    label = "machine workflow in a cluster"
    updates: ClassVar[tuple[str, ...]] = ("restart",)

    def prepare(self, to: QuickOperator, name: str) -> None:
        super().prepare(to, name)
        to.post("profiles", {"Name": f"{name}-other"})
        to.post("profiles", {"Name": name, "Params": {"cluster-profile": name}})
        for profile in (f"{name}-other", name):
            add_profile(to, name, profile)
        set_workflow(to, name, FLOW)
        work(to, name)

    def inputs(self, to: QuickOperator, name: str) -> Document:
        place = {"profile": name, "preceding": [f"{name}-other"]}
        return {**super().inputs(to, name), "restart": "0a1b2c3d:1", "position": place, "adopted_machines": []}

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        return {**self.inputs(to, name), "restart": "0a1b2c3d:2"}


class DrainedWorkflow(ClusterWorkflow):
    label = "machine workflow with a drain"
    updates: ClassVar[tuple[str, ...]] = ()

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {**super().inputs(to, name), "drain_workflow": TWIN, "drain_timeout": 5}


class Ready(OnMachine):
    label, model = "cluster ready", "cluster_ready:ClusterReady"
    updates: ClassVar[tuple[str, ...]] = ("trigger",)
    differs = True
    is_seen = False

    def prepare(self, to: QuickOperator, name: str) -> None:
        make_flows(to)
        super().prepare(to, name)
        to.post("profiles", {"Name": name, "Params": {"my/leader": "node-1", "my/secret": CANARY}})
        add_profile(to, name, name)
        set_workflow(to, name, FLOW)
        work(to, name)

    def inputs(self, to: QuickOperator, name: str) -> Document:
        machine = self.of(to, name)["Uuid"]
        awaited = {"params": ["my/leader"], "secret_params": ["my/secret"]}
        return {"profile": name, "machines": [machine], "workflow": FLOW, "poll_seconds": 0.1, "timeout": 8, **awaited}

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        return {**self.inputs(to, name), "trigger": "again"}
