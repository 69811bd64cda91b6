import functools
import re
import subprocess
from collections import Counter
from collections.abc import Callable

import pytest

from gotemplate import RenderError
from tests.gotemplate.truth_data import GO, Row, by_go, groups, rendered, rows, stored

GROUPS = groups()
TABLE = rows(GROUPS, stored())


@functools.cache
def go_is_recent() -> bool:
    """Whether the Go on PATH knows the whole language of the table."""
    if GO is None:
        return False
    version = subprocess.run([GO, "version"], text=True, check=True, capture_output=True).stdout
    found = re.search(r"go1\.(\d+)", version)
    return found is not None and int(found.group(1)) >= 24


def needs_go(test: Callable[[], None]) -> Callable[[], None]:
    """Mark a test that asks Go itself, and skip it if Go is missing or too old."""
    skip = pytest.mark.skipif(not go_is_recent(), reason="needs go 1.24 or newer on PATH")
    marked: Callable[[], None] = pytest.mark.go(skip(test))
    return marked


def difference(row: Row) -> str | None:
    made = rendered(row.group, row.text)
    if isinstance(made, RenderError):
        return None if row.output is None else f"{row}\n  Go: {row.output!r}\n  here: {made}"
    return None if made == row.output else f"{row}\n  Go: {row.output!r}\n  here: {made!r}"


@pytest.mark.parametrize("group", [group["group"] for group in GROUPS])
def test_every_template_of_the_table_does_as_in_go(group: str) -> None:
    differences = [difference(row) for row in TABLE if row.group["group"] == group]

    assert [found for found in differences if found] == []


def test_the_table_is_large_and_holds_both_results_and_errors() -> None:
    failing = Counter(row.output is None for row in TABLE)

    assert len({group["group"] for group in GROUPS}) == len(GROUPS)
    assert failing[False] > 2900
    assert failing[True] > 1100


@needs_go
def test_the_stored_table_is_what_go_says_today() -> None:
    today = rows(GROUPS, by_go(GROUPS))

    assert [str(row) for row, old in zip(today, TABLE, strict=True) if row.output != old.output] == []
