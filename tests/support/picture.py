"""The picture of the demo that the README shows."""

from pathlib import Path
from xml.etree.ElementTree import Element, parse

from tests.support import document
from tests.support.stack import ROOT

PICTURE: Path = ROOT / "docs" / "pictures" / "demo.svg"
SVG = "{http://www.w3.org/2000/svg}"


def elements() -> list[Element]:
    return list(parse(PICTURE).getroot().iter())


def texts() -> list[str]:
    """The lines of the demo that it shows, each whole, though it may take two rows."""
    drawn = (one for one in elements() if one.tag == f"{SVG}text" and one.get("class") != "title")
    return ["".join(one.itertext()) for one in drawn]


def lines() -> set[str]:
    """These lines, ready to be compared with a run's."""
    return document.lines("\n".join(texts()))
