"""A table in Markdown, and the word beside a figure that must be reached."""

from collections.abc import Iterable, Sequence

Row = Sequence[str]


def verdict(*, reached: bool) -> str:
    """The word beside a figure."""
    return "reached" if reached else "NOT REACHED"


def table(head: Row, rows: Iterable[Row]) -> str:
    """Columns as wide as their widest cell, the first to the left, in Markdown."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    texts = ["| " + " | ".join(_cells(line, widths)) + " |" for line in lines]
    rule = "|" + "|".join("-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])


def _cells(line: Row, widths: Sequence[int]) -> Iterable[str]:
    for place, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.rjust(width) if place else cell.ljust(width)
