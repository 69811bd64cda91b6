"""The emulator's connection to its supervisor process."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).parent / "supervisor" / "__main__.py"
_SHUTDOWN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Report:
    """Something that happened to a machine.

    Attributes:
        machine: Its name.
        what: `on`, `off`, `idle`, `task`, `fault`, or `said`.
        detail: The process id, the reason, nothing, the task's name, the fault's kind, or the agent's words.
    """

    machine: str
    what: str
    detail: str


class SupervisorClient:
    """A running supervisor, and everything that it has reported.

    Args:
        watch: Is called with each report, in a thread of the client.
    """

    def __init__(self, watch: Callable[[Report], None] | None = None) -> None:
        self._watch = watch
        self._reports: list[Report] = []
        self._news = threading.Condition()
        self._sending = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - this package's own program
            [sys.executable, "-I", "-S", "-X", "utf8", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="drp-emulator-reports", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Return the supervisor's process."""
        return self._process.pid

    def send(self, machine: str, do: str, **details: Any) -> None:
        """Tell the supervisor to do something with a machine.

        Raises:
            RuntimeError: It is gone.
        """
        line = json.dumps({"machine": machine, "do": do, **details})
        stdin: Any = self._process.stdin
        try:
            with self._sending:
                stdin.write(line.encode() + b"\n")
                stdin.flush()
        except (OSError, ValueError):
            raise RuntimeError("The emulator's machines are gone: start the emulator again.") from None

    def reports(self) -> list[Report]:
        """Return everything so far, oldest first."""
        with self._news:
            return list(self._reports)

    def wait(self, is_there: Callable[[list[Report]], bool], seconds: float) -> bool:
        """Wait until the reports fulfil a condition; returns whether they do."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not is_there(self._reports):
                left = deadline - time.monotonic()
                if left <= 0 or (not self._reader.is_alive() and not self._news.wait(0)):
                    return is_there(self._reports)
                self._news.wait(min(left, 1))
        return True

    def wait_for_the_end(self, seconds: float) -> bool:
        """Return whether the supervisor ends within this time."""
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def stop(self) -> None:
        """End the supervisor and every process of its machines, and wait for that."""
        stdin: Any = self._process.stdin
        with suppress(OSError):
            stdin.close()
        try:
            self._process.wait(_SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        stdout: Any = self._process.stdout
        stdout.close()

    def _read(self) -> None:
        stdout: Any = self._process.stdout
        for line in stdout:
            about: Mapping[str, str] = json.loads(line)
            report = Report(about["machine"], about["what"], about["detail"])
            with self._news:
                self._reports.append(report)
                self._news.notify_all()
            if self._watch is not None:
                self._watch(report)
