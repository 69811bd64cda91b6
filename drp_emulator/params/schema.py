"""Values against JSON schemas, in the words of DRP's validator."""

import json
import re
from functools import lru_cache
from typing import Any

from drp_emulator.wire.documents import Document, encode

# In the order the message lists them, which is nearly alphabetical.
_TYPES = ("array", "boolean", "integer", "number", "null", "object", "string")
_PLAIN_MESSAGES = {
    "minimum": "Must be greater than or equal to {0}",
    "exclusiveMinimum": "Must be greater than {0}",
    "maximum": "Must be less than or equal to {0}",
    "exclusiveMaximum": "Must be less than {0}",
    "multipleOf": "Must be a multiple of {0}",
    "minLength": "String length must be greater than or equal to {0}",
    "maxLength": "String length must be less than or equal to {0}",
    "pattern": "Does not match pattern '{0}'",
    "minItems": "Array must have at least {0} items",
    "maxItems": "Array must have at most {0} items",
    "minProperties": "Must have at least {0} properties",
    "maxProperties": "Must have at most {0} properties",
    "uniqueItems": "array items must be unique",
    "format": "Does not match format '{0}'",
    "anyOf": "Must validate at least one schema (anyOf)",
    "oneOf": "Must validate one and only one schema (oneOf)",
    "allOf": "Must validate all the schemas (allOf)",
    "not": "Must not validate the schema (not)",
    "contains": "At least one of the items must match",
    "additionalItems": "No additional items allowed on array",
    "const": "does not match the const value",
}


def failures(schema: Any, value: Any) -> list[str]:
    """Everything wrong with a value, each as `FIELD: MESSAGE`; empty when it is valid."""
    if not isinstance(schema, dict) or not schema:
        return []
    return _failures(encode(schema), value)


def faults_of(schema: Any) -> list[str]:
    """What is wrong with a schema itself, its default included."""
    if schema is None:
        return []
    if not isinstance(schema, dict):
        return ["Schema is invalid: it must be an object"]
    wrong = _wrong_types(schema)
    if wrong:
        expected = "[" + " ".join(_TYPES) + "]"
        return [
            f"has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:{expected}"
            for name in wrong
        ]
    complaint = _complaint(encode(schema))
    if complaint:
        return [complaint]
    if "default" not in schema:
        return []
    found = failures(schema, schema["default"])
    return [f"Error in default value: {failure}" for failure in found]


def _wrong_types(schema: Document) -> list[str]:
    given = schema.get("type", [])
    names = given if isinstance(given, list) else [given]
    return [str(name) for name in names if name not in _TYPES]


@lru_cache(maxsize=256)
def _complaint(text: str) -> str:
    import jsonschema

    schema = json.loads(text)
    try:
        _draft(schema).check_schema(schema, format_checker=jsonschema.FormatChecker())
    except jsonschema.SchemaError as error:
        return f"Schema is invalid: {error.message}"
    return ""


def _failures(text: str, value: Any) -> list[str]:
    from referencing.exceptions import Unresolvable

    try:
        errors = sorted(_validator(text).iter_errors(value), key=lambda e: list(map(str, e.path)))
    except Unresolvable as error:
        return [f"(root): Reference {error.ref} is not in the schema"]
    except (re.error, ArithmeticError) as error:
        return [f"(root): The schema cannot be applied: {error}"]
    return [line for error in errors for line in _lines(error)]


@lru_cache(maxsize=256)
def _validator(text: str) -> Any:
    # 150 ms to import; most objects hold no value with a schema.
    import jsonschema
    from referencing import Registry

    schema = json.loads(text)
    # The empty registry: a reference must never be fetched from the network.
    return _draft(schema)(schema, registry=Registry(), format_checker=jsonschema.FormatChecker())


def _draft(schema: Document) -> Any:
    import jsonschema

    old = "draft-04" in str(schema.get("$schema", ""))
    flags = (schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"))
    if old or any(isinstance(flag, bool) for flag in flags):
        return jsonschema.Draft4Validator
    return jsonschema.Draft6Validator


def _lines(error: Any) -> list[str]:
    field = ".".join(str(part) for part in error.absolute_path) or "(root)"
    rule, wanted = error.validator, error.validator_value
    if rule == "required":
        missing = error.message.split("'")[1] if "'" in error.message else ""
        name = next((n for n in wanted if n not in error.instance and n == missing), missing)
        return [f"{name}: {name} is required"]
    if rule == "additionalProperties":
        allowed = error.schema.get("properties", {})
        extra = [name for name in error.instance if name not in allowed]
        return [f"{name}: Additional property {name} is not allowed" for name in extra]
    return [f"{field}: {_message(rule, wanted, error, field)}"]


def _message(rule: str | None, wanted: Any, error: Any, field: str) -> str:
    if rule is None:
        return "False always fails validation"
    if rule == "type":
        expected = ",".join(wanted) if isinstance(wanted, list) else wanted
        return f"Invalid type. Expected: {expected}, given: {_given(error.instance)}"
    if rule == "enum":
        choices = ", ".join(encode(choice) for choice in wanted)
        return f"{field} must be one of the following: {choices}"
    if rule == "dependencies":
        return f"Has a dependency on {error.message.split(chr(39))[1]}"
    # Old drafts have a flag beside the limit, where new ones have a limit of its own.
    exclusive = f"exclusive{rule.capitalize()}"
    if error.schema.get(exclusive) is True:
        rule = exclusive
    if rule in _PLAIN_MESSAGES:
        shown = wanted if isinstance(wanted, str) else encode(wanted)
        return _PLAIN_MESSAGES[rule].replace("{0}", shown)
    # Not the validator's own words: they show the value, which may be a secret.
    return f"The rule {rule} is not kept"


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    words = {dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return words.get(type(value), "null")
