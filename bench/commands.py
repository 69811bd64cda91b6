"""Run one `pulumi` command, and measure its time and memory."""

import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.process import PROC, Stat, peak
from tests.support.stack import Stack

SAMPLE_SECONDS = 0.05
"""Seconds between two samples of the processes; work after the last sample is not counted."""

UP = ("up", "--yes", "--skip-preview")
UP_WITH_PREVIEW = ("up", "--yes")
REFRESH = ("refresh", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")


@dataclass(frozen=True)
class Cost:
    """The time and memory of one command."""

    seconds: float
    cpu: float
    """Seconds of user and system time, over all processes of the command; 0 if there is no /proc."""
    provider_mb: float
    """Peak memory of the provider's process (VmHWM); 0 if there is no /proc, or no provider was started."""


class Sampler:
    """A sampler of all processes of one session, also of those that their parent does not wait for."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._cpu: dict[str, float] = {}
        self._peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        for folder in PROC.glob("[0-9]*"):
            try:
                stat = Stat.of(folder.name)
                if stat.session == self._session:
                    self._cpu[folder.name] = stat.cpu
                    self._sample_memory(folder)
            except OSError:
                continue  # the process has ended

    def _sample_memory(self, folder: Path) -> None:
        words = (folder / "cmdline").read_bytes().split(b"\0")
        if b"pulumi.dynamic" in words:
            self._peak = max(self._peak, peak(folder.name))

    def cost(self, seconds: float) -> Cost:
        """Return the cost of all sampled processes."""
        return Cost(seconds, sum(self._cpu.values()), self._peak)


def measure(stack: Stack, words: tuple[str, ...], program: str | None = None) -> Cost:
    """Run a command; return its cost.

    Raises:
        RuntimeError: The command failed; the message is its output.
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
        with process, Sampler(process.pid) as sampler:
            process.wait()
            seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"pulumi {' '.join(words)} failed:\n{output.read_text()}")
    return sampler.cost(seconds)
