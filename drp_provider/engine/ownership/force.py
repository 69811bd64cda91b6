"""Warn of a `force` without effect: its key is not declared, or the value does not change."""

from collections.abc import Collection, Iterator
from typing import Any

from drp_provider.engine.console import say
from drp_provider.engine.ownership.fields import OwnedFields, field_pointer
from drp_provider.engine.ownership.labels import named_in
from drp_provider.engine.registry import Registry
from drp_provider.engine.unknown import has_unknown
from drp_provider.models.base import Declaration, Inputs, Owned
from drp_provider.patch.values import ABSENT, same


def warn(model: type[Declaration], registry: Registry, olds: Inputs, news: Inputs) -> None:
    """Print a warning for each name in `force` without effect. Pulumi shows what a provider prints."""
    force = news.get("force")
    if not isinstance(force, list) or has_unknown(force):
        return
    for sentence in _sentences(model, olds, news, [name for name in force if isinstance(name, str)]):
        if registry.is_news(sentence):
            say(sentence)


def _sentences(model: type[Declaration], olds: Inputs, news: Inputs, force: Collection[str]) -> Iterator[str]:
    subject = f"warning: {model.noun} {news.get(model.identity[0])!r}"
    before, after = _values(model, olds), _values(model, news)
    if after is None or before is None:
        return
    for name in force:
        pointers = named_in([name], {*before, *after})
        if not pointers:
            yield f"{subject}: force names {name!r}, which it does not declare: correct the name, or take it out."
        elif olds and all(_is_settled(before.get(p, ABSENT), after.get(p, ABSENT)) for p in pointers):
            yield f"{subject}: force names {name!r}, which does not change any more: take it out."


def _values(model: type[Declaration], inputs: Inputs) -> dict[str, Any] | None:
    """Return the values that `force` may name, by pointer, or None if one of its maps is unknown."""
    if not issubclass(model, Owned):
        return {field_pointer(name): inputs[name] for name in ("workflow",) if name in inputs}
    if any(not isinstance(inputs.get(name) or {}, dict) for name in model.maps):
        return None
    return OwnedFields(model, inputs).values


def _is_settled(old: Any, new: Any) -> bool:
    return not has_unknown(new) and same(old, new)
