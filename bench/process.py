"""Read the time and memory of a process from /proc; return zeros if there is no /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_KB_IN_MB = 1024


@dataclass(frozen=True)
class Stat:
    """A line of /proc/PID/stat.

    Attributes:
        session: The session that it belongs to.
        cpu: Seconds of user and system time.
        cpu_of_children: The same for ended children and their children.
    """

    session: int
    cpu: float
    cpu_of_children: float

    @classmethod
    def of(cls, pid: int | str) -> "Stat":
        """Return the line of a running process.

        Raises:
            OSError: The process has ended.
        """
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        user, system, ended_user, ended_system = (int(field) for field in fields[11:15])
        return cls(int(fields[3]), (user + system) / _TICKS, (ended_user + ended_system) / _TICKS)


@dataclass(frozen=True)
class Memory:
    """Megabytes of a process.

    Attributes:
        rss: Its pages in memory, including shared ones.
        pss: The same, with each shared page divided by the number of its users.
    """

    rss: float = 0
    pss: float = 0


def memory(pid: int) -> Memory:
    """Return the current memory of a process."""
    found = _kilobytes(PROC / str(pid) / "smaps_rollup")
    return Memory(found.get("Rss", 0) / _KB_IN_MB, found.get("Pss", 0) / _KB_IN_MB)


def peak(pid: int | str) -> float:
    """Return the peak memory of a process in megabytes (VmHWM)."""
    return _kilobytes(PROC / str(pid) / "status").get("VmHWM", 0) / _KB_IN_MB


def cpu(pid: int) -> float:
    """Return seconds of user and system time, including those of ended children."""
    try:
        stat = Stat.of(pid)
    except OSError:
        return 0.0
    return stat.cpu + stat.cpu_of_children


def _kilobytes(file: Path) -> dict[str, int]:
    try:
        lines = [line.split() for line in file.read_text().splitlines()]
    except OSError:
        return {}
    return {words[0].rstrip(":"): int(words[1]) for words in lines if words[-1] == "kB"}
