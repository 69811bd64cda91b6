"""docs/resources.md is what the signatures and docstrings say, and says what each input and output means."""

import re
import subprocess
import sys

import pytest

import drp_provider
from tests.support.stack import ROOT

PAGE = (ROOT / "docs" / "resources.md").read_text()
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")[1:]}


def rows(section: str, columns: int) -> list[list[str]]:
    """Return the rows of the tables with so many columns."""
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in cells if len(row) == columns]


def test_the_page_is_what_the_code_says() -> None:
    command = [sys.executable, "tools/resource_reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_resource_has_a_section() -> None:
    resources = {f"drp.{name}" for name in drp_provider.__all__ if "objects" in drp_provider._HOMES.get(name, "")}
    assert SECTIONS.keys() == {*resources, "drp_components.ClusterProfile"}


@pytest.mark.parametrize("name", SECTIONS)
def test_every_input_and_output_has_a_type_and_a_meaning(name: str) -> None:
    inputs, outputs = rows(SECTIONS[name], 4), rows(SECTIONS[name], 3)
    assert inputs
    assert outputs
    assert all(cell for row in [*inputs, *outputs] for cell in row)


def test_defaults_that_the_provider_fills_in_are_shown() -> None:
    (timeout,) = (row for row in rows(SECTIONS["drp.ClusterReady"], 4) if row[0] == "`timeout`")
    assert timeout[2] == "`600`"
    assert [row[2] for row in rows(SECTIONS["drp.Profile"], 4) if row[0] == "`name`"] == ["the resource name"]
