"""Format tables in Markdown, and the verdict on a target."""

from collections.abc import Iterable, Sequence

Row = Sequence[str]


def verdict(*, reached: bool) -> str:
    """Return the verdict on a target."""
    return "reached" if reached else "NOT REACHED"


def table(head: Row, rows: Iterable[Row]) -> str:
    """Return a Markdown table with aligned columns, the first one to the left."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    texts = ["| " + " | ".join(_cells(line, widths)) + " |" for line in lines]
    rule = "|" + "|".join("-" * (width + 1) + (":" if column else "-") for column, width in enumerate(widths)) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])


def _cells(line: Row, widths: Sequence[int]) -> Iterable[str]:
    for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.rjust(width) if column else cell.ljust(width)
