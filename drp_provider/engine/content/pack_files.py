"""Read the content of a pack from a folder or a file, in the layouts of `drpcli contents bundle` and RackN's packs.

A folder has one folder per section (`params/`, `tasks/`, …) with one object per YAML or JSON file. In `templates/`, any
other file is a template, named after the file. The meta fields are in `meta.yaml` (or `.yml`, `.json`), or in files of
one field each, such as `._Name.meta`. A bundle file holds the same as two maps, `meta` and `sections`.
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
    """Return the content (`meta` and `sections`) of a folder or a bundle file.

    Raises:
        InvalidInput: a file is wrong; the error names file and line.
    """
    source = Path(path)
    if source.is_dir():
        return _folder(source)
    if source.is_file():
        return _bundle(source)
    raise InvalidInput(f"{source} is neither a folder nor a file: check the path, which is relative to {Path.cwd()}.")


def _bundle(path: Path) -> Content:
    if path.suffix not in _DOCUMENTS:
        raise InvalidInput(f"{path} is not a content pack: a bundle ends in .yaml, .yml or .json.")
    content = _map(path, read_document(path))
    extra = sorted(content.keys() - {"meta", "sections"})
    if extra or not content:
        found = f"{extra[0]!r} too" if extra else "neither"
        raise InvalidInput(
            f"{path} is not a bundle, which is a map of meta and sections: it has {found}, so correct the file."
        )
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
    for subfolder in sorted(folder.iterdir()):
        if not subfolder.is_dir() or subfolder.name.startswith("."):
            continue
        if subfolder.name not in KEYS:
            if any(item.suffix in {*_DOCUMENTS, ".tmpl"} for item in subfolder.iterdir()):
                raise InvalidInput(f"{subfolder} {unknown_section(subfolder.name)}")
            continue
        found = _section(subfolder)
        if found:
            sections[subfolder.name] = found
    meta = _meta(folder)
    if not meta and not sections:
        raise InvalidInput(f"{folder} is not a content pack: add meta.yaml or a folder such as tasks/.")
    return {"meta": meta, "sections": sections}


def _section(folder: Path) -> Content:
    found: Content = {}
    origins: dict[str, Path] = {}
    for path in _files(folder):
        document = _object(folder.name, path)
        key = document.get(KEYS[folder.name])
        if not isinstance(key, str) or not key:
            raise InvalidInput(f"{path} has no {KEYS[folder.name]}, which is the key of the object: add it.")
        if key in found:
            raise InvalidInput(f"{path} and {origins[key]} are both {folder.name} {key!r}: rename one of the two.")
        found[key], origins[key] = document, path
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder inside a section, which DRP does not support: move its files up.")
        yield path


def _object(section: str, path: Path) -> Content:
    if path.suffix in _DOCUMENTS:
        return _map(path, read_document(path))
    if section == _TEMPLATES:
        return {"ID": path.name, "Contents": read_text(path)}
    raise InvalidInput(f"{path} is neither YAML nor JSON: only {_TEMPLATES}/ holds files of other kinds.")


def _meta(folder: Path) -> Content:
    """Return the meta fields: those of `meta.yaml`, and others from their own files, in the order of drpcli."""
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
    """Return the fields of `meta.yaml`, all as the text in the file."""
    fields = _map(path, read_document(path, text=True))
    return {field: value for field, value in fields.items() if value is not None}


def _map(path: Path, value: Any, what: str = "it") -> Content:
    if not isinstance(value, dict):
        kind = "empty" if value is None else f"a {type(value).__name__}"
        raise InvalidInput(f"{path}: {what} is {kind} instead of a map: correct the file.")
    return value
