"""The helpers against values that scripts stumble over, and lists in all shapes."""

import json

import pytest

from drp_emulator import EmulatedEndpoint
from tests.content.cluster import PROFILE, Cluster
from tests.support.fault_proxy import FaultProxy

HOSTILE = [
    "two  words ",
    "a\nb\n\nc",
    "tab\tand\rreturn",
    'it\'s "quoted" `here`',
    "$(touch hacked) ${HOME} $1 !!",
    "; touch hacked #",
    "back\\slash \\n \\u0041 \\\\",
    '{"json": ["x", 1]}',
    "[]",
    "null",
    "yes",
    "1e3",
    "-T",
    "--help",
    "http://127.0.0.1:1/never",
    "catalog:x",
    "cluster.sh",
    "@file",
    "- item",
    "key: value",
    "# no comment",
    "<&> %s %d 100%",
    "{{ .Param }} {{",
    "zürich 東京 🚀 \u2028",
    "\x01\x1b[31m\x7f",
    "'",
    '"',
    "\\",
    "&",
    "*",
]


def test_texts_arrive_as_they_are(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    cluster.admin.set_param(PROFILE, "my/list", [])
    lines = [
        'for name in "${!TEXT_@}"; do',
        '  key=my/${name,,} text=$(json_string "${!name}")',
        '  publish_param "$key" "$text"',
        '  got=$(wait_for_param "$key" 2>/dev/null; echo .)',
        '  [[ ${got%$\'\\n\'.} == "${!name}" ]] || echo "$name has changed"',
        '  compare_and_set "$key" "$text" "$text" || echo "$name is not the reference"',
        "done",
        'append_to_list my/list "$(json_string "$TEXT_4$TEXT_1")"',
        "get_param my/text_0; get_param my/none",
    ]
    texts = {f"TEXT_{number}": text for number, text in enumerate(HOSTILE)}
    node.start(cluster.script("\n".join(lines)))
    (run,) = node.run(environment={**texts, "LC_ALL": "C"})
    assert (run.code, run.said) == (0, f"0\n{HOSTILE[0]}\nnull\n")
    params = cluster.admin.params(PROFILE)
    assert [params[f"my/{name.lower()}"] for name in texts] == HOSTILE
    assert params["my/list"] == [{"Name": node.name, "Uuid": node.uuid, "Value": HOSTILE[4] + HOSTILE[1]}]
    assert not list(node.home.glob("hacked"))


def test_characters_are_decoded_whatever_the_locale(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    node.start(cluster.script(f"json_text '{json.dumps('ä€<')}' >answer"))
    (run,) = node.run(environment={"LC_ALL": "C"})
    assert (run.code, (node.home / "answer").read_text()) == (0, "ä€<\n")


def test_a_name_in_the_profile_is_never_run(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1", carries=None)
    name = "x'; touch hacked; echo $(touch hacked) \\' \" `touch hacked`"
    cluster.admin.post(f"machines/{node.uuid}/params/cluster-profile", name)
    done = cluster.run(node, "true")
    assert (done.code, done.said) == (
        1,
        f"This machine does not carry the profile {name} that its cluster-profile names: add it.\n",
    )
    assert not list(node.home.glob("hacked"))


def test_a_profile_may_have_blanks_in_its_name(cluster: Cluster) -> None:
    name = "Rack 4 zürich"
    cluster.admin.post("profiles", {"Name": name, "Params": {"cluster-profile": name, "my/leader": "none"}})
    node = cluster.machine("node-1", carries=name)
    assert cluster.say(node, "elect_leader my/leader") == f"{node.uuid}\n"


@pytest.mark.parametrize(
    ("entries", "place"),
    [
        ([1, None, True, {}, [], "x"], 6),
        ([{"Uuid": "ME"}], 0),
        ([{"a": [{"Uuid": "ME"}], "b": {"Uuid": "ME"}, "Uuid": "other"}], 1),
        ([{"Value": "ME", "Name": '"Uuid":"ME"', "Uuid": "other"}], 1),
        (["other", "ME"], 1),
        ([["ME"], {"x": ["Uuid", "ME"]}, 'a, ["b"], {\\"ME"'], 3),
    ],
)
def test_a_machine_finds_its_own_entry_in_any_list(cluster: Cluster, entries: list[object], place: int) -> None:
    """It keeps the entries of others."""
    cluster.create()
    node = cluster.machine("node-1")
    before = json.loads(json.dumps(entries).replace("ME", node.uuid))
    cluster.admin.set_param(PROFILE, "my/list", before)
    assert cluster.say(node, "append_to_list my/list 5") == f"{place}\n"
    own = [{"Name": node.name, "Uuid": node.uuid, "Value": 5}]
    assert cluster.admin.params(PROFILE)["my/list"] == before + own * (place == len(before))


def test_what_drpcli_prints_does_not_depend_on_its_settings(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    node.start(cluster.script("join_list cluster-pattern/leaders 1 >answer"))
    (run,) = node.run(environment={"RS_FORMAT": "yaml"})
    assert (run.code, (node.home / "answer").read_text()) == (0, "0\n")
    assert cluster.param("leaders")[0]["Uuid"] == node.uuid


def test_numbers_below_zero_are_values_and_no_flags(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    cluster.say(node, "add_param my/number -1; compare_and_set my/number -1 -2; publish_param my/other -3")
    params = cluster.admin.params(PROFILE)
    assert (params["my/number"], params["my/other"]) == (-2, -3)


def test_a_param_that_cannot_be_added_ends_the_script(cluster: Cluster) -> None:
    cluster.create()
    node = cluster.machine("node-1")
    done = cluster.run(node, "add_param cluster-pattern/size '\"many\"'; echo not reached")
    assert done.code == 1
    assert "The profile example does not accept a value for cluster-pattern/size. drpcli says: " in done.said
    assert "not reached" not in done.said
    assert "cluster-pattern/size" not in cluster.admin.params(PROFILE)


def test_a_param_is_removed_whatever_the_endpoint_says_first(cluster: Cluster, endpoint: EmulatedEndpoint) -> None:
    """An absent one is no failure."""
    cluster.create()
    cluster.admin.set_param(PROFILE, "my/old", [1])
    with FaultProxy(endpoint.url) as proxy:
        node = cluster.machine("node-1", proxy=proxy.url)
        proxy.answer("DELETE", 503, b"starting", "text/plain", times=2)
        assert cluster.say(node, "remove_param my/old; remove_param my/old") == ""
    assert "my/old" not in cluster.admin.params(PROFILE)


def test_a_param_that_cannot_be_removed_ends_the_script(cluster: Cluster, endpoint: EmulatedEndpoint) -> None:
    cluster.create()
    cluster.admin.set_param(PROFILE, "my/old", [1])
    with FaultProxy(endpoint.url) as proxy:
        node = cluster.machine("node-1", proxy=proxy.url)
        proxy.answer("DELETE", 503, b"starting", "text/plain", times=1000)
        done = cluster.run(node, "remove_param my/old; echo not reached")
    assert (done.code, "not reached" in done.said) == (1, False)
    assert "The profile example does not remove my/old. drpcli says: " in done.said


@pytest.mark.parametrize(
    "write",
    [
        "compare_and_set my/value '\"none\"' 1 || exit 1",
        "elect_leader my/value",
        "add_param my/new 1",
        "remove_param my/value",
        "publish_param my/value 1",
        "join_list my/list 3",
        "append_to_list my/list 1",
    ],
)
def test_a_script_of_an_old_run_writes_nothing_into_a_new_one(cluster: Cluster, write: str) -> None:
    """It does not stop its machine either."""
    cluster.create()
    cluster.admin.set_param(PROFILE, "my/value", "none")
    cluster.admin.set_param(PROFILE, "my/list", [])
    before = cluster.admin.params(PROFILE)
    node = cluster.machine("node-1")
    done = cluster.run(node, f'drpcli machines workflow "$RS_UUID" "" >/dev/null\n{write}\necho not reached\n')
    assert done.code == 0
    assert done.said == "This job writes nothing more: the workflow of this machine was cleared or started again.\n"
    assert cluster.admin.params(PROFILE) == before
