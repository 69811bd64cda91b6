"""The input `secret_keys`: labels (`params.my/password`) of values that messages must not show.

A provider receives secrets as plain values, so the program's process lists their labels.
"""

from collections.abc import Collection
from typing import Any

from drp_provider.patch.values import ABSENT, same

Inputs = dict[str, Any]

EVERY = "*"
"""All labels, if the program does not know which values are secret."""


def hides(keys: Collection[str], label: str) -> bool:
    """Return whether the value under a label is secret, is inside a secret, or has a secret inside."""
    return any(key in {EVERY, label} or label.startswith(f"{key}.") or key.startswith(f"{label}.") for key in keys)


def kept(olds: Inputs, news: Inputs) -> Inputs:
    """Return the new inputs; the label of a secret value is kept while the value is unchanged.

    The option `ignore_changes` replaces the program's value by the earlier one, which the program has not listed.
    """
    listed = news.get("secret_keys")
    before = [key for key in olds.get("secret_keys") or () if key != EVERY]
    if listed is not None and not isinstance(listed, list):
        return news
    still = {key for key in before if _value(news, key) is not ABSENT and same(_value(olds, key), _value(news, key))}
    return {**news, "secret_keys": sorted({*(listed or ()), *still})} if still else news


def _value(inputs: Inputs, key: str) -> Any:
    name, _, member = key.partition(".")
    value = inputs.get(name, ABSENT)
    if not member:
        return value
    return value.get(member, ABSENT) if isinstance(value, dict) else ABSENT
