"""Values against JSON schemas, in the words of DRP's validator."""

from ast import literal_eval
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from drp_emulator.params.invalid_reference import InvalidReference
from drp_emulator.wire.cost import CostBudget, CostExceeded
from drp_emulator.wire.documents import Document, encode
from drp_emulator.wire.regexp import InvalidRegexp

if TYPE_CHECKING:
    from drp_emulator.params.json_schema import BoundedSchema

# In the order the message lists them, which is nearly alphabetical.
_TYPES = ("array", "boolean", "integer", "number", "null", "object", "string")
# A message of the library quotes the schema.
_LONGEST_COMPLAINT = 1000
_LONGEST_KEPT = 64 * 1024
# A line of the answer stays in memory until all is written.
_CHARACTERS_PER_STEP = 16
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


def failures(schema: Any, value: Any, budget: CostBudget) -> list[str]:
    """Return everything wrong with a value, each as `FIELD: MESSAGE`; an empty list if it is valid."""
    from referencing.exceptions import Unresolvable

    if not isinstance(schema, dict) or not schema:
        return []
    try:
        errors = sorted(_applied(encode(schema)).errors(value, budget), key=lambda error: list(map(str, error.path)))
        return _paid((line for error in errors for line in _lines(error)), budget)
    except Unresolvable as error:
        return [f"(root): Reference {error.ref} is not in the schema"]
    except (CostExceeded, InvalidRegexp, InvalidReference, ArithmeticError) as error:
        return [f"(root): The schema cannot be applied: {error}"]


def schema_failures(schema: Any, budget: CostBudget) -> list[str]:
    """Return what is wrong with a schema itself, its default included."""
    if schema is None:
        return []
    if not isinstance(schema, dict):
        return ["Schema is invalid: it must be an object"]
    wrong = _wrong_types(schema, budget)
    if wrong:
        return wrong
    complaint = _complaint(schema, budget)
    if complaint:
        return [complaint]
    if "default" not in schema:
        return []
    found = failures(schema, schema["default"], budget)
    return [f"Error in default value: {failure}" for failure in found]


def _wrong_types(schema: Document, budget: CostBudget) -> list[str]:
    given = schema.get("type", [])
    names = given if isinstance(given, list) else [given]
    expected = "[" + " ".join(_TYPES) + "]"
    lines = (
        f"has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:{expected}"
        for name in names
        if name not in _TYPES
    )
    try:
        return _paid(lines, budget)
    except CostExceeded as error:
        return [f"Schema is invalid: {error}"]


def _complaint(schema: Document, budget: CostBudget) -> str:
    # 150 ms to import; most objects hold no value with a schema.
    from drp_emulator.params.json_schema import schema_errors

    try:
        found = schema_errors(schema, budget)
    except CostExceeded as error:
        return f"Schema is invalid: {error}"
    return f"Schema is invalid: {found[0].message[:_LONGEST_COMPLAINT]}" if found else ""


def _applied(text: str) -> "BoundedSchema":
    """Return a schema ready to be applied; small ones are kept, since machines set the same params all the time."""
    from drp_emulator.params.json_schema import BoundedSchema

    return _kept(text) if len(text) <= _LONGEST_KEPT else BoundedSchema(text)


@lru_cache(maxsize=256)
def _kept(text: str) -> "BoundedSchema":
    from drp_emulator.params.json_schema import BoundedSchema

    return BoundedSchema(text)


def _paid(lines: Iterable[str], budget: CostBudget) -> list[str]:
    """Return the lines; each repeats path and rule, and so a thousand of them can be longer than the memory holds."""
    paid = []
    for line in lines:
        budget.spend(len(line) // _CHARACTERS_PER_STEP)
        paid.append(line)
    return paid


def _lines(error: Any) -> list[str]:
    field = ".".join(str(part) for part in error.absolute_path) or "(root)"
    rule, wanted = error.validator, error.validator_value
    if rule == "required":
        name = literal_eval(error.message.removesuffix(" is a required property"))
        return [f"{name}: {name} is required"]
    if rule == "additionalProperties":
        return [f"{name}: Additional property {name} is not allowed" for name in error.extra]
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
        return f"Has a dependency on {error.missing}"
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
