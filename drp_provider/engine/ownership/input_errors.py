"""Input errors: each is one text that names the input and the way out."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from drp_provider.engine.ownership.masking import MASK, hide
from drp_provider.engine.ownership.secret_keys import EVERY, hides
from drp_provider.errors import InvalidInput
from drp_provider.models.base import Declaration, Inputs

_KINDS: tuple[tuple[type[Any] | tuple[type[Any], ...], str], ...] = (
    (bool, "a boolean"),
    (str, "a text"),
    ((int, float), "a number"),
    (Mapping, "a map"),
    (list, "a list"),
)
_WANTED = {
    "bool_type": "write True or False",
    "string_type": "write a text",
    "list_type": "write a list",
    "dict_type": "write a map",
    "float_type": "write a number",
}


def errors_of(model: type[Declaration], inputs: Inputs, error: ValidationError) -> list[str]:
    """Return the texts.

    A missing required input is not an error here, because it may be unknown: in an update, Pulumi omits the outputs of
    a failed resource.
    """
    found = []
    for each in error.errors(include_url=False):
        location = each["loc"]
        if each["type"] == "missing" and len(location) == 1:
            continue
        reason = _reason(str(each["type"]), each["msg"], each["input"])
        if _is_secret(model, location, inputs.get("secret_keys") or ()):
            reason = _without(each["input"], reason)
        path = ".".join(str(step) for step in location if step != "[key]")
        found.append(f"{path}: {reason}" if path else reason)
    return found


def require_all(model: type[Declaration], inputs: Inputs) -> None:
    """Raise InvalidInput if a required input is missing."""
    missing = [
        field.alias or name
        for name, field in model.model_fields.items()
        if field.is_required() and inputs.get(field.alias or name) is None
    ]
    if missing:
        raise InvalidInput(
            f"{model.noun}: {', '.join(missing)} has no value, because its source failed or is None: "
            "correct that, then run `pulumi up` again."
        )


def _reason(kind: str, message: str, value: Any) -> str:
    if kind == "extra_forbidden":
        return "is not an input of this resource: check the spelling"
    if kind in _WANTED:
        wanted = _WANTED[kind]
        if kind == "list_type" and isinstance(value, str):
            wanted += f": [{json.dumps(value, ensure_ascii=False)}]"
        return f"is {_kind_of(value)}: {wanted}"
    return message.removeprefix("Value error, ").replace("Input should be ", "must be ")


def _kind_of(value: Any) -> str:
    return next((text for type_, text in _KINDS if isinstance(value, type_)), "null")


def _is_secret(model: type[Declaration], location: tuple[int | str, ...], secret_keys: Collection[str]) -> bool:
    """Return whether the value at a location is secret. Identity inputs are public, because Pulumi shows the id."""
    label = ".".join(str(step) for step in location[:2])
    is_identity = bool(location) and location[0] in model.identity
    return hides([key for key in secret_keys if key != EVERY or not is_identity], label)


def _without(value: Any, text: str) -> str:
    short = {repr(value), json.dumps(value, ensure_ascii=False, default=str)}
    for quoted in short:
        text = text.replace(quoted, f"'{MASK}'")
    return hide(text, [value])
