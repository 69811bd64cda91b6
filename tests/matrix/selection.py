"""Which faults a run of the matrix tries: all, or a subset that a seed chooses."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.matrix.cases import Operation, operations_of
from tests.matrix.subject import Subject
from tests.matrix.subjects import SUBJECTS
from tests.support.faults import FOR_GOOD, Fault, catalogue
from tests.support.thoroughness import THOROUGH

SEED = os.environ.get("MATRIX_SEED", "1")
OLDER, NEWER = "v3.13", "v4.8"
STEP = 5
"""The next row begins so much further in the list of faults: a number that divides no list's length reaches all."""
ROWS_WITH_A_LASTING_FAULT = 4
"""One row in so many has one, since it costs seconds, and also a fault that concerns whole connections."""
LASTING = frozenset(
    {
        "closed, before", "closed, after", "half a body, after", "504, late after the next write", "404 page, after",
        "502 page, before", "502 page, after", "401 page, after", "200 empty, before", "200 empty, after",
        "204, before", "200 {}, before", "200 another object, after",
    }
)  # fmt: skip
"""The faults that are also tried for good: one of each way in which the client answers them."""


@dataclass(frozen=True)
class Spoilt:
    """One fault at one request of an operation."""

    number: int
    fault: Fault
    times: int


def rows() -> list[tuple[str, Subject, Operation]]:
    """Every operation of every resource type, on both dialects if they differ for it."""
    return [
        (dialect, subject, operation)
        for subject in SUBJECTS
        for dialect in ((NEWER, OLDER) if subject.differs else (NEWER,))
        for operation in operations_of(subject)
    ]


def chosen(index: int, calls: Sequence[str]) -> list[Spoilt]:
    """Return what is tried of one row.

    Every request is spoilt once, and every write once more by a fault that only writes have; the rows share the faults
    among them, so that together they try nearly all; another seed tries others.
    """
    every = list(_every(calls))
    if THOROUGH:
        return every
    dice = random.Random(SEED)  # the same seed gives the same subset, on every machine
    faults = catalogue()
    dice.shuffle(faults)
    first = dice.randrange(ROWS_WITH_A_LASTING_FAULT)
    passing = [
        spoilt
        for number in range(1, len(calls) + 1)
        for group in (False, True)
        for spoilt in _next(every, number, [f.name for f in faults if f.writes_only is group and not f.whole], index)
    ]
    row, others = divmod(index - first, ROWS_WITH_A_LASTING_FAULT)
    lasting = [fault.name for fault in faults if fault.name in LASTING]
    whole = [spoilt for spoilt in every if spoilt.fault.whole]
    return passing if others else [*passing, whole[row % len(whole)], _lasting(every, lasting[row % len(lasting)], row)]


def _next(every: Sequence[Spoilt], number: int, names: Sequence[str], index: int) -> list[Spoilt]:
    """Return the first of the named faults that can hit the request, from this row's place in the list on."""
    possible = {spoilt.fault.name: spoilt for spoilt in every if (spoilt.number, spoilt.times) == (number, 1)}
    turned = (names[(STEP * index + number + place) % len(names)] for place in range(len(names)))
    return [possible[name] for name in turned if name in possible][:1]


def _lasting(every: Sequence[Spoilt], name: str, row: int) -> Spoilt:
    """Return a fault that lasts, from one of the requests on: the named one if any request of the row can have it."""
    possible = [spoilt for spoilt in every if spoilt.times > 1]
    own = [spoilt for spoilt in possible if spoilt.fault.name == name]
    return random.Random(f"{SEED} {row}").choice(own or possible)


def _every(calls: Sequence[str]) -> list[Spoilt]:
    found = []
    for number, call in enumerate(calls, 1):
        is_write = not call.startswith(("GET ", "HEAD "))
        for fault in catalogue():
            if (fault.whole and number > 1) or (fault.writes_only and not is_write):
                continue
            found.append(Spoilt(number, fault, 1))
            if fault.name in LASTING:
                found.append(Spoilt(number, fault, FOR_GOOD))
    return found
