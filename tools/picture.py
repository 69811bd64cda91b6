"""`make picture`: run the demo, and draw chosen lines of what it really printed as docs/pictures/demo.svg.

The picture is text in a frame: no font, style or image comes from elsewhere, and each line of the demo is one element.
"""

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "pictures" / "demo.svg"
DESCRIPTION = (
    "A terminal: pulumi up makes a cluster of three machines, which elect a leader and show their progress; then an "
    "overwrite of a change that was made by hand is refused."
)
COLUMNS = 100
CELL, ROW, GAP = 7.8, 18, 11  # pixels: a character, a line, the space in front of a command
LEFT, TOP, BOTTOM = 20, 62, 20

# Which of the commands that begin like this, and which of its lines, as patterns.
SCENES = (
    ("$ pulumi up", 1, [r" \+  .*drp:(ContentPack|ClusterProfile|Machine\w+|ClusterReady) ", "3 of 3", "11 created"]),
    ("$ pulumi stack output leader", 1, ["."]),
    ("$ python tools/demo/endpoint.py show", 1, ["cluster-pattern/(data|leader) ", "version", "carry", "node-.  "]),
    ("$ python tools/demo/endpoint.py set", 1, ["."]),
    ("$ pulumi config set --path", 2, []),
    ("$ pulumi up", 3, ["error: Conflict", "reviewed", "To go on"]),
)
# What is coloured, and as what; the first that matches at a place wins.
COLOURS = (
    (r"^\$ .*", "typed"),
    (r"^\+( \d+)?|\bcreated\b|\b\d of \d machines are done", "good"),
    (r"\bgreen\b", "good"),
    (r"\banchor\b", "lead"),
    (r"\bship\b", "dim"),
    (r"error: Conflict", "bad"),
    (r'(?<=reviewed )"[^"]*"|(?<=wanted )"[^"]*"', "lead"),
    (r'(?<=live )"[^"]*"', "bad"),
    (r"\([\d.]+m?s\)", "dim"),
    (r"pulumi-python:dynamic/", "dim"),
    (r"drp:\w+", "name"),
)
# How DRP shows a machine, 12 pixels wide: what the demo names by a word.
ICONS = {
    "anchor": "M6 3.4a1.4 1.4 0 1 0-.01 0M6 3.4V11M3.8 5.2h4.4M1.6 7.4C2 10 4 11 6 11s4-1 4.4-3.6",
    "ship": "M1.2 7.6h9.6L9.4 11H2.6zM6 7.4V1.4M6 2l3.2 4H6",
}
STYLE = """
    .frame { fill: #0d1117; stroke: #444c56; }
    .bar { fill: #161b22; }
    text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
           fill: #c9d1d9; white-space: pre; }
    .title { fill: #9198a1; text-anchor: middle; }
    .typed { fill: #ffffff; font-weight: 600; }
    .good { fill: #56d364; }
    .bad { fill: #ff7b72; }
    .lead { fill: #e3b341; }
    .name { fill: #79c0ff; }
    .dim { fill: #8b949e; }
    .icon { fill: none; stroke: #56d364; stroke-width: 1.3; stroke-linejoin: round; stroke-linecap: round; }
"""


def told() -> list[str]:
    """Return what the demo prints into a pipe, and remove the demo."""
    demo = [ROOT / "tools" / "clean-env", "python", ROOT / "tools" / "demo"]
    run = subprocess.run(demo, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    subprocess.run([*demo, "--clean"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return run.stdout.splitlines()


def chosen(story: Sequence[str]) -> Iterator[str]:
    """Return the lines of the picture.

    Raises:
        SystemExit: the demo tells another story than the picture shows.
    """
    for command, which, patterns in SCENES:
        starts = [place for place, line in enumerate(story) if line.startswith(command)]
        if len(starts) < which:
            raise SystemExit(f"The demo runs `{command[2:]}` {len(starts)} times, not {which}: mend SCENES.")
        start = starts[which - 1]
        yield story[start]
        scene = list(_output(story[start + 1 :]))
        for pattern in patterns:
            if not any(re.search(pattern, line) for line in scene):
                raise SystemExit(f"Nothing that `{story[start][2:]}` prints is {pattern!r}: mend SCENES.")
        yield from (line for line in scene if any(re.search(pattern, line) for pattern in patterns))


def _output(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("  "):
            return
        yield line


def drawn(lines: Sequence[str]) -> str:
    """Return the picture."""
    parts, y = [], TOP
    for line in lines:
        y += GAP if parts and line.startswith("$") else 0
        indent = len(line) - len(line.lstrip())
        rows = textwrap.wrap(line.strip(), COLUMNS - indent - 2) if len(line) > COLUMNS else [line.strip()]
        spans = [_row(row, indent + 2 * (number > 0), y + ROW * number) for number, row in enumerate(rows)]
        parts.append(f"  <text>{' '.join(spans)}</text>")
        icon = re.search(r"^ +node-\d+ .* (anchor|ship)$", line)
        if icon:
            place = f"translate({LEFT + (indent - 2.2) * CELL:g} {y - 10})"
            parts.append(f'  <path class="icon" transform="{place}" d="{ICONS[icon[1]]}"/>')
        y += ROW * len(rows)
    width, height = 2 * LEFT + COLUMNS * CELL, y - ROW + BOTTOM
    right = width - 9.5
    body = "\n".join(parts)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="title desc">
  <title id="title">make demo</title>
  <desc id="desc">{DESCRIPTION}</desc>
  <style>{STYLE}  </style>
  <rect class="frame" x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="9"/>
  <path class="bar" d="M1 36V9.5A8.5 8.5 0 0 1 9.5 1H{right:g}a8.5 8.5 0 0 1 8.5 8.5V36z"/>
  <circle cx="22" cy="18.5" r="5.5" fill="#ff5f57"/>
  <circle cx="40" cy="18.5" r="5.5" fill="#febc2e"/>
  <circle cx="58" cy="18.5" r="5.5" fill="#28c840"/>
  <text class="title" x="{width / 2:g}" y="23">make demo</text>
{body}
</svg>
"""


def _row(row: str, indent: int, y: int) -> str:
    """One row, as wide as its characters are many, whatever the font."""
    place = f'x="{LEFT + indent * CELL:g}" y="{y}" textLength="{len(row) * CELL:g}"'
    return f"<tspan {place}>{''.join(_coloured(row))}</tspan>"


def _coloured(row: str) -> Iterator[str]:
    pattern = "|".join(f"(?P<c{place}>{pattern})" for place, (pattern, _) in enumerate(COLOURS))
    end = 0
    for found in re.finditer(pattern, row):
        yield escape(row[end : found.start()], quote=False)
        colour = COLOURS[int(str(found.lastgroup)[1:])][1]
        yield f'<tspan class="{colour}">{escape(found[0], quote=False)}</tspan>'
        end = found.end()
    yield escape(row[end:], quote=False)


if __name__ == "__main__":
    sys.stdout.write("Running the demo, which takes a minute.\n")
    PICTURE.write_text(drawn(list(chosen(told()))))
    sys.stdout.write(f"Drawn: {PICTURE.relative_to(ROOT)}\n")
