"""Exit codes of scripts, and with which codes an agent ends."""

from __future__ import annotations

# The agent's own: what its machine does next.
REBOOT, POWER_OFF, STOP, GONE = 64, 32, 16, 17

_INCOMPLETE = 128
# By the feature `sane-exit-codes`, and before it.
_SANE: dict[int, tuple[str, ...]] = {
    0: (), 16: ("stop",), 32: ("poweroff",), 64: ("reboot",), 128: ("incomplete",),
    144: ("stop", "incomplete"), 160: ("poweroff", "incomplete"), 192: ("reboot", "incomplete"),
}  # fmt: skip
_ORIGINAL: dict[int, tuple[str, ...]] = {0: (), 1: ("reboot",), 2: ("incomplete",), 3: ("reboot", "incomplete")}
SANE_FEATURE, ORIGINAL_FEATURE = "sane-exit-codes", "original-exit-codes"


class Signals:
    """What a script asked for by its exit code."""

    __slots__ = ("failed", "incomplete", "poweroff", "reboot", "stop")

    def __init__(self, *asked: str) -> None:
        for name in self.__slots__:
            setattr(self, name, name in asked)

    failed: bool
    incomplete: bool
    poweroff: bool
    reboot: bool
    stop: bool

    @property
    def leaves(self) -> bool:
        """Return whether the agent ends after this."""
        return self.reboot or self.poweroff or self.stop

    @property
    def exit_state(self) -> str:
        """Return the job's ExitState."""
        for name in ("reboot", "poweroff", "stop", "failed"):
            if getattr(self, name):
                return name
        return "complete"


def signals_of(code: int, *, sane: bool) -> Signals:
    """Return the signals of an exit code; any code without a meaning is a failure."""
    return Signals(*(_SANE if sane else _ORIGINAL).get(code, ("failed",)))
