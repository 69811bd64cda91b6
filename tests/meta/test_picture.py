"""The picture of the demo; tests/cli/test_demo.py compares its lines with those of a run."""

import re

from tests.support.picture import PICTURE, SVG, elements, texts
from tests.support.stack import ROOT

COLUMNS, ROWS = 100, 40


def test_the_picture_loads_nothing_from_elsewhere() -> None:
    known = {"svg", "title", "desc", "style", "rect", "path", "circle", "text", "tspan"}
    assert {one.tag.removeprefix(SVG) for one in elements()} == known
    attributes = {name for one in elements() for name in one.attrib}
    assert not {name for name in attributes if "href" in name or "src" in name or name.startswith("on")}
    text = PICTURE.read_text()
    assert re.findall(r"https?:[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"url\(|@import|@font-face|<\?|<!", text)


def test_the_picture_fits_a_terminal_and_shows_the_demo() -> None:
    rows = {one.get("y") for one in elements() if one.tag == f"{SVG}tspan" and one.get("y")}
    assert 20 < len(rows) <= ROWS
    assert max(map(len, texts())) <= 2 * COLUMNS
    shown = "\n".join(texts())
    order = [
        "$ pulumi up",
        "3 of 3 machines are done",
        "output leader",
        "green   anchor",
        "error: Conflict",
        "To go on",
    ]
    places = [shown.index(fact) for fact in order]
    assert places == sorted(places)


def test_the_readme_shows_the_picture_before_anything_else() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme.index("docs/pictures/demo.svg") < readme.index("```")
