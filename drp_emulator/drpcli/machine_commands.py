"""`drpcli machines` workflow, stage, bootenv, run, pause, and `... addprofile`, `removeprofile`."""

from __future__ import annotations

from drp_emulator.drpcli.object_commands import demand, fetched, patched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from drp_emulator.drpcli.session import Session

    Command = Callable[[Session, str, list[str]], None]


def _change(session: Session, prefix: str, key: str, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    base = fetched(session, prefix, key)
    session.show(patched(session, prefix, key, base, {**base, **changed(base)}))


def _addprofile(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 2, f"{prefix} addprofile [id] [profile]")
    _change(session, prefix, words[0], lambda base: {"Profiles": [*(base["Profiles"] or []), words[1]]})


def _removeprofile(session: Session, prefix: str, words: list[str]) -> None:
    demand(words, 2, f"{prefix} removeprofile [id] [profile]")

    def without(base: dict[str, Any]) -> dict[str, Any]:
        return {"Profiles": [name for name in base["Profiles"] or [] if name != words[1]]}

    _change(session, prefix, words[0], without)


def _setting(command: str, member: str) -> Command:
    def run(session: Session, prefix: str, words: list[str]) -> None:
        demand(words, 2, f"{prefix} {command} [id] [{command}]")
        _change(session, prefix, words[0], lambda _: {member: words[1]})

    return run


def _runnable(command: str, *, value: bool) -> Command:
    def run(session: Session, prefix: str, words: list[str]) -> None:
        demand(words, 1, f"{prefix} {command} [id]")
        _change(session, prefix, words[0], lambda _: {"Runnable": value})

    return run


COMMANDS: dict[str, Command] = {
    "addprofile": _addprofile,
    "removeprofile": _removeprofile,
    "workflow": _setting("workflow", "Workflow"),
    "stage": _setting("stage", "Stage"),
    "bootenv": _setting("bootenv", "BootEnv"),
    "run": _runnable("run", value=True),
    "pause": _runnable("pause", value=False),
}
