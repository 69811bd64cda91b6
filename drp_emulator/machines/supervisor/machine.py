"""A simulated machine from the outside: powered on and off, with a network and with faults that wait for their task."""

from __future__ import annotations

import _socket
import gc
import os
import signal
import sys
from contextlib import suppress

from drp_emulator.machines.agent import exits
from drp_emulator.machines.agent.agent import Agent
from drp_emulator.machines.agent.client import Client
from drp_emulator.machines.agent.host_context import HostContext
from drp_emulator.machines.supervisor.loop import READ
from drp_emulator.machines.supervisor.network import Network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from drp_emulator.machines.supervisor.loop import Loop

# In the environment of every process of a machine.
_MARK = "DRP_SIMULATED_MACHINE"
_CRASHED = 1
_CRASH_PAUSE_SECONDS = 1.0
_ENDS = {
    exits.REBOOT: "reboots",
    exits.POWER_OFF: "powers off",
    exits.STOP: "stops its agent",
    exits.GONE: "is gone from the endpoint",
}


class Machine:
    """One machine in the supervisor.

    Args:
        loop: The supervisor's loop.
        about: Its name, uuid, token, folder and environment, and where the endpoint is.
        report: Says what happens.
    """

    def __init__(self, loop: Loop, about: Mapping[str, Any], report: Callable[[str, str], None]) -> None:
        self.name: str = about["machine"]
        self.process = 0
        self.network = Network(loop, (about["host"], about["port"]))
        self.clock = "0"
        self._loop = loop
        self._about = about
        self._report = report
        self._boots = 0
        # What its switch says, and whether its processes were killed for that: they are there a little longer.
        self._powered = self._killed = False
        self._control: _socket.socket | None = None
        self._received = b""
        self._faults: list[dict[str, Any]] = []

    def power_on(self) -> None:
        """Start its agent if it is off; one that was powered off and has not ended yet is started when it has."""
        self._powered = True
        if not self.process:
            self._boot()

    def power_off(self) -> None:
        """Kill every process of the machine, as a power failure does."""
        self._powered = False
        if self.process:
            self._killed = True
            self.kill()

    def kill(self) -> None:
        """Kill the agent and its process group."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process, signal.SIGKILL)

    def ended(self, status: int) -> None:
        """Its agent has ended: so does everything else on it, and perhaps it boots again."""
        kill_leftovers(self._about["emulator"], self.name)
        if self._control is not None:
            self._loop.watch(self._control, 0, lambda _: None)
            self._control.close()
            self._control = None
        self.process = 0
        killed, code = self._killed, os.waitstatus_to_exitcode(status)
        end = "lost its power" if killed or code < 0 else _ENDS.get(code, f"crashed with exit code {code}")
        self._report("off", end)
        if killed or code == exits.REBOOT:
            self._boot_if_powered()
        elif code == _CRASHED:
            self._loop.later(_CRASH_PAUSE_SECONDS, self._boot_if_powered)

    def fault(self, fault: dict[str, Any]) -> None:
        """Take a fault: it happens now, later, or when its task begins."""
        if fault["task"]:
            self._faults.append(fault)
        else:
            self._schedule(fault)

    def _boot_if_powered(self) -> None:
        if self._powered and not self.process:
            self._boot()

    def _boot(self) -> None:
        self._killed = False
        ours, theirs = _socket.socketpair()
        gc.freeze()
        self.process = os.fork()
        if self.process == 0:
            self._live(theirs)
        with suppress(OSError):
            os.setpgid(self.process, self.process)
        theirs.close()
        self._control = ours
        self._loop.watch(ours, READ, lambda _: self._listen(ours))
        self._boots += 1
        self._report("on", str(self.process))

    def _schedule(self, fault: dict[str, Any]) -> None:
        if fault["after"]:
            self._loop.later(fault["after"], lambda: self._inject(fault))
        else:
            self._inject(fault)

    def _inject(self, fault: dict[str, Any]) -> None:
        kind, value, back = fault["kind"], fault["value"], fault["back"]
        self._report("fault", kind)
        undo: Callable[[], None] | None = None
        if kind == "die":
            self.power_off()
            undo = self.power_on
        elif kind == "hang":
            self._signal(signal.SIGSTOP)
            undo = self._resume
        elif kind == "lost":
            self.network.cut()
            undo = self.network.restore
        elif kind == "slow":
            self.network.delay = float(value)
            undo = self._remove_delay
        elif kind == "reply-dropped":
            self.network.drop_next_reply(value)
        elif kind == "clock":
            self.clock = value
        if undo is not None and back is not None:
            self._loop.later(back, undo)

    def _resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _remove_delay(self) -> None:
        self.network.delay = 0.0

    def _signal(self, number: signal.Signals) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process, number)

    def _listen(self, control: _socket.socket) -> None:
        try:
            received = control.recv(65536)
        except OSError:
            received = b""
        if not received:
            self._loop.watch(control, 0, lambda _: None)
            return
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            what, _, detail = line.decode("utf-8", "replace").partition(" ")
            self._report(what, detail)
            if what == "task":
                self._begin_task(detail, control)

    def _begin_task(self, task: str, control: _socket.socket) -> None:
        due = [fault for fault in self._faults if fault["task"] == task]
        self._faults = [fault for fault in self._faults if fault["task"] != task]
        for fault in due:
            self._schedule(fault)
        with suppress(OSError):
            control.sendall(self.clock.encode() + b"\n")

    def _live(self, control: _socket.socket) -> None:
        """Be the machine; never returns. The parent's files are closed, its objects stay unused."""
        code = _CRASHED
        try:
            os.setpgid(0, 0)
            _close_inherited_files(control)
            environment = {**self._about["environment"], _MARK: f"{self._about['emulator']}/{self.name}"}
            host = HostContext(self.name, self._about["uuid"], self._about["folder"], environment, control)
            scheme = "https" if self._about["secure"] else "http"
            client = Client(f"{scheme}://127.0.0.1:{self.network.port}", self._about["token"], host)
            code = Agent(client, host, booted=self._boots > 0, banner=self._about["banner"]).run()
        except BaseException as error:  # noqa: BLE001 - a forked child must end here, after any error
            sys.stderr.write(f"The agent of {self.name} crashed: {type(error).__name__}: {error}\n")
            sys.stderr.flush()
        finally:
            os._exit(code)


def _close_inherited_files(control: _socket.socket) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    kept = control.fileno()
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    limit = os.sysconf("SC_OPEN_MAX")
    os.closerange(3, kept)
    os.closerange(kept + 1, min(limit, 65536))


def kill_leftovers(emulator: str, machine: str = "") -> None:
    """Kill what a machine, or every machine, has left: daemons of scripts, which left their process group."""
    wanted = f"{_MARK}={emulator}/{machine}".encode()
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else ():  # noqa: PTH112, PTH208
        if entry.isdigit():
            with suppress(OSError):
                with open(f"/proc/{entry}/environ", "rb") as file:  # noqa: PTH123
                    marks = [one for one in file.read().split(b"\0") if one.startswith(wanted)]
                if marks and (not machine or marks == [wanted]):
                    os.kill(int(entry), signal.SIGKILL)
