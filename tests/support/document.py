"""A document's code blocks in their order, and how the text of one run is compared with that of another."""

import re
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"^## (?P<heading>[^\n]+)$|^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"`([\w./-]+\.\w+)`[^`]*\Z")
_MASKS = (
    (r"\x1b\[[0-9;]*m", ""),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r"[0-9a-f]{8}[0-9a-f-]*…", "UUID…"),
    (r" \(\d+(\.\d+)?m?s\)", ""),
    (r"\b\d+ s\b", "N s"),
    (r"\d+(\.\d+){3}(:\d+)?", "ADDRESS"),
    (r"\bnode-\d+", "node-N"),
)


@dataclass(frozen=True)
class Block:
    """One block: under which heading it stands, its language, and the file named right before it."""

    heading: str
    language: str
    file: str
    text: str


def blocks(document: Path) -> list[Block]:
    text, heading, found = document.read_text(), "", []
    for part in _PART.finditer(text):
        if part["heading"]:
            heading = part["heading"]
            continue
        paragraph = text[: part.start()].rstrip().rpartition("\n\n")[2]
        named = _FILE.search(paragraph) if paragraph.endswith(":") else None
        found.append(Block(heading, part["language"], named[1] if named else "", part["text"]))
    return found


def masked(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, mask in _MASKS:
        text = re.sub(pattern, mask, text)
    return text


def lines(text: str) -> set[str]:
    """The masked lines, without their margins."""
    return {" ".join(line.split()) for line in masked(text).splitlines()} - {""}
