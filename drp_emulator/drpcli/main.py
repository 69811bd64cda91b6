"""The program: words to a command, its failure to stderr and exit code 1."""

from __future__ import annotations

import sys

from drp_emulator.drpcli import flags
from drp_emulator.drpcli.problems import NotCovered, Problem
from drp_emulator.drpcli.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Command = Callable[[Session, str, list[str]], None]

# Which module has a command.
_OBJECTS, _PARAMS, _META, _MACHINES, _WAITING = "objects", "params", "meta", "machines", "waiting"
_COMMON = {
    "show": _OBJECTS, "list": _OBJECTS, "count": _OBJECTS, "exists": _OBJECTS, "create": _OBJECTS,
    "update": _OBJECTS, "patch": _OBJECTS, "destroy": _OBJECTS, "meta": _META, "wait": _WAITING,
}  # fmt: skip
_OF_PARAMS = dict.fromkeys(("get", "set", "add", "remove", "params"), _PARAMS)
_COMMANDS = {
    "params": _COMMON,
    "profiles": {**_COMMON, **_OF_PARAMS, **dict.fromkeys(("addprofile", "removeprofile"), _MACHINES)},
    "machines": {
        **_COMMON,
        **_OF_PARAMS,
        **dict.fromkeys(("addprofile", "removeprofile", "workflow", "stage", "bootenv", "run", "pause"), _MACHINES),
    },
}


def main(arguments: Sequence[str]) -> int:
    """Carry out one call; returns the exit code."""
    try:
        given, words = flags.read(arguments)
        prefix, name, rest = _understood(words)
        command = _command(prefix, name)
        command(Session(given), prefix, rest)
        sys.stdout.flush()
    except Problem as problem:
        sys.stderr.write(f"Error: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    return 0


def _understood(words: list[str]) -> tuple[str, str, list[str]]:
    prefix, name, *rest = [*words, "", ""][: max(len(words), 2)]
    if name not in _COMMANDS.get(prefix, ()):
        raise NotCovered(f"`{' '.join(['drpcli', *words[:2]])}`")
    return prefix, name, rest


def _command(prefix: str, name: str) -> Command:
    """Import only the module of this command: most calls need a third of the program."""
    home = _COMMANDS[prefix][name]
    if home == _OBJECTS:
        from drp_emulator.drpcli import object_commands as module
    elif home == _PARAMS:
        from drp_emulator.drpcli import param_commands as module  # type: ignore[no-redef]
    elif home == _META:
        from drp_emulator.drpcli import meta_commands as module  # type: ignore[no-redef]
    elif home == _MACHINES:
        from drp_emulator.drpcli import machine_commands as module  # type: ignore[no-redef]
    else:
        from drp_emulator.drpcli import wait_command as module  # type: ignore[no-redef]
    command: Command = module.COMMANDS[name]
    return command
