"""The resource types that are whole objects of the endpoint."""

from typing import Any, ClassVar

from tests.matrix.subject import Subject
from tests.matrix.world import CANARY, Document, QuickOperator
from tests.support.fault_proxy import Passage

MARK = "tests/dev/"


class Profile(Subject):
    label, model = "profile", "profile:Profile"
    updates: ClassVar[tuple[str, ...]] = ("change", "key")

    def inputs(self, to: QuickOperator, name: str) -> Document:
        params = {"my/x": 1, "my/gone": True, "my/secret": CANARY}
        return {
            "name": name,
            "owner": f"{MARK}{name}",
            "description": "first",
            "params": params,
            "secret_keys": ["params.my/secret"],
        }

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        news = self.inputs(to, name)
        params = {**news["params"], "my/x": 2, "my/secret": f"{CANARY}-2"}
        if update == "key":
            del params["my/gone"]
            params["my/new"] = {"a": [1]}
        return {**news, "params": params, "description": "second"}

    def live(self, to: QuickOperator, name: str) -> None:
        to.set_param(name, "theirs", 1)

    def meanwhile(self, to: QuickOperator, name: str) -> None:
        if to.find(f"profiles/{name}") is not None:
            to.set_param(name, "meanwhile", 1)

    def vanish(self, to: QuickOperator, name: str) -> None:
        to.delete(f"profiles/{name}")

    def holds(self, to: QuickOperator, name: str) -> Any:
        return to.find(f"profiles/{name}")


class UnmarkedProfile(Profile):
    label = "profile without a mark"
    updates: ClassVar[tuple[str, ...]] = ()
    foreign = False

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {key: value for key, value in super().inputs(to, name).items() if key != "owner"}


class AdoptedProfile(Profile):
    label = "adopted profile"
    restores = False
    """What was equal before the adoption is ours, and goes with the resource."""

    def prepare(self, to: QuickOperator, name: str) -> None:
        params = {"my/x": 1, "before": "theirs"}
        to.post("profiles", {"Name": name, "Description": "first", "Params": params, "Meta": {"icon": "cog"}})

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {**super().inputs(to, name), "adopt": True}


class Cluster(Profile):
    label, model = "cluster profile", "cluster_profile:ClusterProfile"
    updates: ClassVar[tuple[str, ...]] = ("key", "reset")

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {**super().inputs(to, name), "runtime_params": {"my/leader": "none", "my/count": 0}}

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        if update == "reset":
            return {**self.inputs(to, name), "reset": "again"}
        news = super().changed(to, name, update)
        return {**news, "runtime_params": {**news["runtime_params"], "my/other": "none"}}

    def live(self, to: QuickOperator, name: str) -> None:
        super().live(to, name)
        to.set_param(name, "my/leader", "node-1")

    def react(self, to: QuickOperator, name: str, passage: Passage) -> None:
        # As soon as a reset has landed, the machines elect again.
        if passage.request.method == "PATCH" and to.params(name).get("my/leader") == "none":
            to.set_param(name, "my/leader", "node-2")


class Param(Subject):
    label, model = "param", "param:Param"
    updates: ClassVar[tuple[str, ...]] = ("change",)

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {
            "name": name, "owner": f"{MARK}{name}", "schema": {"type": "string", "default": CANARY},
            "description": "first", "secret_keys": ["schema"],
        }  # fmt: skip

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        return {**self.inputs(to, name), "schema": {"type": "number"}, "description": "second", "meta": {"icon": "x"}}

    def live(self, to: QuickOperator, name: str) -> None:
        to.patch(f"params/{name}", {"op": "add", "path": "/Meta/theirs", "value": "1"})

    def meanwhile(self, to: QuickOperator, name: str) -> None:
        if to.find(f"params/{name}") is not None:
            to.patch(f"params/{name}", {"op": "add", "path": "/Meta/meanwhile", "value": "1"})

    def vanish(self, to: QuickOperator, name: str) -> None:
        to.delete(f"params/{name}")

    def holds(self, to: QuickOperator, name: str) -> Any:
        return to.find(f"params/{name}")


class Pack(Subject):
    label, model = "content pack", "content_pack:ContentPack"
    updates: ClassVar[tuple[str, ...]] = ("change",)
    differs = True

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {"name": name, "owner": f"{MARK}{name}", "version": "v1", "content": self._content(name, "a", "b")}

    def changed(self, to: QuickOperator, name: str, update: str) -> Document:
        return {**self.inputs(to, name), "version": "v2", "content": self._content(name, "b", "c")}

    def vanish(self, to: QuickOperator, name: str) -> None:
        assert to.send("DELETE", f"contents/{name}").status_code == 204

    def holds(self, to: QuickOperator, name: str) -> Any:
        tasks = [to.find(f"tasks/{name}-{part}") for part in "abc"]
        return [to.find(f"contents/{name}"), *tasks]

    def _content(self, name: str, *parts: str) -> Document:
        tasks = {f"{name}-{part}": {"Name": f"{name}-{part}", "Description": part} for part in parts}
        return {"meta": {"Author": "me"}, "sections": {"tasks": tasks}}


class UnmarkedPack(Pack):
    label = "content pack without a mark"
    updates: ClassVar[tuple[str, ...]] = ()

    def inputs(self, to: QuickOperator, name: str) -> Document:
        return {key: value for key, value in super().inputs(to, name).items() if key != "owner"}
