"""The dashboard shows what happens on the endpoint."""

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from drp_emulator import EmulatedEndpoint
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.sealing import sealed

from .page import Page

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize("endpoint", [{"dialect": "v4.8"}, {"dialect": "v3.13"}], indirect=True, ids=str)
MANY = pytest.mark.parametrize("endpoint", [{"machines": 250}], indirect=True, ids=str)
TASKS = ["prepare", "elect", "install"]


def put(admin: AdminClient, path: str, **members: Any) -> dict[str, Any]:
    """Set some members of an object."""
    lines = ({"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items())
    changed: dict[str, Any] = admin.patch(path, *lines)
    return changed


def cluster(admin: AdminClient, *machines: str, **params: Any) -> None:
    """Make a profile that names itself, and put machines into it."""
    admin.post("profiles", {"Name": "demo", "Params": {"cluster/profile": "demo", **params}})
    for machine in machines:
        put(admin, f"machines/Name:{machine}", Profiles=["demo"])


def workflow(admin: AdminClient) -> None:
    for task in TASKS:
        admin.post("tasks", {"Name": task})
    admin.post("stages", {"Name": "build-stage", "Tasks": TASKS})
    admin.post("workflows", {"Name": "build", "Stages": ["build-stage"]})


def take(admin: AdminClient, uuid: str) -> str:
    """Take the next job of a machine and start it, as its agent does."""
    while not (answer := admin.send("POST", "jobs", {"Machine": uuid})).content:
        assert answer.status_code == 204
    job = str(answer.json()["Uuid"])
    put(admin, f"jobs/{job}", State="running")
    return job


@BOTH
def test_a_change_by_another_client_appears_at_once(board: Page, admin: AdminClient) -> None:
    put(admin, "machines/Name:node-2", Meta={"icon": "anchor", "color": "purple"})
    board.until(lambda: "tone-purple" in str(board.one("[data-machine=node-2] .badge").get_attribute("class")))
    assert str(board.one("[data-machine=node-2] use").get_attribute("href")).endswith("#anchor")
    assert board.text("[data-machine=node-2] .ago") in ("now", "2 s ago")

    put(admin, "machines/Name:node-2", Name="renamed")
    board.shows("#machines", "renamed")
    board.shows("#events", "renamed was node-2", "by rocketskates")

    admin.post("machines", {"Name": "newcomer"})
    board.shows("#machines", "newcomer")
    admin.delete("machines/Name:newcomer")
    board.until(lambda: "newcomer" not in board.text("#machines"))
    board.shows("#events", "newcomer disappeared")


@BOTH
def test_a_workflow_runs_fails_and_completes(board: Page, admin: AdminClient) -> None:
    workflow(admin)
    first, second = (admin.get(f"machines/Name:{name}")["Uuid"] for name in ("node-1", "node-2"))
    put(admin, f"machines/{first}", Workflow="build")
    put(admin, f"machines/{second}", Workflow="build")
    board.shows("[data-machine=node-1]", "Waiting", "build-stage")

    job = take(admin, first)
    board.shows("[data-machine=node-1]", "Running", "prepare", "/ 4")
    put(admin, f"jobs/{job}", State="failed", ExitState="failed")
    put(admin, f"machines/{first}", Runnable=False)
    board.shows("[data-machine=node-1]", "Failed", "prepare")
    board.shows("#sentence", "1 failed")
    board.shows("#events", "failed in prepare")

    for _ in TASKS:
        put(admin, f"jobs/{take(admin, second)}", State="finished", ExitState="complete")
    assert admin.send("POST", "jobs", {"Machine": second}).status_code == 204
    board.shows("[data-machine=node-2]", "Complete", "4 / 4")
    board.shows("#events", "node-2 completed build")


def test_a_cluster_shows_its_params_and_which_of_them_changed(board: Page, admin: AdminClient) -> None:
    cluster(admin, "node-1", "node-2", **{"cluster/leaders": [], "krib/cluster-name": "blue"})
    board.shows("[data-profile=demo]", "2 machines", "No leader yet", "empty list", "blue")

    admin.set_param("demo", "krib/cluster-name", "green")

    row = "[data-param='krib/cluster-name']"
    board.shows(row, "green", "now")
    assert board.one(row).get_attribute("data-fresh")
    board.shows("#events", "demo krib/cluster-name → green")
    assert not board.text("[data-param='cluster/profile'] .ago")


def test_an_encrypted_value_is_only_named(board: Page, admin: AdminClient) -> None:
    admin.post("params", {"Name": "my/secret", "Secure": True})
    cluster(admin, "node-1", **{"my/clear": "first"})
    key = admin.get("profiles/demo/pubkey")
    for value in ("a canary", "another canary"):
        secret = sealed(key, value)
        admin.set_param("demo", "my/secret", secret)
        board.shows("[data-param='my/secret']", "encrypted")
        admin.set_param("demo", "my/clear", value.partition(" ")[0])
        board.shows("#events", f"my/clear → {value.partition(' ')[0]}")
        page = board.run("return document.body.outerHTML")
        assert "canary" not in page
        assert secret["Payload"] not in page


@BOTH
def test_leaders_are_marked_however_they_are_named(board: Page, admin: AdminClient) -> None:
    cluster(admin, "node-1", "node-2", "node-3", "node-4", **{"cluster/leaders": [], "my/leader": "none"})
    node = {name: admin.get(f"machines/Name:{name}") for name in ("node-1", "node-2", "node-3")}
    board.shows("[data-profile=demo] .leaders", "No leader yet")

    admin.set_param("demo", "cluster/leaders", [{"Name": "node-1", "Uuid": node["node-1"]["Uuid"], "Address": ""}])
    board.shows("[data-profile=demo] .leaders", "node-1 leads")
    assert board.one("[data-machine=node-1] .crown").is_displayed()
    admin.set_param("demo", "my/leader", node["node-2"]["Uuid"])
    board.shows("[data-param='my/leader']", "node-2")
    admin.post(f"machines/{node['node-3']['Uuid']}/params/cluster/leader", True)
    board.shows("[data-profile=demo] .leaders", "node-1, node-2, node-3 lead")
    assert not board.one("[data-machine=node-4] .crown").is_displayed()


def test_only_machines_of_a_cluster_are_its_leaders(board: Page, admin: AdminClient) -> None:
    # What looks like a leader, of no cluster: an icon, a param of its own, a profile that names no cluster.
    put(admin, "machines/Name:node-1", Meta={"icon": "trophy"}, Profiles=["plain"])
    admin.post(f"machines/{admin.get('machines/Name:node-2')['Uuid']}/params/my/leader", True)
    admin.post("profiles", {"Name": "plain", "Params": {"my/leader": "node-4", "cluster/profile": "demo"}})
    # Two clusters, of which each names the other's machine, too.
    for name, own, others in (("red", "node-3", "node-4"), ("blue", "node-4", "node-3")):
        admin.post("profiles", {"Name": name, "Params": {"our/self": name, "my/leaders": [own, others]}})
        put(admin, f"machines/Name:{own}", Profiles=[name])

    board.shows("[data-profile=red] .leaders", "node-3 leads")
    board.shows("[data-profile=blue] .leaders", "node-4 leads")
    assert [panel.get_attribute("data-profile") for panel in board.all("[data-profile]")] == ["blue", "red"]
    crowns = {f"node-{n}": board.one(f"[data-machine=node-{n}] .crown").is_displayed() for n in range(1, 5)}
    assert crowns == {"node-1": False, "node-2": False, "node-3": True, "node-4": True}


def test_a_profile_is_a_cluster_while_it_names_itself(board: Page, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "demo", "Params": {"my/value": 1}})
    put(admin, "machines/Name:node-1", Profiles=["demo"], Meta={"icon": "crown"})
    admin.post("profiles", {"Name": "other", "Params": {"cluster-profile": "other"}})
    board.shows("[data-profile=other]", "no machines")
    assert board.all("[data-profile=demo]") == []
    admin.set_param("demo", "cluster-profile", "demo")
    board.shows("[data-profile=demo] .leaders", "node-1 leads")


def test_without_events_the_dashboard_polls(browser: Chrome, proxy: FaultProxy, admin: AdminClient) -> None:
    page = Page(browser, proxy.url)  # the proxy lets no websocket through
    page.log_in()
    page.wait_until("polling")
    assert "Not live" in page.text("#live")
    put(admin, "machines/Name:node-3", Name="renamed")
    page.shows("#machines", "renamed")
    page.shows("#events", "renamed was node-3")
    assert page.close() == []


def test_an_endpoint_that_restarts_is_found_again(browser: Chrome, tmp_path: Path) -> None:
    with EmulatedEndpoint(tmp_path / "store.db", machines=2) as first:
        port = int(first.url.rpartition(":")[2])
        page = Page(browser, first.url)
        page.log_in()
        page.wait_until("live")
    page.wait_until("lost")
    assert "node-1" in page.text("#machines")
    with EmulatedEndpoint(tmp_path / "store.db", port=port) as second:
        put(AdminClient(second.url), "machines/Name:node-1", Name="changed-meanwhile")
        page.wait_until("live")
        page.shows("#machines", "changed-meanwhile")
        assert page.close() == []


@MANY
def test_250_machines_are_tiles_that_the_arrow_keys_reach(board: Page, admin: AdminClient) -> None:
    assert len(board.all("#machines .tile")) == 250
    assert board.run("return document.querySelectorAll('#machines [tabindex=\"0\"]').length") == 1

    board.one("#machines [tabindex='0']").send_keys(Keys.ARROW_RIGHT)
    board.shows("#inspector", "node-2", "Idle")
    board.one(".tile[data-machine=node-2]").send_keys(Keys.END)
    board.shows("#inspector", "node-250")

    # A change costs one frame, not a new page: all tiles stay the elements they were.
    board.run("window.tiles = [...document.querySelectorAll('.tile')]")
    put(admin, "machines/Name:node-250", Runnable=False)
    board.shows("#inspector", "Stopped")
    assert board.run("return window.tiles.every((tile) => tile.isConnected)")
    assert board.run("return document.activeElement.dataset.machine") == "node-250"

    next(button for button in board.all("#density button") if button.text == "Cards").send_keys(Keys.ENTER)
    assert len(board.all("#machines .card")) == 250
