"""Which faults a run of the matrix tries: all, or a subset that a seed chooses."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.matrix.cases import Operation, operations_of
from tests.matrix.subject import Subject
from tests.matrix.subjects import SUBJECTS
from tests.support.faults import FOR_GOOD, Fault, catalogue

THOROUGH = os.environ.get("MATRIX") == "thorough"
SEED = os.environ.get("MATRIX_SEED", "1")
OLDER, NEWER = "v3.13", "v4.8"
ONE_IN = 14
"""Of the faults that pass, the default run tries one in so many."""
ONE_LASTING_IN = 48
"""Of the faults that last, which cost seconds each."""
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


def chosen(row: str, calls: Sequence[str], *, shared: bool) -> list[Spoilt]:
    """Return what is tried of one row; the two dialects of a row share its part."""
    every = list(_every(calls))
    passing = [spoilt for spoilt in every if spoilt.times == 1]
    lasting = [spoilt for spoilt in every if spoilt.times > 1]
    if THOROUGH:
        return every
    dice = random.Random(f"{SEED} {row}")  # the same text gives the same subset, on every machine
    part = 2 if shared else 1
    return [*_some(dice, passing, ONE_IN * part), *_some(dice, lasting, ONE_LASTING_IN * part)]


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


def _some(dice: random.Random, spoilt: list[Spoilt], one_in: int) -> list[Spoilt]:
    return dice.sample(spoilt, max(1, len(spoilt) // one_in))
