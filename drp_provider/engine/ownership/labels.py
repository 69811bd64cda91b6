"""Labels of owned fields, for messages and `force`: `/Params/my~1key` is `params.my/key`."""

from collections.abc import Callable, Collection
from typing import Any

from pydantic.alias_generators import to_snake

from drp_provider.engine.ownership.secret_keys import EVERY, hides
from drp_provider.patch.pointer import tokens_of
from drp_provider.patch.values import ABSENT, text_of

MASKED = "[secret]"
HIDDEN = "[hidden]"
"""Shown for a value that may be secret."""


def label_of(pointer: str) -> str:
    """Return the label of an owned field, as a program spells it: `/Params/my~1key` → `params.my/key`."""
    field, *rest = tokens_of(pointer)
    return ".".join([to_snake(field), *rest])


def named_in(names: Collection[str], pointers: Collection[str]) -> frozenset[str]:
    """Return the pointers that match a name, by label (`params.my/key`, `description`) or by key alone (`my/key`)."""
    return frozenset(p for p in pointers if label_of(p) in names or tokens_of(p)[-1] in names)


def masker(secret_keys: Collection[str]) -> Callable[[str, Any], str]:
    """Return a function that formats the value at a pointer, and masks values that Pulumi holds secret."""

    def show(pointer: str, value: Any) -> str:
        if value is ABSENT or not hides(secret_keys, label_of(pointer)):
            return text_of(value)
        return HIDDEN if EVERY in secret_keys else MASKED

    return show
