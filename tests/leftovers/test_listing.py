"""The list of `drp-leftovers` for states that a run may leave, and the effect of its commands."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from drp_emulator.machines.path_setup import write_subset
from drp_provider.models.fields import OWNER_KEY, RUN_KEY, RUN_KEY_PREFIX
from drp_provider.patch.progress_record import ProgressRecord, progress_key
from tests.support import leftovers
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.leftovers import Listed, resource, state

RUN = RUN_KEY_PREFIX + "web"
GREEN = {"color": "green", "icon": "ship"}


@pytest.fixture(params=["v4.8", "v3.13"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[EmulatedEndpoint]:
    with EmulatedEndpoint(machines=3, dialect=request.param) as running:
        yield running


@pytest.fixture
def uuids(admin: AdminClient) -> dict[str, str]:
    return {machine["Name"]: machine["Uuid"] for machine in admin.get("machines")}


class Console:
    """A person who runs the command and follows it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder, self.environment = folder, leftovers.environment(url)
        commands = write_subset(folder / "bin").parent
        self.environment["PATH"] = f"{commands}{os.pathsep}{self.environment['PATH']}"

    def list(self, given: bytes, *words: str) -> Listed:
        listed = leftovers.run(
            "--state", "-", "--json", *words, folder=self.folder, environment=self.environment, given=given
        )
        assert listed.code == (2 if listed.found else 0), listed.complaint
        return listed

    def follow(self, given: bytes) -> None:
        """Run the commands for a program that no longer declares these objects; then the list is empty."""
        for command in self.list(given).commands("otherwise"):
            done = subprocess.run(
                ["bash", "-c", command], env=self.environment, capture_output=True, check=False, text=True
            )
            assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert self.list(given).found == []


@pytest.fixture
def console(proxy: FaultProxy, tmp_path: Path) -> Console:
    (tmp_path / "bin").mkdir()
    return Console(proxy.url, tmp_path)


def marked(name: str, owner: str = "tests/dev/web", **members: Any) -> dict[str, Any]:
    return {"Name": name, "Meta": {OWNER_KEY: owner, RUN_KEY: "ab12:1"}, **members}


def assign(admin: AdminClient, machine: str, profile: str, meta: dict[str, str] | None = None) -> None:
    lines = [{"op": "add", "path": "/Profiles/-", "value": profile}]
    for key, value in (meta or {}).items():
        lines.append({"op": "add", "path": f"/Meta/{key.replace('/', '~1')}", "value": value})
    admin.patch(f"machines/Name:{machine}", *lines)


def test_what_the_state_knows_is_not_left_behind(
    console: Console, proxy: FaultProxy, admin: AdminClient, uuids: dict[str, str]
) -> None:
    for name in ("web", "plain"):
        admin.post("profiles", marked(name))
    admin.post("params", marked("my/p"))
    assign(admin, "node-1", "web", {RUN: "ab12:1", progress_key("web"): ProgressRecord({}, GREEN).to_text()})
    known = [
        resource("ClusterProfile", "web", "web#ab12"),
        resource("Profile", "plain", "plain"),
        resource("Param", "p", "my/p"),
        resource("MachineAssignment", "a", f"{uuids['node-1']}/web"),
        resource("MachineWorkflow", "w", uuids["node-1"]),
    ]
    proxy.forget()
    listed = leftovers.run("--state", "-", folder=console.folder, environment=console.environment, given=state(known))
    assert (listed.code, listed.complaint) == (0, "")
    assert listed.said == f"Nothing is left behind: stack dev of project tests, on {proxy.url}.\n"
    assert proxy.calls() == ["GET contents", "GET params", "GET profiles", "GET machines"]


def test_marked_objects_that_the_state_does_not_have(console: Console, admin: AdminClient) -> None:
    admin.post("profiles", marked("web"))
    admin.post("profiles", marked("Rack 4 zürich"))
    admin.post("params", marked("my/p", "tests/dev/a/b"))
    listed = console.list(state())
    assert listed.objects == ["profile 'Rack 4 zürich'", "profile 'web'", "param 'my/p'"]
    assert listed.found[2]["sentence"] == (
        "It has the mark of the resource 'a/b' of this stack, but the state does not have it."
    )
    assert listed.commands("if_declared") == ["pulumi up"]
    console.follow(state())
    assert not [name for name in ("web", "Rack 4 zürich") if admin.exists(f"profiles/{name}")]


def test_a_cluster_is_taken_down_in_the_order_of_the_list(
    console: Console, admin: AdminClient, uuids: dict[str, str]
) -> None:
    before = {machine: admin.get(f"machines/Name:{machine}") for machine in uuids}
    admin.post("profiles", marked("web"))
    admin.post("workflows", {"Name": "prepare", "Stages": ["none"]})
    earlier = {key: before["node-1"]["Meta"][key] for key in GREEN}
    meta = {RUN: "ab12:1", progress_key("web"): ProgressRecord(earlier, GREEN).to_text(), **GREEN}
    for machine in uuids:
        assign(admin, machine, "web", meta)
        admin.patch(f"machines/Name:{machine}", {"op": "replace", "path": "/Workflow", "value": "prepare"})
    listed = console.list(state())
    assert listed.objects == ["machine 'node-1'", "machine 'node-2'", "machine 'node-3'", "profile 'web'"]
    console.follow(state())
    assert not admin.exists("profiles/web")
    for machine, found in before.items():
        live = admin.get(f"machines/Name:{machine}")
        assert [live[member] for member in ("Profiles", "Workflow", "Meta")] == [[], "", found["Meta"]]


def test_a_machine_without_an_assignment_in_the_state(
    console: Console, admin: AdminClient, uuids: dict[str, str]
) -> None:
    admin.post("profiles", marked("web"))
    for machine in ("node-1", "node-2"):
        assign(admin, machine, "web")
    known = [resource("ClusterProfile", "web", "web"), resource("MachineAssignment", "a", f"{uuids['node-1']}/web")]
    (found,) = console.list(state(known)).found
    assert found["object"] == "machine 'node-2'"
    assert found["otherwise"] == [f"drpcli machines removeprofile {uuids['node-2']} web"]
    assert "If another stack or a person gave it the profile, leave it." in found["sentence"]


def test_machines_of_an_adopted_profile_are_others_unless_marked(
    console: Console, admin: AdminClient, uuids: dict[str, str]
) -> None:
    admin.post("profiles", {"Name": "web"})
    assign(admin, "node-1", "web")
    assign(admin, "node-2", "web", {RUN: "ab12:1"})
    known = state([resource("ClusterProfile", "web", "web#ab12", adopted=True)])
    assert console.list(known).objects == ["machine 'node-2'"]
    console.follow(known)
    assert admin.profiles_of("node-1") == ["web"]
    assert admin.profiles_of("node-2") == []


def test_marks_of_a_cluster_that_is_gone(console: Console, admin: AdminClient) -> None:
    record = ProgressRecord({"color": "pink"}, GREEN).to_text()
    admin.post("machines", {"Name": "bare", "Meta": {RUN: "ab12:1", progress_key("web"): record, **GREEN}})
    listed = console.list(state())
    assert [one["sentence"] for one in listed.found] == [
        "It has the progress record of the cluster 'web', whose profile is gone.",
        "It has the mark of a run of the cluster 'web', whose profile is gone.",
    ]
    console.follow(state())
    meta = admin.get("machines/Name:bare")["Meta"]
    meta.pop("feature-flags", None)
    assert meta == {"color": "pink"}


def test_records_of_clusters_that_followed_each_other(console: Console, admin: AdminClient) -> None:
    meta = {"color": "pink"}
    for name, color in zip("abc", ["red", "green", "blue"], strict=True):
        record = ProgressRecord({}, {}).showing({"color": color, "icon": "ship"}, meta)
        meta |= {**record.shown, progress_key(name): record.to_text()}
    admin.post("machines", {"Name": "bare", "Meta": meta})
    console.follow(state())
    live = admin.get("machines/Name:bare")["Meta"]
    assert (live["color"], "icon" in live) == ("pink", False)


def test_marks_on_a_machine_that_left_the_cluster(console: Console, admin: AdminClient, uuids: dict[str, str]) -> None:
    for name, owner in (("web", "tests/dev/web"), ("theirs", "tests/prod/web")):
        admin.post("profiles", marked(name, owner))
    meta = {f"{RUN_KEY_PREFIX}{name}": "ab12:1" for name in ("web", "theirs")}
    admin.post("machines", {"Name": "bare", "Meta": meta})
    known = [resource("ClusterProfile", "web", "web#ab12")]
    (found,) = console.list(state(known)).found
    assert found["sentence"] == "It has the mark of a run of the cluster 'web', and does not carry its profile."
    uuid = admin.get("machines/Name:bare")["Uuid"]
    assert console.list(state([*known, resource("MachineWorkflow", "w", uuid)])).found == []
    console.follow(state(known))
    assert f"{RUN_KEY_PREFIX}theirs" in admin.get("machines/Name:bare")["Meta"]


@pytest.mark.parametrize("owner", ["tests/prod/web", "other/dev/web", "tests/dev2/web", "tests/dev", "", "tests"])
def test_what_other_stacks_made_is_not_listed(console: Console, admin: AdminClient, owner: str) -> None:
    admin.post("profiles", marked("web", owner))
    assign(admin, "node-1", "web", {RUN: "ab12:1"})
    assert console.list(state()).found == []


def pending(what: str, name: str = "web") -> dict[str, Any]:
    return {"type": what, "resource": resource("Profile", name, "")}


def test_operations_that_did_not_end(console: Console) -> None:
    clear = "pulumi refresh --clear-pending-creates"
    known = [resource("Profile", "late", "late")]
    listed = console.list(state(known, [pending("creating"), pending("creating", "late"), pending("updating", "late")]))
    assert [(one["if_declared"], one["otherwise"]) for one in listed.found] == [
        (["pulumi cancel", "pulumi up", clear], ["pulumi cancel", clear]),
        ([clear], [clear]),
        (["pulumi cancel", "pulumi up"], ["pulumi cancel", "pulumi up"]),
    ]


def test_a_state_without_resources_needs_names(console: Console, admin: AdminClient) -> None:
    admin.post("profiles", marked("web"))
    empty = json.dumps({"version": 3, "deployment": {"manifest": {}}}).encode()
    for words in ((), ("--stack", "dev"), ("--project", "tests")):
        done = leftovers.run(
            "--state", "-", *words, folder=console.folder, environment=console.environment, given=empty
        )
        assert (done.code, done.said) == (1, "")
        assert "Standard input has no resources, so it names no project and no stack" in done.complaint
    assert console.list(empty, "--project", "tests", "--stack", "org/tests/dev").objects == ["profile 'web'"]


def test_the_text_says_what_to_run(console: Console, admin: AdminClient, proxy: FaultProxy) -> None:
    admin.post("profiles", marked("web"))
    path = console.folder / "state.json"
    path.write_bytes(state())
    done = leftovers.run("--state", str(path), folder=console.folder, environment=console.environment)
    assert done.code == 2
    assert done.said.startswith(
        f"1 thing was left behind: stack dev of project tests, on {proxy.url}.\n\nprofile 'web': "
    )
    assert "\n  If the program still declares it, run:\n    pulumi up\n" in done.said
    assert "\n  Otherwise run:\n    drpcli profiles destroy web\n" in done.said
