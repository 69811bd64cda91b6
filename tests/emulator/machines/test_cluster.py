"""Scripts on simulated machines make a cluster of them, with the token of its profile."""

import pytest

from tests.emulator.machines.harness import Harness

# The hand-made election of DRP's documentation.
ELECT = """
set -o pipefail
export PROFILE_TOKEN="{{.GenerateProfileToken (.Param "cluster/profile") 7200}}"
PROFILE="{{.Param "cluster/profile"}}"
get() { drpcli machines get "$RS_UUID" param "$1" --aggregate | tr -d '"'; }
while [[ $(get my/leader) == none ]]; do
    if drpcli -r none -T "$PROFILE_TOKEN" profiles set "$PROFILE" param my/leader to "$RS_UUID"; then
        drpcli -T "$PROFILE_TOKEN" profiles set "$PROFILE" param my/data to "from $RS_UUID"
        echo "I lead"
        exit 0
    fi
    sleep 0.2
done
until [[ $(get my/data) != none ]]; do sleep 0.2; done
echo "I follow $(get my/leader), who says $(get my/data)"
"""


@pytest.mark.drp(machines=16)
def test_sixteen_machines_elect_exactly_one_leader(harness: Harness) -> None:
    params = {"cluster/profile": "cluster", "my/leader": "none", "my/data": "none"}
    harness.admin.post("profiles", {"Name": "cluster", "Params": params})
    for machine in harness.emulator.machines:
        harness.admin.patch(f"machines/Name:{machine}", {"op": "add", "path": "/Profiles/-", "value": "cluster"})
    harness.workflow("work", harness.task("elect", ELECT))
    harness.start("work")
    harness.wait_until_complete()
    leader = harness.admin.params("cluster")["my/leader"]
    logs = {harness.emulator.machines[name]: harness.log(harness.jobs(name)[0]) for name in harness.emulator.machines}
    assert [uuid for uuid, log in logs.items() if "\nI lead\n" in log] == [leader]
    followers = [log for uuid, log in logs.items() if uuid != leader]
    assert all(f"\nI follow {leader}, who says from {leader}\n" in log for log in followers)


@pytest.mark.drp(machines=1)
def test_a_profile_token_does_what_it_may_and_no_more(harness: Harness) -> None:
    for name in ("mine", "other"):
        harness.admin.post("profiles", {"Name": name, "Params": {"my/x": name}})
    harness.admin.patch("machines/Name:node-1", {"op": "add", "path": "/Profiles/-", "value": "mine"})
    script = """
    token="{{.GenerateProfileToken "mine" 600}}"
    run() { echo "--- $*"; drpcli -T "$token" "$@" 2>&1 | tr '\\n' ' '; echo "rc ${PIPESTATUS[0]}"; }
    run profiles get mine param my/x
    run profiles set mine param my/y to 1
    run profiles update mine '{"Description": "by token"}'
    run profiles remove mine param my/y
    run profiles get other param my/x
    run profiles set other param my/x to 1
    run profiles destroy mine
    run profiles create third
    run profiles list
    run machines show $RS_UUID
    run profiles get Name:mine param my/x
    run profiles show Name:mine
    echo "--- {{.GenerateProfileToken "other" 600}} {{.GenerateProfileToken "nope" 600}}"
    """
    harness.workflow("work", harness.task("task1", script))
    harness.start("work")
    harness.wait_until_complete("node-1")
    log = harness.log(harness.jobs("node-1")[0])
    said = dict(part.split("\n", 1) for part in log.partition("Command running\n")[2].split("--- ")[1:])
    outcomes = {words: text.strip()[-4:] for words, text in said.items() if "rc " in text}
    assert [words for words, outcome in outcomes.items() if outcome == "rc 0"] == [
        "profiles get mine param my/x",
        "profiles set mine param my/y to 1",
        'profiles update mine {"Description": "by token"}',
        "profiles remove mine param my/y",
        "profiles list",
        "profiles show Name:mine",
    ]
    assert said["profiles get other param my/x"].startswith("Error: GET: profiles/other: Not Found")
    assert "Requires: profiles updateSecure other" in said["profiles set other param my/x to 1"] or (
        "Requires: profiles update other" in said["profiles set other param my/x to 1"]
    )
    assert said["profiles list"].startswith("[]")
    assert said["machines show " + harness.emulator.machines["node-1"]].startswith("Error: GET: machines/")
    assert "--- InvalidTokenNotAllowedNotOnMachine InvalidTokenNotAllowedNotOnMachine" in log
