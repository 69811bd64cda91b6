"""The terminal output of the demo: short scenes, the commands, and Pulumi's filtered output."""

import os
import queue
import re
import shlex
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 100
QUIET_SECONDS = 2.0  # after this time without output, a terminal shows a counter

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
# Pulumi prints a line when an operation starts and another when it ends, and the URN below each resource's name.
_NOISE = re.compile(
    r"\s*$"
    r"|@ "
    r"|Duration: "
    r"|.* (creating|updating|refreshing|deleting) \(\d+s\)"
    r"|.*\*\*(updating )?failed\*\*"
    r"|\s+\[urn="
    r"|    \S+:\S+:\S+ \S+( running.*)?\s*$"
    r"|The resources in the stack have been deleted, but"
    r"|If you want to remove the stack completely"
)
_ROW = re.compile(r" . +\S+:\S+:\S+ ")  # a resource; a stack that is only previewed has two rows alike


class UnexpectedResult(Exception):
    """A step of the demo had an unexpected result; the text is one sentence that names the step."""


class Done:
    """The result of a command: its exit status and its output without styles."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.text = text


def has_colour() -> bool:
    """Return whether stdout is a terminal with colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str = "") -> None:
    """Print a paragraph and flush it."""
    print(textwrap.fill(text, WIDTH), flush=True)


def scene(number: int, title: str, text: str) -> None:
    """Print the beginning of a scene: its number, its title, and one or two sentences."""
    heading = f"{number}. {title}"
    say()
    print(f"\x1b[1m{heading}\x1b[0m" if has_colour() else heading, flush=True)
    say(text)


def run(command: str, *hidden: str) -> Done:
    """Print and run a command, which may fail. `hidden` are flags that only change its output."""
    say()
    print(f"\x1b[2m$ {command}\x1b[0m" if has_colour() else f"$ {command}", flush=True)
    # No variable of the caller may direct a command to a real endpoint.
    return _watch([str(ROOT / "tools" / "clean-env"), *shlex.split(command), *hidden])


def quietly(*command: str) -> Done:
    """Run a command without printing it; it may fail."""
    done = subprocess.run(
        [ROOT / "tools" / "clean-env", *command],
        check=False,
        capture_output=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return Done(done.returncode, _STYLE.sub("", done.stdout if done.returncode == 0 else done.stdout + done.stderr))


def _watch(command: Sequence[str]) -> Done:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seen: list[str] = []
    try:
        for line in _lines_of(process):
            plain = _STYLE.sub("", line)
            if not _NOISE.match(plain) and not (plain in seen and _ROW.match(plain)):
                print(f"  {line}\x1b[0m" if has_colour() else f"  {line}", flush=True)
            seen.append(plain)
    finally:
        # An interrupt reaches the command too, which then ends in an orderly way.
        status = process.wait()
    return Done(status, "\n".join(seen))


def _lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield the lines as they arrive; on a terminal, show a counter between them."""
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    start = time.monotonic()
    while True:
        try:
            line = lines.get(timeout=QUIET_SECONDS)
        except queue.Empty:
            if sys.stdout.isatty():
                print(f"\r  ... {time.monotonic() - start:.0f} s", end="", flush=True)
            continue
        if sys.stdout.isatty():
            print("\r\x1b[K" if has_colour() else "\r            \r", end="", flush=True)
        if line is None:
            return
        yield line


def _read(output: IO[str] | None, lines: "queue.Queue[str | None]") -> None:
    for line in output or ():
        lines.put(line.rstrip())
    lines.put(None)
