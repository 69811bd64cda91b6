"""The scenes of the demo: real commands, and checks of their results."""

import json

import endpoint
import machines
from terminal import ROOT, Done, UnexpectedResult, has_colour, quietly, run, say, scene

STACK = "demo"
PROFILE = "example"
SIZE = 3
VERSION, LEADER, DATA = "example/version", "cluster-pattern/leader", "cluster-pattern/data"
FIRST, SECOND, HOTFIX, THIRD = "1.0", "1.1", "1.1-hotfix", "1.2"
BY_HAND = "python tools/demo/endpoint.py"
_NAME_ENDPOINT = f"pulumi config set drp:embeddedStore {endpoint.STORE} --stack {STACK}"


def run_all() -> None:
    """Create a cluster, change it, show a rejected change, and then apply it after a refresh."""
    start_over()
    _introduce()
    _make_a_stack()
    with machines.alive(SIZE, ROOT / endpoint.STORE) as url:
        _start_the_machines(url)
        _preview()
        _create()
        _show_leader()
        _change()
        _edit_by_hand()
        _show_rejection()
        _refresh()
        _change_again()
    _conclude()


def clean() -> None:
    """Remove the cluster, its stack and its endpoint."""
    if not _stack_exists():
        _remove_files()
        say("There is no demo here, so there is nothing to take away.")
        return
    _unlock()
    quietly(*_NAME_ENDPOINT.split())  # also if the stack's configuration was changed: remove from no other endpoint
    scene(1, "Remove the cluster", "Pulumi first removes the profile from the machines, and then deletes it.")
    _pulumi("destroy", "--yes --skip-preview")
    if endpoint.params_of(PROFILE) or endpoint.machines_with(PROFILE):
        say()
        say("A killed update created more than Pulumi knows of; that is removed with the endpoint's file.")
    scene(2, "Remove the stack", "This removes its state, its configuration and its endpoint too.")
    _command(f"pulumi stack rm {STACK} --yes", "--non-interactive")
    _remove_files()
    say()
    say("The demo is removed. `make demo` runs it again.")


def start_over() -> None:
    """Remove an earlier demo, finished or not. Its endpoint is a file of its own, so nothing else is lost."""
    if _stack_exists():
        say("An earlier demo is still here: its stack and its endpoint are removed first.")
        _unlock()
        dropped = quietly("pulumi", "stack", "rm", STACK, "--yes", "--force", "--non-interactive")
        _expect(dropped.status == 0, f"the stack of the earlier demo can be removed ({_last_line(dropped)})")
    _remove_files()


def _introduce() -> None:
    say()
    say(
        "This demo runs a cluster on Digital Rebar Provision (DRP) with `pulumi up`. It needs no DRP: the endpoint is "
        f"the file {endpoint.STORE}, its machines are processes, Pulumi's state is in .pulumi/, and nothing outside "
        "this checkout is changed. The commands are real. Their output is shown without progress, repeated rows, "
        "outputs and URNs. The demo takes less than a minute on two cores."
    )


def _make_a_stack() -> None:
    scene(
        1,
        "Make a stack",
        "A stack is one instance of the program in this folder (__main__.py), with its own configuration. "
        f"This one uses the endpoint in {endpoint.STORE}, and its machines run the cluster pattern.",
    )
    _command(f"pulumi stack init {STACK} --no-select", "--non-interactive")
    _command(_NAME_ENDPOINT, "--non-interactive")
    _command(f"pulumi config set workflow cluster-pattern --stack {STACK}", "--non-interactive")


def _start_the_machines(url: str) -> None:
    scene(
        2,
        "Machines",
        f"{SIZE} simulated machines run now, each a process that waits for work, as `python -m "
        f"drp_emulator.machines` starts them. Until the end of the demo, you can watch them in a browser: {url}/ "
        f"(log in as {machines.USER}, password {machines.PASSWORD}).",
    )


def _preview() -> None:
    scene(3, "Preview", "A preview shows what Pulumi would create. It changes nothing and sends no request.")
    done = _pulumi("preview")
    _expect(f"{5 + 2 * SIZE} to create" in done.text, "the preview announces each part of the cluster")


def _create() -> None:
    scene(
        4,
        "Create the cluster",
        "A cluster is a profile that every machine of the cluster carries. It holds its own name, so that scripts on "
        "the machines find it. The machines elect a leader: each tries to replace the value `none` in the profile by "
        "its own Uuid, after a test of that value, so one machine wins. It publishes its address; the others wait for "
        "that and report.",
    )
    done = _pulumi("up", "--yes --skip-preview")
    _expect(f"{SIZE} of {SIZE} machines are done" in done.text, "all machines go through the workflow")


def _show_leader() -> None:
    scene(
        5,
        "See the leader",
        "The outputs name the leader and the data that it published. The third command asks the endpoint, not Pulumi: "
        "colours show the progress of the machines, and an icon shows the leader.",
    )
    leader = _command(f"pulumi stack output leader --stack {STACK}", "--non-interactive").text.strip()
    _command(f"pulumi stack output data --stack {STACK}", "--non-interactive")
    _command(f"{BY_HAND} show {PROFILE}")
    shown = endpoint.machines_with(PROFILE)
    _expect(len(shown) == SIZE, f"{SIZE} machines carry the profile")
    leaders = [name for name, looks in shown.items() if looks == ("green", "anchor")]
    _expect(leaders == [leader], "the leader has its icon")
    live = endpoint.params_of(PROFILE)
    _expect(live.get(DATA, {}).get("Name") == leader, "the leader has published its address")
    _expect_params({"cluster-profile": PROFILE, VERSION: FIRST})


def _change() -> None:
    scene(
        6,
        "Change one param",
        f"The preview shows the one path that changes. The update sends a single patch, which first tests that the "
        f'endpoint still holds the reviewed "{FIRST}".',
    )
    _set_version(SECOND)
    done = _pulumi("preview", "--diff")
    _expect(f'{VERSION}: "{FIRST}" => "{SECOND}"' in done.text, "the preview shows the change of the param")
    _pulumi("up", "--yes --skip-preview")
    _expect_params({VERSION: SECOND})


def _edit_by_hand() -> None:
    scene(
        7,
        "Meanwhile, without Pulumi",
        f"A colleague changes {VERSION} by hand, although our program owns it.",
    )
    _command(f"{BY_HAND} set {PROFILE} {VERSION} {HOTFIX}")


def _show_rejection() -> None:
    scene(
        8,
        "The next change is rejected",
        f'We want "{THIRD}" and do not know of the fix. The patch tests for the reviewed "{SECOND}", so the endpoint '
        "rejects the whole patch. The error lists the reviewed, the live and the wanted value.",
    )
    _set_version(THIRD)
    done = _pulumi("up", "--yes --skip-preview", may_fail=True)
    _expect(done.status != 0, "the update over a hand edit is refused")
    report = f'params.{VERSION}: reviewed "{SECOND}" / live "{HOTFIX}" / wanted "{THIRD}"'
    _expect(report in done.text, "the error reports the reviewed, the live and the wanted value")
    _expect_params({VERSION: HOTFIX})


def _refresh() -> None:
    scene(
        9,
        "Refresh",
        "A refresh reads the keys that the program owns, and no others. The leader belongs to the machines.",
    )
    done = _pulumi("refresh", "--yes --skip-preview --diff")
    _expect(f'{VERSION}: "{SECOND}" => "{HOTFIX}"' in done.text, "the refresh shows the hand edit")


def _change_again() -> None:
    scene(
        10,
        "The same change again, reviewed this time",
        f'Now the diff starts from "{HOTFIX}", so the reviewer sees the fix that the update will replace. The test on '
        "the endpoint succeeds. The values that the machines wrote are unchanged.",
    )
    led = endpoint.params_of(PROFILE)[LEADER]
    done = _pulumi("up", "--yes --skip-preview --diff")
    _expect(f'{VERSION}: "{HOTFIX}" => "{THIRD}"' in done.text, "the diff starts from the hand edit")
    _command(f"{BY_HAND} show {PROFILE}")
    _expect_params({VERSION: THIRD, LEADER: led})


def _conclude() -> None:
    say()
    say(
        "You have seen a preview, a cluster that elected its leader, an exact diff, a rejected overwrite that changed "
        "nothing, a refresh, and a change that succeeded after its review. Values that the machines wrote were never "
        "changed. The machines end with this demo; the cluster and its stack remain."
    )
    say()
    for what, meaning in (
        (f"tools/clean-env pulumi up --stack {STACK}", "continues from here; put tools/clean-env before each command"),
        ("docs/cluster-pattern.md", "explains how machines elect, share and wait, and your own tasks"),
        ("make demo-clean", "removes the cluster"),
        ("README.md", "explains programs of your own, and a real endpoint"),
    ):
        print(f"  {what:38}  {meaning}", flush=True)


def _set_version(version: str) -> None:
    _command(f"pulumi config set --path 'params[\"{VERSION}\"]' {version} --stack {STACK}", "--non-interactive")


def _pulumi(verb: str, flags: str = "", *, may_fail: bool = False) -> Done:
    colour = "always" if has_colour() else "never"
    shown = " ".join(filter(None, ("pulumi", verb, flags, f"--stack {STACK}")))
    return _command(
        shown, "--non-interactive", "--suppress-outputs", "--suppress-progress", f"--color={colour}", may_fail=may_fail
    )


def _command(shown: str, *hidden: str, may_fail: bool = False) -> Done:
    done = run(shown, *hidden)
    if done.status != 0 and not may_fail:
        raise UnexpectedResult(f"`{shown}` failed ({done.status}), so the demo ends here. Its output:\n{done.text}")
    return done


def _expect(is_met: object, what: str) -> None:
    if not is_met:
        raise UnexpectedResult(f"The demo did not go as told: expected that {what}.")


def _expect_params(expected: dict[str, str]) -> None:
    live = endpoint.params_of(PROFILE)
    for name, value in expected.items():
        _expect(live.get(name) == value, f"{name} is {value!r} on the endpoint (it is {live.get(name)!r})")


def _stack_exists() -> bool:
    listed = quietly("pulumi", "stack", "ls", "--json", "--non-interactive")
    _expect(listed.status == 0, f"Pulumi lists the stacks of this checkout ({_last_line(listed)})")
    return any(stack["name"] == STACK for stack in json.loads(listed.text))


def _unlock() -> None:
    quietly("pulumi", "cancel", "--yes", "--stack", STACK)  # a killed update leaves its lock


def _remove_files() -> None:
    (ROOT / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)
    store = ROOT / endpoint.STORE
    for file in store.parent.glob(f"{store.name}*"):  # the store, and files that a killed process left beside it
        file.unlink(missing_ok=True)


def _last_line(done: Done) -> str:
    return (done.text.strip().splitlines() or ["no output"])[-1]
