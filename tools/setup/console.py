"""The output of a set-up, and how it runs slow commands."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

QUIET_SECONDS = 2.0  # a command shorter than this needs no progress
LINE_SECONDS = 15.0  # without a terminal, one line this often
TAIL_LINES = 20  # of a failed command's output
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StepError(Exception):
    """A step that failed; the text is for the user, `reason` is a short form."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason or text


def say(text: str) -> None:
    """Print a line and flush it."""
    print(text, flush=True)


def handle_interrupts() -> None:
    """Raise KeyboardInterrupt for every stop signal, so that started processes end too."""
    for number in INTERRUPTS:
        if signal.getsignal(number) == signal.SIG_DFL:  # keep signals that the caller ignores
            signal.signal(number, signal.default_int_handler)


def require_writable(*folders: Path) -> None:
    """Raise StepError if the user cannot write to one of the folders.

    Raises:
        StepError: The user lacks the right to write to a folder, or its file system is read-only.
    """
    for folder in folders:
        if not os.access(folder, os.W_OK):
            raise StepError(not_writable(folder))


def not_writable(path: str | Path) -> str:
    """Return the error message for a path that cannot be written."""
    return (
        f"Set-up cannot write to {path}: make it writable for this user, or copy the checkout "
        "to a folder of your own, then run `make setup` again."
    )


def try_lock(descriptor: int) -> bool:
    """Lock the open file until this process ends; return False if another set-up has the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def run(
    what: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
) -> None:
    """Run the command and show its progress; show its output only if it fails.

    Raises:
        StepError: The command failed or took longer than `timeout` seconds.
    """
    say(what)
    process = None
    with tempfile.TemporaryFile(mode="w+", errors="replace") as output:
        try:
            with _uninterrupted():
                process = _start(command, output, env, cwd)
            status = _watch(process, timeout)
        except BaseException:
            if process is not None:
                _end(process)
            raise
        if status:
            tail = _tail(output)
            raise StepError("\n".join([*tail, f"This step failed: {what}"]), tail[-1] if tail else "")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Delay interrupts until the started process is known, so that they can end it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(
    command: Sequence[str | Path], output: IO[str], env: Mapping[str, str] | None, cwd: Path | None
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that its children end with it
        )
    except OSError as error:
        raise StepError(f"Cannot start {command[0]}: {error.strerror}.") from error


def _watch(process: subprocess.Popen[bytes], timeout: float | None) -> int:
    start = time.monotonic()
    step = QUIET_SECONDS if sys.stdout.isatty() else LINE_SECONDS
    while True:
        try:
            return process.wait(step)
        except subprocess.TimeoutExpired:
            elapsed = time.monotonic() - start
        finally:
            _show(time.monotonic() - start, done=process.returncode is not None)
        if timeout is not None and elapsed > timeout:
            raise StepError(f"The step took more than {timeout:.0f} seconds and was stopped.")


def _show(elapsed: float, *, done: bool) -> None:
    """Print the elapsed time: as a counter on a terminal, otherwise as a line at intervals."""
    if sys.stdout.isatty():
        if elapsed >= QUIET_SECONDS:
            print(f"\r  {_clock(elapsed)} ", end="\n" if done else "", flush=True)
    elif elapsed >= LINE_SECONDS:
        say(f"  {_clock(elapsed)}{', done' if done else ' so far'}")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tail(output: IO[str]) -> list[str]:
    output.seek(0)
    return output.read().rstrip().splitlines()[-TAIL_LINES:]
