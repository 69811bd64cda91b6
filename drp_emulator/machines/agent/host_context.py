"""The machine under the agent: its name, its scratch folder, its clock, and the cable to the chassis."""

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
        cable: To the chassis. Where it breaks, the machine has lost its power.
    """

    def __init__(self, name: str, uuid: str, folder: str, environment: Mapping[str, str], cable: socket) -> None:
        self.name = name
        self.uuid = uuid
        self.folder = folder
        self.environment = environment
        self._cable = cable
        self._exits, wake = os.pipe()
        for end in (self._exits, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def begin_task(self, task: str) -> str:
        """Tell the chassis that a task begins; returns the offset of this machine's clock in seconds."""
        self._tell(f"task {task}")
        answer = b""
        while not answer.endswith(b"\n"):
            answer += self._heard()
        return answer.decode().strip()

    def idle(self) -> None:
        """Note that there is nothing to do."""
        self._tell("idle")

    def say(self, text: str) -> None:
        """Say what the agent is doing, for whoever watches the simulator."""
        self._tell("said " + " ".join(text.split()))

    def sleep(self, seconds: float, *files: int) -> list[int]:
        """Sleep until one of the files has something to read or a child ended; returns the files that have."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            cable = self._cable.fileno()
            ready = select.select([cable, self._exits, *files], [], [], max(left, 0))[0]
            if cable in ready:
                self._heard()
            found = [file for file in files if file in ready]
            if self._exits in ready:
                os.read(self._exits, 4096)
                return found
            if found or left <= 0:
                return found

    def _tell(self, line: str) -> None:
        try:
            self._cable.sendall(line.encode() + b"\n")
        except OSError:
            lose_power()

    def _heard(self) -> bytes:
        try:
            heard = self._cable.recv(4096)
        except OSError:
            heard = b""
        if not heard:
            lose_power()
        return heard


def lose_power() -> None:
    """End at once, with every process of this machine."""
    os.killpg(0, signal.SIGKILL)
