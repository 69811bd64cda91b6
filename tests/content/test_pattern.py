"""The cluster pattern point by point: what its documentation promises, with real scripts against a real endpoint."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from drp_provider.patch.progress_record import ProgressRecord, progress_key
from tests.content.cluster import PROFILE, Cluster, Run, together
from tests.content.pack import bundled

WORKFLOW = "cluster-pattern"
TASKS = [f"cluster-pattern-{task}" for task in ("elect", "publish", "wait", "report", "finish")]
PATIENCE_SECONDS = 60


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def succeeded(runs: list[Run]) -> bool:
    return [(run.task, run.code) for run in runs] == [(task, 0) for task in TASKS]


def only(cluster: Cluster, task: str) -> str:
    """A workflow of one of the pack's tasks."""
    name = f"only-{task}"
    cluster.admin.post("stages", {"Name": name, "Tasks": [task]})
    cluster.admin.post("workflows", {"Name": name, "Stages": [name]})
    return name


# 1. Self-reference


def test_scripts_find_the_profile_by_the_name_it_holds_itself(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    assert cluster.say(node, 'echo "$CLUSTER_PROFILE"') == f"{PROFILE}\n"


# 2. Does my cluster profile exist


@pytest.mark.parametrize("task", TASKS)
def test_a_task_without_a_cluster_profile_only_says_so(cluster: Cluster, task: str) -> None:
    node = cluster.machine("node-1", carries=None)
    assert node.run(only(cluster, task)) == [Run(task, 1, "Missing cluster-profile on the machine!\n")]
    assert node.shows == ("red", "warning sign")


# 3. Profile token


def test_only_the_profile_token_may_write_the_profile(cluster: Cluster) -> None:
    cluster.create()
    write = f"drpcli {{}} profiles set {PROFILE} param my/key to '\"mine\"'"
    node = cluster.machine("node-1")
    assert cluster.run(node, write.format("")).code == 1
    assert "my/key" not in cluster.admin.params(PROFILE)
    assert cluster.run(node, write.format('-T "$PROFILE_TOKEN"')).code == 0
    assert cluster.admin.params(PROFILE)["my/key"] == "mine"


def test_a_profile_that_the_machine_does_not_carry_is_named(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1", carries=None)
    cluster.admin.post(f"machines/{node.uuid}/params/cluster-profile", PROFILE)
    (run,) = node.run(WORKFLOW)
    assert run.code == 1
    assert run.said == f"This machine does not carry the profile {PROFILE} that its cluster-profile names: add it.\n"
    assert node.shows == ("red", "warning sign")


def test_a_profile_that_is_gone_ends_the_script_with_a_sentence(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    gate = node.home / "gate"
    os.mkfifo(gate)
    with ThreadPoolExecutor() as pool:
        run = pool.submit(cluster.run, node, "read -r _ <gate\nelect_leader cluster-pattern/leader")
        with gate.open("w") as opened:  # waits for the script, which has its token by now
            lines = [{"op": "test", "path": "/Profiles/0", "value": PROFILE}, {"op": "remove", "path": "/Profiles/0"}]
            cluster.admin.patch(f"machines/{node.uuid}", *lines)
            cluster.admin.delete(f"profiles/{PROFILE}")
            opened.write("\n")
        done = run.result()
    assert done.code == 1
    assert f"The profile {PROFILE} cannot be read with the profile token." in done.said


# 4. Atomic update with a reference value


def test_another_value_is_refused_and_nothing_changes(cluster: Cluster) -> None:
    cluster.create()
    before = cluster.admin.params(PROFILE)
    done = cluster.run(cluster.machine("node-1"), "compare_and_set cluster-pattern/leader '\"other\"' '\"me\"'")
    assert done.code == 1
    assert cluster.admin.params(PROFILE) == before


def test_the_value_that_was_read_is_replaced(cluster: Cluster) -> None:
    cluster.create()
    done = cluster.run(cluster.machine("node-1"), "compare_and_set cluster-pattern/leader '\"none\"' '\"me\"'")
    assert (done.code, cluster.param("leader")) == (0, "me")


# 5. Election


def test_the_second_finds_the_first_and_so_does_the_first_again(cluster: Cluster) -> None:
    cluster.create()
    first, second = cluster.machines(2)
    elect = "elect_leader cluster-pattern/leader"
    answers = [cluster.say(node, elect) for node in (first, second, first)]
    assert answers == [f"{first.uuid}\n"] * 3


def test_as_many_leaders_as_wanted_join_the_elected_one(cluster: Cluster) -> None:
    """The elected leader is the first of them."""
    cluster.create(leader_count=3, size=5)
    nodes = cluster.machines(5)
    assert all(map(succeeded, together(nodes, WORKFLOW)))
    leaders = [entry["Uuid"] for entry in cluster.param("leaders")]
    assert len(set(leaders)) == 3
    assert leaders[0] == cluster.param("leader")
    assert {node.uuid for node in nodes if node.shows == ("green", "anchor")} == set(leaders)


def test_places_in_a_full_list_are_kept_and_nobody_else_gets_one(cluster: Cluster) -> None:
    cluster.create()
    nodes = cluster.machines(3)
    join = "join_list cluster-pattern/leaders 2"
    assert [cluster.say(node, join) for node in (*nodes, *nodes)] == ["0\n", "1\n", "notme\n"] * 2


@pytest.mark.parametrize(
    ("helper", "said"),
    [
        ("elect_leader my/none", 'holds no value: set it there to its initial value "none".'),
        ("join_list my/none 2", "holds no list: set it there to its initial value []."),
        ("append_to_list my/none 1", "holds no list: set it there to its initial value []."),
    ],
)
def test_a_param_without_its_seed_is_named(cluster: Cluster, helper: str, said: str) -> None:
    cluster.create()
    done = cluster.run(cluster.machine("node-1"), helper)
    sentence = f"Param my/none of the profile example {said} The default of a schema is not enough.\n"
    assert (done.code, done.said) == (1, sentence)


def test_a_value_against_the_schema_ends_with_the_reason(cluster: Cluster) -> None:
    cluster.create()
    done = cluster.run(cluster.machine("node-1"), "publish_param cluster-pattern/leader 5")
    assert done.code == 1
    assert "The profile example does not accept a value for cluster-pattern/leader. drpcli says: Error:" in done.said


# 6. Waiting


def test_a_wait_says_what_for_and_ends_with_a_sentence(cluster: Cluster) -> None:
    cluster.create(timeout=1)
    done = cluster.run(cluster.machine("node-1"), 'wait_for_param my/token "the token of the leader"')
    assert done.code == 1
    first, *_, last = done.said.splitlines()
    assert first == "Waiting for the token of the leader (profile example), for 1 s at most."
    assert last.startswith("Timed out after ")
    assert last.endswith(" s of waiting for the token of the leader (profile example).")


def test_a_wait_for_a_count_ends_when_so_many_are_there(cluster: Cluster) -> None:
    cluster.create(timeout=1)
    first, second = cluster.machines(2)
    append, wait = "append_to_list cluster-pattern/reports 1", "wait_for_count cluster-pattern/reports 2"
    cluster.say(first, append)
    too_early = cluster.run(first, wait)
    assert too_early.code == 1
    assert "of waiting for 2 entries in cluster-pattern/reports (profile example)." in too_early.said
    cluster.say(second, append)
    assert first.uuid in cluster.say(first, wait)


@pytest.mark.parametrize("wait", ["wait_for_param my/token", "wait_for_count cluster-pattern/reports 9"])
def test_an_operator_ends_every_wait(cluster: Cluster, wait: str) -> None:
    cluster.create(timeout=600)
    node = cluster.machine("node-1")
    with ThreadPoolExecutor() as pool:
        run = pool.submit(cluster.run, node, f"show_progress waiting\n{wait}")
        eventually(lambda: node.shows == ("orange", "ship"))
        cluster.set("abort", "rack 4 is on fire")
        done = run.result()
    assert done.code == 1
    assert done.said.endswith(" no longer, since cluster-pattern/abort says: rack 4 is on fire\n")


# 7. Collecting data


def test_others_can_read_what_machines_collect(cluster: Cluster) -> None:
    cluster.create()
    first, second = cluster.machines(2)
    cluster.say(first, "publish_param my/plain '\"two words\"'\npublish_param my/object '{\"port\": 6443}'")
    for node, place in ((first, "0\n"), (second, "1\n"), (first, "0\n")):
        assert cluster.say(node, "append_to_list cluster-pattern/reports '{\"disks\": [1, 2]}'") == place
    assert cluster.admin.params(PROFILE)["my/plain"] == "two words"
    assert cluster.admin.params(PROFILE)["my/object"] == {"port": 6443}
    value = {"disks": [1, 2]}
    assert cluster.param("reports") == [{"Name": n.name, "Uuid": n.uuid, "Value": value} for n in (first, second)]
    assert cluster.say(second, "wait_for_param my/plain") == "two words\n"
    assert cluster.say(second, "get_param my/object") == '{\n  "port": 6443\n}\n'


# 8. Progress


def test_every_phase_has_its_colour_and_the_leader_its_icon(cluster: Cluster) -> None:
    cluster.create(size=2)
    leader, other = cluster.machines(2)
    seen = []
    for task in TASKS[:4]:
        for node in (leader, other):
            assert node.run(WORKFLOW if task == TASKS[0] else "", until=task)[-1].code == 0
        seen.append((leader.shows, other.shows))
    assert seen == [
        (("purple", "anchor"), ("orange", "ship")),
        (("purple", "anchor"), ("orange", "ship")),
        (("purple", "anchor"), ("orange", "ship")),
        (("blue", "anchor"), ("blue", "ship")),
    ]
    assert [node.run()[-1].code for node in (leader, other)] == [0, 0]
    assert (leader.shows, other.shows) == (("green", "anchor"), ("green", "ship"))


@pytest.mark.parametrize(
    ("ending", "shown"),
    [("false", ("red", "warning sign")), ("exit 9", ("red", "warning sign")), ("exit 64", ("blue", "ship"))],
)
def test_a_failure_shows_and_a_reboot_is_none(cluster: Cluster, ending: str, shown: tuple[str, str]) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    assert cluster.run(node, f"show_progress working\n{ending}\necho unreachable").said == ""
    assert node.shows == shown


def test_a_task_may_show_what_it_likes(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    cluster.say(node, "show_progress teal 'coffee \"cup\"'")
    assert node.shows == ("teal", 'coffee "cup"')


# 9. Reset and redeploy


def test_run_again_nothing_is_elected_or_reported_twice(cluster: Cluster) -> None:
    cluster.create(size=3)
    nodes = cluster.machines(3)
    assert all(map(succeeded, together(nodes, WORKFLOW)))
    before = cluster.admin.params(PROFILE)
    assert all(map(succeeded, together(nodes, WORKFLOW)))
    assert cluster.admin.params(PROFILE) == before


def test_back_at_its_seeds_the_cluster_can_be_built_again(cluster: Cluster) -> None:
    cluster.create(size=2)
    first, second = cluster.machines(2)
    assert all(map(succeeded, together([first, second], WORKFLOW)))
    cluster.reset()
    assert second.run(WORKFLOW, until=TASKS[3])[-1].code == 0
    assert succeeded(first.run(WORKFLOW))
    assert second.run()[-1].code == 0
    assert cluster.param("leader") == cluster.param("data")["Uuid"] == second.uuid
    assert [first.shows, second.shows] == [("green", "ship"), ("green", "anchor")]


def test_a_dead_leader_is_named_and_a_reset_recovers(cluster: Cluster) -> None:
    cluster.create(size=2, timeout=1)
    dying, *others = cluster.machines(3)
    assert dying.run(WORKFLOW, until=TASKS[0])[-1].code == 0
    for runs, node in zip(together(others, WORKFLOW), others, strict=True):
        assert (runs[-1].task, runs[-1].code) == (TASKS[2], 1)
        assert "Timed out after " in runs[-1].said
        assert runs[-1].said.endswith(f"cluster-pattern/data from the leader {dying.uuid} (profile {PROFILE}).\n")
        assert node.shows == ("red", "warning sign")
    cluster.reset()
    cluster.set("timeout", 120)
    assert all(map(succeeded, together(others, WORKFLOW)))
    assert cluster.param("leader") in {node.uuid for node in others}


def test_a_machine_that_comes_later_finds_the_leader_and_joins(cluster: Cluster) -> None:
    cluster.create(size=2)
    early = cluster.machines(2)
    assert all(map(succeeded, together(early, WORKFLOW)))
    leader, data = cluster.param("leader"), cluster.param("data")
    late = cluster.machine("node-3")
    runs = late.run(WORKFLOW)
    assert succeeded(runs)
    assert f"The leader is {leader}." in runs[0].said
    assert (cluster.param("leader"), cluster.param("data")) == (leader, data)
    assert [report["Uuid"] for report in cluster.param("reports")].count(late.uuid) == 1
    assert late.shows == ("green", "ship")


def test_the_pack_can_be_replaced_under_a_cluster(cluster: Cluster) -> None:
    cluster.create()
    assert succeeded(cluster.machine("node-1").run(WORKFLOW))
    assert cluster.admin.send("PUT", "contents/cluster-pattern", bundled()).status_code == 200


def test_older_servers_run_it_too(older_cluster: Cluster) -> None:
    older_cluster.create(size=2, leader_count=2)
    first, second = older_cluster.machines(2)
    assert all(map(succeeded, together([first, second], WORKFLOW)))
    assert [node.shows for node in (first, second)] == [("green", "anchor")] * 2
    record = ProgressRecord({"color": "black", "icon": "server"}, {"color": "green", "icon": "anchor"}).to_text()
    for node in (first, second):
        notes = older_cluster.admin.get(f"machines/{node.uuid}")["Meta"]
        assert notes[progress_key(PROFILE)] == record
