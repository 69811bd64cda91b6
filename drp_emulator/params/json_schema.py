"""JSON schemas whose work is counted: the validators of `jsonschema`, with Go's regular expressions.

A schema comes from a client, so it may be made to cost the endpoint its time or memory: by an expression that
backtracks, references that multiply, lists that are compared item by item with one another, or an error for each of a
million values. Here each keyword spends from the budget of the request, and matching is RE2's.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple

import jsonschema
from jsonschema.exceptions import ValidationError
from referencing import Registry

from drp_emulator.params.invalid_reference import InvalidReference
from drp_emulator.wire import regexp
from drp_emulator.wire.cost import CostBudget
from drp_emulator.wire.documents import Document
from drp_emulator.wire.regexp import InvalidRegexp

Keyword = Callable[[Any, Any, Any, Any], Iterable[ValidationError] | None]
# How many members a keyword looks at, and how many characters it reads, in about the time of one step.
_MEMBERS_PER_STEP = 32
_CHARACTERS_PER_STEP = 256
# An error holds the value and the rule as text, and stays in memory until the answer is written.
_MESSAGE_CHARACTERS_PER_STEP = 16
_NAMES_OF_PARTS = ('"$id":', '"id":')


class _Work(NamedTuple):
    """What is being done.

    Attributes:
        budget: What it is paid from.
        reference: What one reference costs.
        checked: The places that a reference led to and that are schemas; None if every place is one.
    """

    budget: CostBudget
    reference: int = 1
    checked: set[int] | None = None


_WORK: ContextVar[_Work] = ContextVar("work")


class BoundedSchema:
    """A schema that can be applied to values.

    Args:
        text: The schema as JSON.
    """

    def __init__(self, text: str) -> None:
        schema = json.loads(text)
        # The empty registry: a reference must never be fetched from the network.
        self._validator = _draft(schema)(schema, registry=Registry(), format_checker=_FORMATS)
        # For a reference to a named part the library searches the whole schema, each time.
        searches = any(name in text for name in _NAMES_OF_PARTS)
        self._reference = 1 + (len(text) // _CHARACTERS_PER_STEP if searches else 0)

    def errors(self, value: Any, budget: CostBudget) -> list[ValidationError]:
        """Return everything that is wrong with a value.

        Raises:
            CostExceeded: Finding out needs more than the budget.
            InvalidRegexp: The schema holds an expression that is none.
            InvalidReference: A reference leads to something that is no schema.
        """
        return _errors(self._validator, value, _Work(budget, self._reference, set()))


def schema_errors(schema: Document, budget: CostBudget) -> list[ValidationError]:
    """Return what is wrong with a schema itself.

    Raises:
        CostExceeded: Finding out needs more than the budget.
    """
    return _errors(_meta_validator(_draft(schema)), schema, _Work(budget))


def _meta_validator(draft: Any) -> Any:
    return draft(draft.META_SCHEMA, format_checker=_FORMATS)


def _errors(validator: Any, value: Any, work: _Work) -> list[ValidationError]:
    token = _WORK.set(work)
    try:
        return list(validator.iter_errors(value))
    finally:
        _WORK.reset(token)


def _draft(schema: Document) -> Any:
    old = "draft-04" in str(schema.get("$schema", ""))
    flags = (schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"))
    return _DRAFT_4 if old or any(isinstance(flag, bool) for flag in flags) else _DRAFT_6


def _size(value: Any) -> int:
    """Return what a keyword has to go through in a value, in steps."""
    if isinstance(value, str):
        return len(value) // _CHARACTERS_PER_STEP
    return len(value) // _MEMBERS_PER_STEP if isinstance(value, dict | list) else 0


def _counted(keyword: Keyword) -> Keyword:
    """Let a keyword spend for what it reads and for each error it makes."""

    def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        budget = _WORK.get().budget
        budget.spend(1 + _size(value) + _size(instance))
        for error in keyword(validator, value, instance, schema) or ():
            # An error passes all the keywords around the one that made it.
            if not hasattr(error, "is_counted"):
                error.is_counted = True  # type: ignore[attr-defined]  # a mark of ours on the library's error
                budget.spend(10 + len(error.message) // _MESSAGE_CHARACTERS_PER_STEP)
            yield error

    return counted


def _applicable(schema: Document) -> list[tuple[str, Any]]:
    """Return the keywords of a schema that count: beside `$ref` no other does."""
    _WORK.get(_NO_WORK).budget.spend(1 + len(schema) // _MEMBERS_PER_STEP)
    reference = schema.get("$ref")
    return list(schema.items()) if reference is None else [("$ref", reference)]


def _reference(validator: Any, value: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    work = _WORK.get()
    work.budget.spend(work.reference)
    try:
        found = validator._resolver.lookup(value)
    except (TypeError, ValueError, AttributeError):
        # The library looks for a name in a list or in a number, or reads a reference that is no text.
        raise InvalidReference(value) from None
    if work.checked is not None and id(found.contents) not in work.checked:
        if _errors(_meta_validator(type(validator)), found.contents, _Work(work.budget)):
            raise InvalidReference(value)
        work.checked.add(id(found.contents))
    return validator.descend(instance, found.contents, resolver=found.resolver)  # type: ignore[no-any-return]  # the library has no types here


def _dependencies(validator: Any, value: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for name, wanted in value.items():
        if name not in instance:
            continue
        if not validator.is_type(wanted, "array"):
            yield from validator.descend(instance, wanted, schema_path=name)
            continue
        for missing in (one for one in wanted if one not in instance):
            error = ValidationError("a member is missing on which another depends")
            error.missing = missing  # type: ignore[attr-defined]  # DRP names it
            yield error


def _pattern(validator: Any, value: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not _is_in(value, instance):
        yield ValidationError(f"{instance!r} does not match {value!r}")


def _pattern_properties(validator: Any, value: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "object"):
        for pattern, schema in value.items():
            for name, member in instance.items():
                if _is_in(pattern, name):
                    yield from validator.descend(member, schema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = [name for name in instance if name not in known and not any(_is_in(one, name) for one in patterns)]
    if validator.is_type(value, "object"):
        for name in extra:
            yield from validator.descend(instance[name], value, path=name)
    elif not value and extra:
        error = ValidationError("Additional properties are not allowed: " + ", ".join(extra))
        error.extra = extra  # type: ignore[attr-defined]  # DRP has a message for each
        yield error


def _is_in(pattern: str, text: str) -> bool:
    budget = _WORK.get().budget
    return regexp.compiled(pattern, budget).is_in(text, budget)


def _unique_items(validator: Any, value: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    if value and validator.is_type(instance, "array"):
        seen = {_canonical(item) for item in instance}
        if len(seen) < len(instance):
            yield ValidationError("the items are not unique")


def _enum(_: Any, value: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    if not any(_equal(choice, instance) for choice in value):
        yield ValidationError("the value is none of the choices")


def _const(_: Any, value: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    if not _equal(value, instance):
        yield ValidationError("the value is another one")


def _equal(one: Any, two: Any) -> bool:
    if type(one) is not type(two):
        return False
    if isinstance(one, dict | list):
        return len(one) == len(two) and _canonical(one) == _canonical(two)
    return bool(one == two)


def _canonical(value: Any) -> str:
    """Return the same text for equal values; numbers have been brought to one form when they were read."""
    text = f'"{value}' if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
    _WORK.get().budget.spend(1 + len(text) // _CHARACTERS_PER_STEP)
    return text


def _is_regexp(instance: object) -> bool:
    if isinstance(instance, str):
        regexp.compiled(instance, _WORK.get().budget)
    return True


def _in_this_draft(validator: Any, **changes: Any) -> Any:
    """Return a validator of a part; the library would take another class for a part with a `$schema` of its own."""
    return type(validator)(
        changes["schema"],
        format_checker=validator.format_checker,
        registry=validator._registry,
        _resolver=changes.get("_resolver", validator._resolver),
    )


_OURS: dict[str, Keyword] = {
    "$ref": _reference,
    "additionalProperties": _additional_properties,
    "const": _const,
    "dependencies": _dependencies,
    "enum": _enum,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "uniqueItems": _unique_items,
}


def _bounded(draft: Any) -> Any:
    keywords: Any = {name: _counted(_OURS.get(name, keyword)) for name, keyword in draft.VALIDATORS.items()}
    applicable: Any = _applicable
    made: Any = jsonschema.validators.create(
        meta_schema=draft.META_SCHEMA,
        validators=keywords,
        type_checker=draft.TYPE_CHECKER,
        format_checker=_FORMATS,
        id_of=draft.ID_OF,
        applicable_validators=applicable,
    )
    made.evolve = _in_this_draft
    return made


# The library also looks for keywords when a validator is made, before there is any work.
_NO_WORK = _Work(CostBudget())
_FORMATS = jsonschema.FormatChecker()
_FORMATS.checks("regex", raises=InvalidRegexp)(_is_regexp)
_DRAFT_4, _DRAFT_6 = _bounded(jsonschema.Draft4Validator), _bounded(jsonschema.Draft6Validator)
