"""The progress that scripts show, and the record of what the machine showed before."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from drp_emulator import EmulatedEndpoint
from drp_provider.patch.progress_record import ProgressRecord, progress_key, record_in
from tests.content.cluster import PROFILE, Cluster, Machine
from tests.content.test_helpers import HOSTILE
from tests.emulator.machines.harness import eventually
from tests.support.fault_proxy import FaultProxy

KEY = progress_key(PROFILE)
BLUE = {"color": "blue", "icon": "ship"}
TEAL = {"color": "teal", "icon": "coffee"}
BEFORE: list[dict[str, str]] = [{}, {"color": "pink"}, {"icon": ""}, {"color": "pink", "icon": "server"}]


def machine_with(cluster: Cluster, meta: dict[str, str]) -> Machine:
    cluster.create()
    cluster.admin.post("machines", {"Name": "lab-1", "Meta": meta})
    return cluster.machine("lab-1")


def meta_of(cluster: Cluster) -> dict[str, str]:
    meta = dict(cluster.admin.get("machines/Name:lab-1")["Meta"])
    meta.pop("feature-flags", None)
    return meta


@pytest.mark.parametrize("before", BEFORE)
def test_the_first_change_records_what_was_there(cluster: Cluster, before: dict[str, str]) -> None:
    node = machine_with(cluster, {**before, "note": "theirs"})
    cluster.say(node, "show_progress working")
    record = ProgressRecord(before, BLUE).to_text()
    assert meta_of(cluster) == {**BLUE, "note": "theirs", KEY: record}


@pytest.mark.parametrize("before", BEFORE)
def test_later_changes_and_jobs_keep_what_was_before(cluster: Cluster, before: dict[str, str]) -> None:
    node = machine_with(cluster, before)
    cluster.say(node, "show_progress electing; show_progress waiting")
    cluster.say(node, "show_progress teal coffee")
    assert meta_of(cluster) == {**TEAL, KEY: ProgressRecord(before, TEAL).to_text()}


def test_a_value_set_by_hand_meanwhile_is_not_the_earlier_one(cluster: Cluster) -> None:
    node = machine_with(cluster, {"color": "pink"})
    cluster.say(node, "show_progress working")
    line = {"op": "replace", "path": "/Meta/color", "value": "black"}
    cluster.admin.patch("machines/Name:lab-1", line)
    cluster.say(node, "show_progress teal coffee")
    assert meta_of(cluster)[KEY] == ProgressRecord({"color": "pink"}, TEAL).to_text()


def test_any_text_comes_back_as_it_was(cluster: Cluster) -> None:
    for number, text in enumerate(HOSTILE):
        cluster.admin.post("machines", {"Name": f"lab-{number}", "Meta": {"color": text, "icon": text}})
    cluster.create()
    workflow = cluster.script('show_progress working\nshow_progress teal "$ICON"\n')
    again = cluster.script("show_progress working\n")
    for number, text in enumerate(HOSTILE):
        node = cluster.machine(f"lab-{number}")
        (first,) = node.run(workflow, environment={"LC_ALL": "C" if number % 2 else "C.UTF-8", "ICON": text})
        assert (first.code, first.said) == (0, "")
        meta = cluster.admin.get(f"machines/{node.uuid}")["Meta"]
        record = ProgressRecord({"color": text, "icon": text}, {"color": "teal", "icon": text})
        assert (meta["icon"], record_in(meta, KEY)) == (text, record)
        node.run(again)
        meta = cluster.admin.get(f"machines/{node.uuid}")["Meta"]
        assert record_in(meta, KEY) == ProgressRecord(record.before, BLUE)
        assert not list(node.home.glob("hacked"))


def test_the_record_of_another_cluster_stays_that_clusters(cluster: Cluster) -> None:
    theirs = {progress_key("old"): ProgressRecord({"color": "pink"}, TEAL).to_text()}
    node = machine_with(cluster, {**TEAL, **theirs})
    cluster.say(node, "show_progress working")
    assert meta_of(cluster) == {**BLUE, **theirs, KEY: ProgressRecord(TEAL, BLUE).to_text()}


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "{}",
        "null",
        '{"before":{},"shown":{}}',
        '{"before":{"color":1},"shown":{"color":"teal"}}',
        '{"before":{"color":"x"},"shown":{"color":"teal"}} ',
        '{"before":{"color":"x"},"shown":{"color":"teal","icon":"coffee"}',
        '{"before":{"color":"x"},"shown":[]}',
        '{"before":{"color":"$(touch hacked)\'},"shown":{}}',
    ],
)
def test_what_is_no_record_is_replaced(cluster: Cluster, nonsense: str) -> None:
    node = machine_with(cluster, {"color": "pink", KEY: nonsense})
    cluster.say(node, "show_progress working")
    assert meta_of(cluster) == {**BLUE, KEY: ProgressRecord({"color": "pink"}, BLUE).to_text()}
    assert not list(node.home.glob("hacked"))


def test_a_record_of_one_member_says_nothing_of_the_other(cluster: Cluster) -> None:
    record = ProgressRecord({"color": "pink"}, {"color": "teal"}).to_text()
    node = machine_with(cluster, {"color": "teal", "icon": "server", KEY: record})
    cluster.say(node, "show_progress working")
    assert meta_of(cluster)[KEY] == ProgressRecord({"color": "pink", "icon": "server"}, BLUE).to_text()


def test_profiles_with_odd_names_have_their_own_key(cluster: Cluster) -> None:
    name = "Rack 4 zürich"
    cluster.admin.post("profiles", {"Name": name, "Params": {"cluster-profile": name}})
    cluster.admin.post("machines", {"Name": "lab-1", "Meta": {}})
    node = cluster.machine("lab-1", carries=name)
    cluster.say(node, "show_progress electing")
    cluster.say(node, "show_progress working")
    assert meta_of(cluster) == {**BLUE, progress_key(name): ProgressRecord({}, BLUE).to_text()}


def test_the_record_costs_no_request(cluster: Cluster, endpoint: EmulatedEndpoint) -> None:
    cluster.create()
    with FaultProxy(endpoint.url) as proxy:
        node = cluster.machine("node-1", proxy=proxy.url)
        cluster.say(node, "get_param my/marker; show_progress electing; show_progress waiting")
        looked = proxy.calls().index(f"GET machines/{node.uuid}/params/my/marker")
        shown = [call for call in proxy.calls()[looked:] if call.endswith(f"machines/{node.uuid}")]
    assert shown == [f"PATCH machines/{node.uuid}"] * 2


@pytest.mark.parametrize("restarted", [False, True])
def test_a_script_that_goes_on_after_its_run_shows_nothing(cluster: Cluster, *, restarted: bool) -> None:
    node = machine_with(cluster, {"color": "pink"})
    cluster.admin.post("workflows", {"Name": "next", "Stages": ["none"]})
    steps = ['drpcli machines workflow "$RS_UUID" ""', 'drpcli machines workflow "$RS_UUID" next'][: 1 + restarted]
    steps.append("""drpcli machines update "$RS_UUID" '{"Meta":{"color":"pink"}}'""")
    text = "\n".join(["show_progress working", *(f"{step} >/dev/null" for step in steps), "show_progress finished"])
    first, *_ = node.run(cluster.script(text))
    sentence = "The progress finished is not shown: the workflow of this machine was cleared or started again.\n"
    assert (first.code, first.said) == (0, sentence)
    assert meta_of(cluster)["color"] == "pink"


def test_progress_that_cannot_be_shown_is_a_sentence(cluster: Cluster, endpoint: EmulatedEndpoint) -> None:
    cluster.create()
    with FaultProxy(endpoint.url) as proxy:
        node = cluster.machine("node-1", proxy=proxy.url)
        text = "touch here\nwhile [[ ! -e go ]]; do sleep 0.01; done\nshow_progress working\n"
        workflow = cluster.script(text)
        with ThreadPoolExecutor() as pool:
            running = pool.submit(node.run, workflow)
            eventually((node.home / "here").exists)
            proxy.answer("PATCH", 503, b"starting", "text/plain", times=3)
            (node.home / "go").touch()
            (run,) = running.result()
    sentence = "The progress working cannot be shown: 3 times the endpoint rejected it or could not be reached.\n"
    assert (run.code, run.said, node.shows) == (0, sentence, ("black", "server"))


def test_any_name_of_a_profile_makes_a_key(cluster: Cluster) -> None:
    name = "a~1b/c~ \"'"
    cluster.admin.post("machines", {"Name": "lab-1", "Meta": {}})
    node = cluster.machine("lab-1", carries=None)
    cluster.admin.post(f"machines/{node.uuid}/params/cluster-profile", name)
    assert cluster.run(node, "true").code == 1  # it carries no such profile
    shown = {"color": "red", "icon": "warning sign"}
    assert meta_of(cluster) == {**shown, progress_key(name): ProgressRecord({}, shown).to_text()}


def test_older_servers_keep_the_record_too(older_cluster: Cluster) -> None:
    node = machine_with(older_cluster, {"color": "pink"})
    older_cluster.say(node, "show_progress electing")
    older_cluster.say(node, "show_progress working")
    assert meta_of(older_cluster) == {**BLUE, KEY: ProgressRecord({"color": "pink"}, BLUE).to_text()}
