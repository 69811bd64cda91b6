"""Write the table of settings in docs/real-endpoint.md: `python tools/settings_table.py`.

`--check` writes nothing and fails if the table is out of date.
"""

import sys
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_camel

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "real-endpoint.md"
BEGIN = "<!-- settings: python tools/settings_table.py -->"
END = "<!-- /settings -->"


def table() -> str:
    """Return the table in Markdown, one row per setting."""
    sys.path.insert(0, str(ROOT))
    from drp_provider.settings import NAMESPACE, Settings

    rows = ["| environment | stack configuration | default | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "required" if field.is_required() else _shown(field.default)
        rows.append(f"| `RS_{name.upper()}` | `{NAMESPACE}{to_camel(name)}` | {default} | {field.description} |")
    return "\n".join(rows)


def renewed(text: str) -> str:
    """Return the text with the current table between its markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"docs/real-endpoint.md lacks one of the markers {BEGIN} and {END}: put them back around the table.")
    return f"{before}{begin}\n\n{table()}\n\n{end}{after}"


def _shown(default: Any) -> str:
    if default is None:
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


if __name__ == "__main__":
    current = PAGE.read_text()
    if "--check" not in sys.argv:
        PAGE.write_text(renewed(current))
    elif current != renewed(current):
        sys.exit("The table of settings in docs/real-endpoint.md is out of date: run `python tools/settings_table.py`.")
