"""The story of one cluster, told with real commands, and the check that it went as told."""

import json

import endpoint
import machines
from terminal import ROOT, Done, Surprise, has_colour, quietly, run, say, scene

STACK = "demo"
PROFILE = "example"
SIZE = 3
VERSION, LEADER, DATA = "example/version", "cluster-pattern/leader", "cluster-pattern/data"
FIRST, SECOND, HOTFIX, THIRD = "1.0", "1.1", "1.1-hotfix", "1.2"
BY_HAND = "python tools/demo/endpoint.py"
_NAME_ENDPOINT = f"pulumi config set drp:embeddedStore {endpoint.STORE} --stack {STACK}"


def tell() -> None:
    """Create a cluster that comes up, change it, have a change refused, and end well."""
    start_over()
    _introduce()
    _make_a_stack()
    with machines.alive(SIZE, ROOT / endpoint.STORE) as url:
        _start_the_machines(url)
        _preview()
        _create()
        _look_around()
        _change()
        _edit_by_hand()
        _be_refused()
        _refresh()
        _succeed()
    _conclude()


def clean() -> None:
    """Take the cluster, its stack and its endpoint away."""
    if not _stack_exists():
        _remove_files()
        say("There is no demo here; nothing to take away.")
        return
    _unlock()
    quietly(*_NAME_ENDPOINT.split())  # whatever became of the stack's configuration: no other endpoint is meant
    scene(1, "Take the cluster away", "First the machines give the profile back, then the profile goes.")
    _pulumi("destroy", "--yes --skip-preview")
    if endpoint.params_of(PROFILE) or endpoint.machines_with(PROFILE):
        say()
        say("An update that was killed had made more than Pulumi knows of; that goes with the endpoint's file.")
    scene(2, "Take the stack away", "Its state, its configuration and its endpoint go as well.")
    _command(f"pulumi stack rm {STACK} --yes", "--non-interactive")
    _remove_files()
    say()
    say("The demo is gone. `make demo` tells it again.")


def start_over() -> None:
    """Drop what an earlier demo left, finished or not: its endpoint is a file of its own, so nothing is lost."""
    if _stack_exists():
        say("An earlier demo is still here: its stack and its endpoint are dropped first.")
        _unlock()
        dropped = quietly("pulumi", "stack", "rm", STACK, "--yes", "--force", "--non-interactive")
        _expect(dropped.status == 0, f"the stack of the earlier demo can be removed ({_last_line(dropped)})")
    _remove_files()


def _introduce() -> None:
    say()
    say(
        "A cluster on Digital Rebar Provision (DRP), with `pulumi up`. No server is needed: the endpoint is a file in "
        f"{endpoint.STORE}, its machines are processes, Pulumi's state is in .pulumi/, and nothing outside this "
        "checkout is touched. The commands are real, and what they print is theirs, without progress, repeated rows, "
        "outputs and URNs. It takes less than a minute on two cores."
    )


def _make_a_stack() -> None:
    scene(
        1,
        "Make a stack",
        "A stack is one copy of what the program in this folder (__main__.py) describes, with its own configuration. "
        f"This one keeps its endpoint in {endpoint.STORE}, and lets its machines run the cluster pattern.",
    )
    _command(f"pulumi stack init {STACK} --no-select", "--non-interactive")
    _command(_NAME_ENDPOINT, "--non-interactive")
    _command(f"pulumi config set workflow cluster-pattern --stack {STACK}", "--non-interactive")


def _start_the_machines(url: str) -> None:
    scene(
        2,
        "Machines",
        f"{SIZE} simulated machines are alive now, each a process that waits for work, as `python -m "
        f"drp_emulator.machines` starts them. Until the end of this story you can watch them in a browser: {url}/ "
        f"(log in as {machines.USER}, password {machines.PASSWORD}).",
    )


def _preview() -> None:
    scene(3, "Look first", "A preview says what would be made. It changes nothing and does not ask the endpoint.")
    done = _pulumi("preview")
    _expect(f"{5 + 2 * SIZE} to create" in done.text, "the preview announces each part of the cluster")


def _create() -> None:
    scene(
        4,
        "Create the cluster",
        "A cluster is a profile that names itself, so that scripts on its machines find it, and that every machine of "
        "the cluster carries. The machines then race for the leadership: each tries to replace the value `none` in the "
        "profile by its own Uuid, behind a test, so one of them wins. It publishes where it is; the others wait for "
        "that, and report.",
    )
    done = _pulumi("up", "--yes --skip-preview")
    _expect(f"{SIZE} of {SIZE} machines are done" in done.text, "all machines go through the workflow")


def _look_around() -> None:
    scene(
        5,
        "See who leads",
        "The outputs name the leader and what it published. The third command asks the endpoint, not Pulumi: the "
        "machines have shown their progress by colour, and the leader by an icon of its own.",
    )
    leader = _command(f"pulumi stack output leader --stack {STACK}", "--non-interactive").text.strip()
    _command(f"pulumi stack output data --stack {STACK}", "--non-interactive")
    _command(f"{BY_HAND} show {PROFILE}")
    shown = endpoint.machines_with(PROFILE)
    _expect(len(shown) == SIZE, f"{SIZE} machines carry the profile")
    _expect([name for name, looks in shown.items() if looks == ("green", "anchor")] == [leader], "the leader shows")
    live = endpoint.params_of(PROFILE)
    _expect(live.get(DATA, {}).get("Name") == leader, "the leader has published where it is")
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
        "Meanwhile, behind Pulumi's back",
        f"Somebody fixes {VERSION} by hand, which belongs to our program.",
    )
    _command(f"{BY_HAND} set {PROFILE} {VERSION} {HOTFIX}")


def _be_refused() -> None:
    scene(
        8,
        "The next change is refused",
        f'We want "{THIRD}" and know nothing of the fix. The patch tests for the reviewed "{SECOND}", so the endpoint '
        "refuses it as a whole, and the error says who holds what.",
    )
    _set_version(THIRD)
    done = _pulumi("up", "--yes --skip-preview", may_fail=True)
    _expect(done.status != 0, "the update over a hand edit is refused")
    report = f'params.{VERSION}: reviewed "{SECOND}" / live "{HOTFIX}" / wanted "{THIRD}"'
    _expect(report in done.text, "the refusal reports the reviewed, the live and the wanted value")
    _expect_params({VERSION: HOTFIX})


def _refresh() -> None:
    scene(
        9,
        "Take note of the fix",
        "A refresh takes note of the keys that the program owns, and of nothing else; the leader is not its business.",
    )
    done = _pulumi("refresh", "--yes --skip-preview --diff")
    _expect(f'{VERSION}: "{SECOND}" => "{HOTFIX}"' in done.text, "the refresh shows the hand edit")


def _succeed() -> None:
    scene(
        10,
        "The same change again, reviewed this time",
        f'Now the diff starts from "{HOTFIX}": whoever reviews it sees the fix that is about to go. The endpoint has '
        "the last word again, and agrees. What the machines wrote has been left alone all the while.",
    )
    led = endpoint.params_of(PROFILE)[LEADER]
    done = _pulumi("up", "--yes --skip-preview --diff")
    _expect(f'{VERSION}: "{HOTFIX}" => "{THIRD}"' in done.text, "the diff starts from the hand edit")
    _command(f"{BY_HAND} show {PROFILE}")
    _expect_params({VERSION: THIRD, LEADER: led})


def _conclude() -> None:
    say()
    say(
        "That was: preview, a cluster that came up and elected its leader, an exact diff, a refused overwrite that "
        "changed nothing, a refresh, and a change that went through once it had been reviewed, while what the machines "
        "wrote was never touched. The machines end with this story; the cluster and its stack stay."
    )
    say()
    for what, meaning in (
        (f"tools/clean-env pulumi up --stack {STACK}", "goes on from here; tools/clean-env stands before each command"),
        ("docs/cluster-pattern.md", "how machines elect, share and wait, up to tasks of your own"),
        ("make demo-clean", "takes the cluster away again"),
        ("README.md", "a program of your own, and a real endpoint"),
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
        raise Surprise(f"`{shown}` failed ({done.status}), and the demo ends here; it had said:\n{done.text}")
    return done


def _expect(met: object, what: str) -> None:
    if not met:
        raise Surprise(f"The demo did not go as told: expected that {what}.")


def _expect_params(expected: dict[str, str]) -> None:
    live = endpoint.params_of(PROFILE)
    for name, value in expected.items():
        _expect(live.get(name) == value, f"{name} is {value!r} on the endpoint (it is {live.get(name)!r})")


def _stack_exists() -> bool:
    listed = quietly("pulumi", "stack", "ls", "--json", "--non-interactive")
    _expect(listed.status == 0, f"Pulumi lists the stacks of this checkout ({_last_line(listed)})")
    return any(stack["name"] == STACK for stack in json.loads(listed.text))


def _unlock() -> None:
    quietly("pulumi", "cancel", "--yes", "--stack", STACK)  # a killed update leaves its lock behind


def _remove_files() -> None:
    (ROOT / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)
    store = ROOT / endpoint.STORE
    for file in store.parent.glob(f"{store.name}*"):  # the store, and what a killed process left beside it
        file.unlink(missing_ok=True)


def _last_line(done: Done) -> str:
    return (done.text.strip().splitlines() or ["it said nothing"])[-1]
