"""Compare a content pack on the endpoint with the uploaded one. Fields that the endpoint fills in are not drift."""

from typing import Any

from drp_provider.models.sections import RAW, SERVER_FIELDS, SERVER_FLAGS
from drp_provider.patch.values import same

Document = dict[str, Any]
_FILLED = "Validated"
"""A field that every object has after the endpoint has decoded it."""


def sections_seen(ours: Document, live: Document) -> Document:
    """Return our sections with each object as the endpoint has it, or unchanged if the two are equivalent."""
    seen = {}
    for name in [*ours, *(name for name in live if name not in ours)]:
        mine, theirs = ours.get(name, {}), live.get(name) or {}
        keys = [*(key for key in mine if key in theirs), *(key for key in theirs if key not in mine)]
        if keys:
            seen[name] = {key: _object_seen(mine[key], theirs[key]) if key in mine else theirs[key] for key in keys}
    return seen


def meta_seen(ours: Document, live: Document) -> Document:
    """Return a pack's declared meta fields as the endpoint has them. Not every DRP version stores a pack's `Meta`."""
    seen = {field: _value_seen(field, value, live.get(field), lenient=True) for field, value in ours.items()}
    if "Meta" in ours and "Meta" not in live:
        seen["Meta"] = ours["Meta"]
    return {field: value for field, value in seen.items() if value is not None}


def _object_seen(ours: Any, live: Any) -> Any:
    if not isinstance(ours, dict) or not isinstance(live, dict):
        return ours if same(ours, live) else live
    # An endpoint that decodes objects omits empty fields, and those that its version does not know.
    return _fields_seen(ours, live, lenient=_FILLED in live and _FILLED not in ours)


def _fields_seen(ours: Document, live: Document, *, lenient: bool) -> Document:
    seen = {}
    for field, value in ours.items():
        if field in SERVER_FIELDS or (field not in live and (lenient or _is_zero(value))):
            seen[field] = value
        elif field in live:
            seen[field] = _value_seen(field, value, live[field], lenient=lenient)
    for field, value in live.items():
        if field not in ours and field not in SERVER_FIELDS and not _is_zero(_without_flags(field, value)):
            seen[field] = value
    return seen


def _value_seen(field: str, ours: Any, live: Any, *, lenient: bool) -> Any:
    if not (isinstance(ours, dict) and SERVER_FLAGS in ours):
        live = _without_flags(field, live)
    if _alike(ours, live):
        return ours
    if field not in RAW and field != "Meta":
        if isinstance(ours, dict) and isinstance(live, dict):
            return _fields_seen(ours, live, lenient=lenient)
        if isinstance(ours, list) and isinstance(live, list) and len(ours) == len(live):
            pairs = zip(ours, live, strict=True)
            return [_value_seen("", one, other, lenient=lenient) for one, other in pairs]
    return live


def _without_flags(field: str, value: Any) -> Any:
    if field == "Meta" and isinstance(value, dict):
        return {key: member for key, member in value.items() if key != SERVER_FLAGS}
    return value


def _alike(ours: Any, live: Any) -> bool:
    return same(ours, live) or (_is_zero(ours) and _is_zero(live))


def _is_zero(value: Any) -> bool:
    """Return whether the value is the zero value of a Go type."""
    return value is None or value is False or value in ("", [], {}) or (value == 0 and value is not True)
