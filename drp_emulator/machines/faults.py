"""What can go wrong on a simulated machine, and how to write it down.

    MACHINE:KIND[=VALUE][@WHEN][,back=SECONDS]

WHEN is the name of a task, `+SECONDS` from now, or both: `task+SECONDS`. A fault happens once.
"""

import math
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["die", "hang", "lost", "slow", "reply-dropped", "clock"]
KINDS: tuple[str, ...] = get_args(Kind)
EVERY = "*"

_SPEC = re.compile(
    r"(?P<machine>[^:]+):(?P<kind>[a-z-]+)(=(?P<value>[^@,]+))?"
    r"(@(?P<task>[^+,]*)(\+(?P<after>[^,]+))?)?(,back=(?P<back>.+))?"
)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_TURNED_BACK = ("die", "hang", "lost", "slow")
_GRAMMAR = "MACHINE:KIND[=VALUE][@TASK][+SECONDS][,back=SECONDS]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, once.

    Attributes:
        machine: The machine's name, or `*` for every one.
        kind: What happens. `die`: every process is killed at once. `hang`: they all stop, until they go on. `lost`:
            connections break and new ones are refused. `slow`: each request takes `value` seconds longer.
            `reply-dropped`: the next request arrives, and its answer is lost; `value` may name the method. `clock`:
            the machine's clock is `value` seconds ahead.
        value: For `slow`, `clock` and `reply-dropped`.
        task: It happens when a task of this name begins; empty: at once.
        after: So many seconds later.
        back: So many seconds after that everything is well again: power, processes, network or speed. None: never.

    Raises:
        ValueError: It makes no sense.
    """

    machine: str
    kind: Kind
    value: str = ""
    task: str = ""
    after: float = 0.0
    back: float | None = None

    def __post_init__(self) -> None:
        wrong = self._wrong()
        if wrong:
            raise ValueError(f"The fault {self.machine}:{self.kind} cannot be: {wrong}.")

    def to_document(self) -> dict[str, Any]:
        """As the supervisor takes it."""
        document = asdict(self)
        del document["machine"]
        return document

    def _wrong(self) -> str:
        if self.kind not in KINDS:
            return f"{self.kind} is no kind of fault, use one of {', '.join(KINDS)}"
        if self.after < 0 or (self.back is not None and self.back < 0):
            return "time runs forwards, so seconds are not negative"
        if self.back is not None and self.kind not in _TURNED_BACK:
            return f"nothing comes back after {self.kind}"
        return self._wrong_value()

    def _wrong_value(self) -> str:
        number = _number(self.value)
        if self.kind in ("clock", "slow"):
            wrong = number is None or (self.kind == "slow" and number < 0)
            return f"{self.kind} needs seconds, as in {self.kind}=0.5" if wrong else ""
        if self.kind == "reply-dropped":
            known = f"use one of {', '.join(_METHODS)}, or none for the next request"
            return "" if self.value in ("", *_METHODS) else f"{self.value} is no method, {known}"
        return f"{self.kind} takes no value; `,back=SECONDS` says when it ends" if self.value else ""


def parse(spec: str) -> Fault:
    """Return a fault from its short form.

    Args:
        spec: For example `node-3:die@task2`, `node-1:lost@join+0.5,back=3`, `*:slow=0.2`, `node-2:clock=+3600`.

    Raises:
        ValueError: It cannot be read.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise ValueError(f"The fault {spec!r} cannot be read: write {_GRAMMAR}, for example node-3:die@task2.")
    parts = found.groupdict()
    kind: Any = parts["kind"]
    after, back = (_seconds(spec, parts[name]) for name in ("after", "back"))
    return Fault(
        machine=parts["machine"],
        kind=kind,
        value=parts["value"] or "",
        task=parts["task"] or "",
        after=after or 0.0,
        back=back,
    )


def _seconds(spec: str, text: str | None) -> float | None:
    if text is None:
        return None
    number = _number(text)
    if number is None:
        raise ValueError(f"The fault {spec!r} cannot be read: {text!r} is no number of seconds.")
    return number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
