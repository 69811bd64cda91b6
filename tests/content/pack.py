"""A folder of content as `drpcli contents bundle` takes it together."""

from importlib import import_module
from pathlib import Path
from typing import Any

_yaml: Any = import_module("yaml")  # ships no types

CONTENT = Path(__file__).parents[2] / "content"


def bundled(folder: Path = CONTENT) -> dict[str, Any]:
    """What POST /contents takes."""
    meta = {path.name[2:-5]: path.read_text().strip() for path in folder.glob("._*.meta")}
    sections: dict[str, Any] = {}
    for path in sorted(folder.glob("*/*")):
        if path.suffix == ".yaml":
            loaded = _yaml.safe_load(path.read_text())
        else:
            loaded = {"ID": path.name, "Contents": path.read_text()}
        sections.setdefault(path.parent.name, {})[loaded.get("Name") or loaded["ID"]] = loaded
    return {"meta": meta, "sections": sections}
