"""Every fault at every request of every operation of every resource type, through the real provider process.

Afterwards the operation has succeeded, or it has failed with one clear sentence and a plain repeat succeeds; and the
endpoint holds what an undisturbed run leaves. docs/fault-matrix.md says how to run all of it.
"""

from collections.abc import Callable

import pytest

from tests.matrix.cases import Case, Operation
from tests.matrix.selection import chosen, rows
from tests.matrix.subject import Subject
from tests.matrix.world import World
from tests.support.thoroughness import THOROUGH

pytestmark = pytest.mark.timeout(7200 if THOROUGH else 300)
ROWS = [
    pytest.param(index, *row, id=f"{row[1].label}-{row[2].name}-{row[0]}".replace(" ", "_"))
    for index, row in enumerate(rows())
]


@pytest.mark.parametrize(("index", "dialect", "subject", "operation"), ROWS)
def test_a_fault_leaves_what_a_clean_run_leaves(
    worlds: Callable[[str], World],
    index: int,
    dialect: str,
    subject: Subject,
    operation: Operation,
    record_property: Callable[[str, object], None],
) -> None:
    world = worlds(dialect)
    clean = Case(world, subject, operation).clean()
    spoilt = chosen(index, clean.calls)
    problems = []
    for one in spoilt:
        case = Case(world, subject, operation, one.fault, one.number, one.times)
        problems += [f"{dialect}, {case}: {problem}" for problem in case.disturbed(clean)]
    faults = sorted({one.fault.name for one in spoilt})
    record_property("matrix", {"cases": len(spoilt), "requests": len(clean.calls), "faults": faults})
    assert not problems, f"{len(problems)} problems in {len(spoilt)} cases:\n" + "\n".join(problems)
