"""The machine under the agent: its name, its scratch folder, its clock, and the control socket to the supervisor."""

from __future__ import annotations

import os
import select
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket
    from collections.abc import Mapping


class HostContext:
    """One machine from within.

    Args:
        name: The machine's name.
        uuid: Its key.
        folder: Its scratch folder.
        environment: What its scripts start with.
        control: The socket to the supervisor. If it breaks, the machine has lost its power.
    """

    def __init__(self, name: str, uuid: str, folder: str, environment: Mapping[str, str], control: socket) -> None:
        self.name = name
        self.uuid = uuid
        self.folder = folder
        self.environment = environment
        self._control = control
        self._exits, wake = os.pipe()
        for end in (self._exits, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def begin_task(self, task: str) -> str:
        """Tell the supervisor that a task begins; returns the offset of this machine's clock in seconds."""
        self._tell(f"task {task}")
        answer = b""
        while not answer.endswith(b"\n"):
            answer += self._received()
        return answer.decode().strip()

    def idle(self) -> None:
        """Note that there is nothing to do."""
        self._tell("idle")

    def say(self, text: str) -> None:
        """Say what the agent is doing, for the watcher of the emulator."""
        self._tell("said " + " ".join(text.split()))

    def sleep(self, seconds: float, *files: int) -> list[int]:
        """Sleep until one of the files has something to read or a child ended; returns the files that have."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            control = self._control.fileno()
            ready = select.select([control, self._exits, *files], [], [], max(left, 0))[0]
            if control in ready:
                self._received()
            found = [file for file in files if file in ready]
            if self._exits in ready:
                os.read(self._exits, 4096)
                return found
            if found or left <= 0:
                return found

    def _tell(self, line: str) -> None:
        try:
            self._control.sendall(line.encode() + b"\n")
        except OSError:
            lose_power()

    def _received(self) -> bytes:
        try:
            received = self._control.recv(4096)
        except OSError:
            received = b""
        if not received:
            lose_power()
        return received


def lose_power() -> None:
    """End at once, with every process of this machine."""
    os.killpg(0, signal.SIGKILL)
