"""One `pulumi` command, with the time and the memory that it took."""

import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.process import PROC, Stat, peak
from tests.support.stack import Stack

EVERY = 0.05
"""Seconds between two looks at the processes; what they do after the last look is not seen."""

UP = ("up", "--yes", "--skip-preview")
UP_WITH_PREVIEW = ("up", "--yes")
REFRESH = ("refresh", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")


@dataclass(frozen=True)
class Cost:
    """What one command took."""

    seconds: float
    cpu: float
    """Seconds of user and system time, over all processes of the command; 0 where there is no /proc."""
    provider_mb: float
    """Most memory that the provider's process held (VmHWM); 0 where there is no /proc, or no provider was started."""


class Watch:
    """Sees every process of one session, those included that their parent never waits for."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._cpu: dict[str, float] = {}
        self._peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _keep_looking(self) -> None:
        while not self._done.wait(EVERY):
            self._look()

    def _look(self) -> None:
        for folder in PROC.glob("[0-9]*"):
            try:
                stat = Stat.of(folder.name)
                if stat.session == self._session:
                    self._cpu[folder.name] = stat.cpu
                    self._look_at_memory(folder)
            except OSError:
                continue  # it has ended in the meantime

    def _look_at_memory(self, folder: Path) -> None:
        words = (folder / "cmdline").read_bytes().split(b"\0")
        if b"pulumi.dynamic" in words:
            self._peak = max(self._peak, peak(folder.name))

    def cost(self, seconds: float) -> Cost:
        """Everything that was seen."""
        return Cost(seconds, sum(self._cpu.values()), self._peak)


def measure(stack: Stack, words: tuple[str, ...], program: str | None = None) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; the message is what it printed.
    """
    if program is not None:
        (stack.folder / "__main__.py").write_text(program)
    output = stack.folder.parent / f"{stack.name}.log"
    with output.open("w") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=stack.folder,
            env=stack.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with process, Watch(process.pid) as watch:
            process.wait()
            seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"pulumi {' '.join(words)} failed:\n{output.read_text()}")
    return watch.cost(seconds)
