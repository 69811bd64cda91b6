"""A script of a task, as a process: started, listened to while it runs, waited for."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from drp_emulator.machines.agent.host_context import HostContext

_CHUNK = 65536
_CANNOT_START = 255


class NotStarted(Exception):
    """The operating system would not run it."""


def run(
    path: str, environment: Mapping[str, str], host: HostContext, hear: Callable[[bytes], None], tick: float
) -> int:
    """Run a file in its own folder; returns its exit code, 128 and the signal where one ended it.

    Like DRP's agent it waits for the process, not for others that it may have left behind.

    Args:
        path: The script.
        environment: All it gets.
        host: Sleeps.
        hear: Takes what it prints, and nothing every `tick` seconds.
        tick: Seconds.

    Raises:
        NotStarted: It cannot be run.
    """
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    try:
        process = _start(path, environment, writing)
        os.close(writing)
        return _followed(process, reading, host, hear, tick)
    finally:
        os.close(reading)


def _start(path: str, environment: Mapping[str, str], output: int) -> int:
    """Fork and exec; the pipe closes by itself at the exec and carries the reason if there is none."""
    failure, failing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.chdir(os.path.dirname(path))  # noqa: PTH120 - pathlib is half as large as this agent
            nothing = os.open(os.devnull, os.O_RDONLY)
            for descriptor, place in ((nothing, 0), (output, 1), (output, 2)):
                os.dup2(descriptor, place)
            os.execve(path, [path], dict(environment))  # noqa: S606 - running scripts is what an agent is for
        except OSError as error:
            os.write(failing, (error.strerror or "error").encode())
        finally:
            os._exit(_CANNOT_START)
    os.close(failing)
    with os.fdopen(failure, "rb") as file:
        reason = file.read()
    if reason:
        os.waitpid(process, 0)
        os.close(output)
        raise NotStarted(reason.decode())
    return process


def _followed(process: int, output: int, host: HostContext, hear: Callable[[bytes], None], tick: float) -> int:
    heard_last = time.monotonic()
    watched: tuple[int, ...] = (output,)
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if watched and not _drained(output, hear):
            watched = ()  # it closed its output and goes on
        if ended:
            return _code(status)
        if time.monotonic() - heard_last >= tick:
            hear(b"")
            heard_last = time.monotonic()
        host.sleep(tick, *watched)


def _drained(output: int, hear: Callable[[bytes], None]) -> bool:
    """Pass on what is there; False at the end of the output."""
    while True:
        try:
            content = os.read(output, _CHUNK)
        except BlockingIOError:
            return True
        if not content:
            return False
        hear(content)


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
