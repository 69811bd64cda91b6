"""The functions of machines, many at once, on a real endpoint."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from drp_provider import coordination
from drp_provider.api.client import Client
from drp_provider.api.transport import READ_ATTEMPTS, Transport
from drp_provider.errors import Forbidden, NotFound, ServerFault
from drp_provider.patch.progress_record import ProgressRecord, progress_key, record_in
from drp_provider.patch.values import ABSENT
from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy

PROFILE = "example"


@pytest.fixture
def client(proxy: FaultProxy, admin: AdminClient) -> Client:
    params = {"cluster-profile": PROFILE, "my/leader": "none", "my/members": [], "theirs": {"kept": True}}
    admin.post("profiles", {"Name": PROFILE, "Params": params})
    return Client(Transport(proxy.url, key=":".join(KEY)))


def all_at_once(act: Callable[[int], Any], machines: int = 16) -> list[Any]:
    start = threading.Barrier(machines)

    def run(number: int) -> Any:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(machines) as pool:
        return list(pool.map(run, range(machines)))


def test_one_value_is_set_by_exactly_one_of_many(client: Client, admin: AdminClient) -> None:
    won = all_at_once(lambda n: coordination.compare_and_set(client, PROFILE, "my/leader", "none", f"node-{n}"))
    assert Counter(won) == {True: 1, False: 15}
    assert admin.params(PROFILE)["my/leader"] == f"node-{won.index(True)}"


def test_every_machine_agrees_on_the_leader_and_keeps_agreeing(client: Client) -> None:
    leaders = all_at_once(lambda n: coordination.elect(client, PROFILE, "my/leader", f"node-{n}"))
    assert len(set(leaders)) == 1
    assert coordination.elect(client, PROFILE, "my/leader", "late") == leaders[0]
    assert coordination.elect(client, PROFILE, "my/leader", leaders[0]) == leaders[0]


def test_an_election_over_a_param_that_is_not_there_is_refused(client: Client) -> None:
    with pytest.raises(
        coordination.NotInitialized, match="Param my/other is not in profile 'example': add it to runtime_params"
    ):
        coordination.elect(client, PROFILE, "my/other", "node-1")


@pytest.mark.parametrize("key", ["my/members", "my/absent"])
def test_a_list_of_leaders_never_gets_longer_than_it_may(client: Client, admin: AdminClient, key: str) -> None:
    places = all_at_once(lambda n: coordination.join(client, PROFILE, key, {"Name": f"node-{n}"}, 3), machines=8)
    assert sorted(place for place in places if place is not None) == [0, 1, 2]
    assert len(admin.params(PROFILE)[key]) == 3
    winner = places.index(0)
    assert coordination.join(client, PROFILE, key, {"Name": f"node-{winner}"}, 3) == 0


@pytest.mark.parametrize("again", [{"Uuid": "u1", "Address": "10.0.0.6"}, {"Uuid": "u1"}, "u1"])
def test_a_machine_has_one_place_in_a_list(client: Client, admin: AdminClient, again: Any) -> None:
    entries = [{"Uuid": "u0", "Address": "10.0.0.4"}, {"Uuid": "u1", "Address": "10.0.0.5"}]
    assert [coordination.join(client, PROFILE, "my/members", entry, 3) for entry in entries] == [0, 1]
    assert coordination.join(client, PROFILE, "my/members", again, 3) == 1
    assert coordination.append(client, PROFILE, "my/members", again) == 1
    assert admin.params(PROFILE)["my/members"] == entries
    assert coordination.append(client, PROFILE, "my/others", "u1") == 0
    assert coordination.append(client, PROFILE, "my/others", again) == 0
    assert admin.params(PROFILE)["my/others"] == ["u1"]


def test_entries_that_name_no_machine_are_compared_whole(client: Client, admin: AdminClient) -> None:
    entries: list[Any] = [
        {"Name": "a"},
        {"Name": "b"},
        {"Name": "a", "Uuid": None},
        {"Name": "c", "Uuid": None},
        1,
        ["a"],
    ]
    assert [coordination.append(client, PROFILE, "my/members", entry) for entry in entries * 2] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ] * 2
    assert admin.params(PROFILE)["my/members"] == entries


def test_no_entry_is_lost_and_none_is_there_twice(client: Client, admin: AdminClient) -> None:
    all_at_once(lambda n: coordination.append(client, PROFILE, "my/reports", f"node-{n % 8}"))
    assert sorted(admin.params(PROFILE)["my/reports"]) == sorted(f"node-{n}" for n in range(8))
    assert admin.params(PROFILE)["theirs"] == {"kept": True}


def test_new_params_of_many_writers_are_all_there(client: Client, admin: AdminClient) -> None:
    all_at_once(lambda n: coordination.publish(client, PROFILE, f"my/data-{n}", {"n": n}), machines=8)
    params = admin.params(PROFILE)
    assert [params[f"my/data-{n}"] for n in range(8)] == [{"n": n} for n in range(8)]
    coordination.publish(client, PROFILE, "my/data-0", "other")
    assert admin.params(PROFILE)["my/data-0"] == "other"


def test_a_wait_ends_with_the_value_that_somebody_writes(client: Client, proxy: FaultProxy, admin: AdminClient) -> None:
    values = iter(["none", "node-7"])

    def later() -> None:
        admin.set_param(PROFILE, "my/leader", next(values))

    proxy.before("GET", later, times=2)
    assert coordination.wait_for(client, PROFILE, "my/leader", timeout=60) == "node-7"
    admin.set_param(PROFILE, "my/members", ["a", "b"])
    assert coordination.wait_for_count(client, PROFILE, "my/members", 2) == ["a", "b"]


def test_a_wait_ends_in_time_and_by_the_escape_param(client: Client, admin: AdminClient) -> None:
    with pytest.raises(coordination.WaitTimeout, match="Waited 0 s for param my/leader of profile 'example'"):
        coordination.wait_for(client, PROFILE, "my/leader", timeout=0)
    admin.set_param(PROFILE, "my/abort", 1)
    with pytest.raises(coordination.Aborted, match="param my/abort is set: remove it or reset the cluster"):
        coordination.wait_for_count(client, PROFILE, "my/members", 3, abort_param="my/abort")


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_lost_reply_is_looked_up(client: Client, proxy: FaultProxy, admin: AdminClient, fault: str) -> None:
    getattr(proxy, fault)("PATCH")
    assert coordination.elect(client, PROFILE, "my/leader", "node-1") == "node-1"
    getattr(proxy, fault)("PATCH")
    assert coordination.append(client, PROFILE, "my/members", "node-1") == 0
    assert admin.params(PROFILE)["my/members"] == ["node-1"]


def test_progress_is_annotations_and_nothing_else(client: Client, proxy: FaultProxy, admin: AdminClient) -> None:
    before = admin.get("machines/Name:node-1")
    proxy.forget()
    coordination.show_progress(client, PROFILE, "Name:node-1", icon="anchor", color="green")
    assert proxy.calls() == ["GET machines/Name:node-1", "PATCH machines/Name:node-1"]
    after = admin.get("machines/Name:node-1")
    shown = {"icon": "anchor", "color": "green"}
    earlier = {name: before["Meta"][name] for name in shown}
    record = ProgressRecord(earlier, shown).to_text()
    assert after == {**before, "Meta": {**before["Meta"], **shown, progress_key(PROFILE): record}}
    proxy.forget()
    coordination.show_progress(client, PROFILE, "Name:node-1", icon="anchor", color="green")
    assert proxy.calls() == ["GET machines/Name:node-1"]


def test_progress_records_each_member_when_it_first_changes(client: Client, admin: AdminClient) -> None:
    admin.post("machines", {"Name": "bare", "Meta": {"color": "pink"}})
    coordination.show_progress(client, PROFILE, "Name:bare", color="green")
    coordination.show_progress(client, PROFILE, "Name:bare", color="blue")
    admin.patch("machines/Name:bare", {"op": "add", "path": "/Meta/icon", "value": "server"})
    coordination.show_progress(client, PROFILE, "Name:bare", icon="ship")
    record = ProgressRecord({"color": "pink", "icon": "server"}, {"color": "blue", "icon": "ship"})
    assert record_in(admin.get("machines/Name:bare")["Meta"], progress_key(PROFILE)) == record


def test_progress_that_is_there_already_is_no_change(client: Client, proxy: FaultProxy, admin: AdminClient) -> None:
    admin.post("machines", {"Name": "bare", "Meta": {"color": "green"}})
    coordination.show_progress(client, PROFILE, "Name:bare", color="green")
    assert proxy.calls() == ["GET machines/Name:bare"]


def test_progress_replaces_what_is_no_record(client: Client, admin: AdminClient) -> None:
    key = progress_key(PROFILE)
    admin.post("machines", {"Name": "bare", "Meta": {"color": "pink", key: '{"before":1}'}})
    coordination.show_progress(client, PROFILE, "Name:bare", color="green")
    meta = admin.get("machines/Name:bare")["Meta"]
    assert record_in(meta, key) == ProgressRecord({"color": "pink"}, {"color": "green"})


def color_of(admin: AdminClient) -> Any:
    return admin.get("machines/Name:node-1")["Meta"].get("color")


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_progress_is_shown_though_a_reply_is_lost(
    client: Client, proxy: FaultProxy, admin: AdminClient, fault: str
) -> None:
    getattr(proxy, fault)("PATCH", times=2)
    coordination.show_progress(client, PROFILE, "Name:node-1", icon="anchor", color="green")
    assert color_of(admin) == "green"


def test_progress_is_shown_beside_what_others_write(client: Client, proxy: FaultProxy, admin: AdminClient) -> None:
    proxy.before("PATCH", recoloring(admin), times=2)
    coordination.show_progress(client, PROFILE, "Name:node-1", color="green")
    assert color_of(admin) == "green"
    assert admin.get("machines/Name:node-1")["Meta"]["note"] == "theirs 2"


def recoloring(admin: AdminClient) -> Callable[[], Any]:
    """Return another writer that writes a new value each time."""
    numbers = itertools.count(1)

    def write() -> None:
        value = f"theirs {next(numbers)}"
        lines = [{"op": "add", "path": f"/Meta/{key}", "value": value} for key in ("color", "note")]
        admin.patch("machines/Name:node-1", *lines)

    return write


@pytest.mark.parametrize("trouble", ["others", "silence", "fault", "nobody"])
def test_progress_that_cannot_be_shown_is_no_error(
    client: Client, proxy: FaultProxy, admin: AdminClient, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    {
        "others": lambda: proxy.before("PATCH", recoloring(admin), times=3),
        "silence": lambda: proxy.lose_request("PATCH", times=3),
        "fault": lambda: proxy.answer("PATCH", 503, b"starting", "text/plain", times=3),
        "nobody": proxy.shut,
    }[trouble]()
    coordination.show_progress(client, PROFILE, "Name:node-1", color="green")
    assert color_of(admin) != "green"
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("The progress of machine Name:node-1 cannot be shown, after 3 attempts: ")
    assert "theirs" not in said


def test_progress_of_a_missing_or_locked_machine_is_an_error(client: Client, admin: AdminClient) -> None:
    with pytest.raises(NotFound):
        coordination.show_progress(client, PROFILE, "Name:node-99", color="green")
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Locked", "value": True})
    with pytest.raises(Forbidden):
        coordination.show_progress(client, PROFILE, "Name:node-1", color="green")


def test_absence_is_not_null(client: Client, admin: AdminClient) -> None:
    admin.patch(f"profiles/{PROFILE}", {"op": "add", "path": "/Params/my~1null", "value": None})
    assert not coordination.compare_and_set(client, PROFILE, "my/null", ABSENT, 1)
    assert coordination.compare_and_set(client, PROFILE, "my/null", None, 1)
    assert coordination.compare_and_set(client, PROFILE, "my/fresh", ABSENT, None)
    assert admin.params(PROFILE)["my/fresh"] is None


def test_a_wait_outlasts_an_endpoint_that_restarts(client: Client, proxy: FaultProxy, admin: AdminClient) -> None:
    proxy.answer("GET", 503, b"starting", "text/plain", times=READ_ATTEMPTS)
    proxy.before("GET", lambda: admin.set_param(PROFILE, "my/leader", "node-7"))
    assert coordination.wait_for(client, PROFILE, "my/leader", timeout=60) == "node-7"
    proxy.answer("GET", 503, b"starting", "text/plain", times=READ_ATTEMPTS)
    with pytest.raises(ServerFault):
        coordination.wait_for(client, PROFILE, "my/none", timeout=0)
