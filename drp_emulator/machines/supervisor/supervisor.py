"""The supervisor's program: commands come in as lines of JSON, reports go out as such, until the input ends."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from drp_emulator.drpcli import gojson
from drp_emulator.machines.supervisor.loop import READ, Loop
from drp_emulator.machines.supervisor.machine import Machine, kill_leftovers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COMMANDS, _REPORTS = 0, 1


class Supervisor:
    """All machines of one emulator."""

    def __init__(self) -> None:
        self._loop = Loop()
        self._machines: dict[str, Machine] = {}
        self._emulator = ""
        self._received = b""

    def run(self) -> None:
        """Serve until the emulator is gone, and leave no process behind."""
        exits, wake = os.pipe()
        os.set_blocking(exits, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._loop.watch(exits, READ, lambda _: self._reap(exits))
        self._loop.watch(_COMMANDS, READ, lambda _: self._listen())
        try:
            self._loop.run()
        finally:
            self._end()

    def _stop(self) -> None:
        self._loop.running = False

    def _listen(self) -> None:
        received = os.read(_COMMANDS, 65536)
        if not received:
            self._stop()
            return
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            self._execute(gojson.parse(line.decode()))

    def _execute(self, command: Any) -> None:
        name, what = command["machine"], command["do"]
        if what == "add":
            self._emulator = command["emulator"]
            self._machines[name] = Machine(self._loop, command, lambda kind, detail: _report(name, kind, detail))
            return
        machine = self._machines[name]
        if what == "on":
            machine.power_on()
        elif what == "off":
            machine.power_off()
        else:
            machine.fault(command["fault"])

    def _reap(self, exits: int) -> None:
        with suppress(BlockingIOError):
            os.read(exits, 4096)
        while True:
            process = _ended()
            if not process:
                return
            machine = next((one for one in self._machines.values() if one.process == process), None)
            if machine is not None:
                machine.kill()
            _, status = os.waitpid(process, 0)
            if machine is not None:
                machine.ended(status)

    def _end(self) -> None:
        machines = [machine for machine in self._machines.values() if machine.process]
        for machine in machines:
            machine.power_off()
        for machine in machines:
            with suppress(ChildProcessError):
                os.waitpid(machine.process, 0)
        if self._emulator:
            kill_leftovers(self._emulator)


def _ended() -> int:
    """Return the id of a child that has ended, or 0. It is not reaped yet, so that no other process gets its id."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return 0 if found is None else found.si_pid


def _report(machine: str, what: str, detail: str) -> None:
    line = gojson.compact({"machine": machine, "what": what, "detail": detail})
    try:
        os.write(_REPORTS, line.encode() + b"\n")
    except OSError:
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Run a supervisor; returns the exit code."""
    Supervisor().run()
    return 0
