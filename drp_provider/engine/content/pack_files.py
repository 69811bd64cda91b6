"""A folder or a file becomes the content of a pack, in the layouts of `drpcli contents bundle` and RackN's own packs.

A folder has one folder per section (`params/`, `tasks/`, …) with one object per YAML or JSON file, and `templates/`,
whose other files are templates as they stand, by file name. What the pack says about itself stands in `meta.yaml` (or
`.yml`, `.json`) or in files of one field each, `._Name.meta`. A file is such a folder bundled: maps `meta`, `sections`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drp_provider.engine.content.text_documents import read_document, read_text
from drp_provider.errors import InvalidInput
from drp_provider.models.sections import KEYS, META_FIELDS, unknown_section

Content = dict[str, Any]

_DOCUMENTS = frozenset({".json", ".yaml", ".yml"})
_META_FILES = ("meta.yaml", "meta.yml", "meta.json")
_TEMPLATES = "templates"


def load_pack(path: str | os.PathLike[str]) -> Content:
    """The content, `meta` and `sections`, of a folder or a bundle file.

    Raises:
        InvalidInput: what is wrong, with file and line.
    """
    place = Path(path)
    if place.is_dir():
        return _folder(place)
    if place.is_file():
        return _bundle(place)
    raise InvalidInput(f"{place} is neither a folder nor a file: check the path, which starts at {Path.cwd()}.")


def _bundle(path: Path) -> Content:
    if path.suffix not in _DOCUMENTS:
        raise InvalidInput(f"{path} is no content pack: a bundle ends in .yaml, .yml or .json.")
    content = _map(path, read_document(path))
    extra = sorted(content.keys() - {"meta", "sections"})
    if extra or not content:
        found = f"{extra[0]!r} beside them" if extra else "neither"
        raise InvalidInput(f"{path} is no bundle, which is a map of meta and sections and has {found}.")
    sections = _map(path, content.get("sections") or {})
    for name, section in sections.items():
        if name not in KEYS:
            raise InvalidInput(f"{path}: {name} {unknown_section(name)}")
        for key, document in _map(path, section or {}, name).items():
            _map(path, document, f"{name}.{key}")
    kept = {name: section for name, section in sections.items() if section}
    return {"meta": _map(path, content.get("meta") or {}, "meta"), "sections": kept}


def _folder(folder: Path) -> Content:
    sections: Content = {}
    for place in sorted(folder.iterdir()):
        if not place.is_dir() or place.name.startswith("."):
            continue
        if place.name not in KEYS:
            if any(item.suffix in {*_DOCUMENTS, ".tmpl"} for item in place.iterdir()):
                raise InvalidInput(f"{place} {unknown_section(place.name)}")
            continue
        found = _section(place)
        if found:
            sections[place.name] = found
    meta = _meta(folder)
    if not meta and not sections:
        raise InvalidInput(f"{folder} is no content pack: it has neither meta.yaml nor a folder such as tasks/.")
    return {"meta": meta, "sections": sections}


def _section(folder: Path) -> Content:
    found: Content = {}
    origins: dict[str, Path] = {}
    for path in _files(folder):
        document = _object(folder.name, path)
        key = document.get(KEYS[folder.name])
        if not isinstance(key, str) or not key:
            raise InvalidInput(f"{path} has no {KEYS[folder.name]}, by which DRP knows the object: add it.")
        if key in found:
            raise InvalidInput(f"{path} and {origins[key]} are both {folder.name} {key!r}: rename one of the two.")
        found[key], origins[key] = document, path
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder inside a section, and DRP knows none: move its files up.")
        yield path


def _object(section: str, path: Path) -> Content:
    if path.suffix in _DOCUMENTS:
        return _map(path, read_document(path))
    if section == _TEMPLATES:
        return {"ID": path.name, "Contents": read_text(path)}
    raise InvalidInput(f"{path} is neither YAML nor JSON: only {_TEMPLATES}/ holds files of other kinds.")


def _meta(folder: Path) -> Content:
    """Each field from its own file, where no `meta.yaml` has it; drpcli looks in the same order."""
    found = {}
    for field in META_FIELDS:
        path = folder / f"._{field}.meta"
        if path.is_file():
            found[field] = read_text(path).strip()
    for name in reversed(_META_FILES):
        path = folder / name
        if path.is_file():
            found.update(_texts(path))
    return found


def _texts(path: Path) -> Content:
    """Fields of `meta.yaml`: all of them are text, and stay as they are written."""
    said = _map(path, read_document(path, text=True))
    return {field: value for field, value in said.items() if value is not None}


def _map(path: Path, value: Any, what: str = "it") -> Content:
    if not isinstance(value, dict):
        kind = "empty" if value is None else f"a {type(value).__name__}"
        raise InvalidInput(f"{path}: {what} is {kind} where a map belongs: correct the file.")
    return value
