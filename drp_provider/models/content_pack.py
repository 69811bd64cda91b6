"""ContentPack: objects that are created, changed and deleted together (DRP `models/content.go`)."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, StrictBool, StrictStr

from drp_provider.models.base import Declaration, Inputs
from drp_provider.models.fields import OWNER_KEY, check_name, check_param_name, input_errors_in
from drp_provider.models.sections import KEYS, META_FIELDS, SERVER_META, unknown_section

_BUILT_IN = ("BackingStore", "BasicStore")
_NAME_RULES: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("bootenvs", "profiles", "stages", "tasks", "workflows"), check_name),
    "params": check_param_name,
}
_DIGITS = 12


def _check_pack_name(name: str) -> str:
    if not name.strip() or name != name.strip() or "/" in name:
        raise ValueError(
            f"{name!r} is not a valid name of a content pack: it must not be empty, contain '/', or have outer spaces"
        )
    if name in _BUILT_IN:
        raise ValueError(f"{name!r} is the endpoint's own: choose another name")
    return name


def _check_content(content: dict[str, Any]) -> dict[str, Any]:
    errors = [*_errors_of_shape(content), *(f"{path} {reason}" for path, reason in input_errors_in(content, null=True))]
    if errors:
        raise ValueError("; ".join(error.removeprefix(".") for error in errors))
    return content


def _errors_of_shape(content: dict[str, Any]) -> Iterator[str]:
    for name in content.keys() - {"meta", "sections"}:
        yield f"{name} is not a part of a content pack, which has meta and sections"
    for field, value in _map(content.get("meta")).items():
        if field != "Meta" and field not in META_FIELDS:
            yield f"meta.{field} is not a meta field of a content pack: DRP has {', '.join(META_FIELDS)}"
        elif field == "Meta" and OWNER_KEY in _map(value):
            yield f"meta.Meta.{OWNER_KEY} is the provider's own mark: leave it out"
        elif field != "Meta" and not isinstance(value, str):
            yield f"meta.{field} must be text"
    for part in ("meta", "sections"):
        if not isinstance(content.get(part, {}), dict):
            yield f"{part} must be a map"
    for name, section in _map(content.get("sections")).items():
        if name not in KEYS:
            yield f"sections.{name} {unknown_section(name)}"
        elif not isinstance(section, dict):
            yield f"sections.{name} must be a map of objects by {KEYS[name]}"
        else:
            yield from _errors_of_section(name, section)


def _errors_of_section(name: str, section: dict[str, Any]) -> Iterator[str]:
    for key, document in section.items():
        path = f"sections.{name}.{key}"
        if not isinstance(document, dict):
            yield f"{path} must be a map"
        elif document.get(KEYS[name]) != key:
            yield f"{path} has another {KEYS[name]} inside: the two must be equal"
        elif name in _NAME_RULES:
            try:
                _NAME_RULES[name](key)
            except ValueError as error:
                yield f"{path}: {error}"


class ContentPack(Declaration):
    """A whole pack: an object that it does not hold is removed from the endpoint."""

    noun = "content pack"
    prefix = "contents"
    identity = ("name",)

    name: Annotated[StrictStr, AfterValidator(_check_pack_name)]
    version: StrictStr
    content: Annotated[dict[str, Any], AfterValidator(_check_content)]
    path: None = None
    """Always None: the program reads the file into `content`, so that the preview shows it."""
    owner: str | None = None
    adopt: StrictBool = False

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """Move name and version out of the content; compute a missing version from the content."""
        content = inputs.get("content")
        if content is None:
            return inputs
        meta_given = (content.get("meta") or {}) if isinstance(content, dict) else content
        if not isinstance(content, dict) or not isinstance(meta_given, dict):
            return {"version": meta_given, **inputs}  # Unknown, or an error that the content's check reports.
        meta = {field: _trimmed(field, value) for field, value in meta_given.items() if value is not None}
        version = meta.pop("Version", None)
        meta.pop("Name", None)
        whole = {**content, "meta": {field: value for field, value in meta.items() if field not in SERVER_META}}
        whole["sections"] = _keyed(content.get("sections") or {})
        return {**inputs, "version": inputs.get("version") or version or digest_of(whole), "content": whole}


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _trimmed(field: str, value: Any) -> Any:
    """Return the value without outer spaces, as DRP stores all fields but the documentation."""
    return value.strip() if isinstance(value, str) and field != "Documentation" else value


def _keyed(sections: Any) -> Any:
    """Return the sections with its key in every object, as DRP requires, and without empty sections."""
    if not isinstance(sections, dict):
        return sections
    return {
        name: {key: _with_key(KEYS.get(name, ""), key, document) for key, document in section.items()}
        if isinstance(section, dict)
        else section
        for name, section in sections.items()
        if section
    }


def _with_key(member: str, key: str, document: Any) -> Any:
    return {**document, member: key} if member and isinstance(document, dict) and member not in document else document


def digest_of(content: dict[str, Any]) -> Any:
    """Return a version that changes if, and only if, the content changes; unknown if a value of the content is.

    It is a semantic version, as other packs' `Prerequisites` need.
    """
    for value in _values(content):
        if not isinstance(value, (bool, int, float, str, type(None))):
            return value
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"v0.0.0+sha256.{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _values(member)
    elif isinstance(value, list):
        for member in value:
            yield from _values(member)
    else:
        yield value
