"""The input `secret_keys`: which values a report must not show, by label (`params.my/password`).

A provider gets secrets as plain values, so the program's process lists them beside the values.
"""

from collections.abc import Collection
from typing import Any

from drp_provider.patch.values import ABSENT, same

Inputs = dict[str, Any]

EVERY = "*"
"""Stands for all labels, if the program cannot tell which values are secret."""


def hides(keys: Collection[str], label: str) -> bool:
    """Return whether the value under a label is secret, is inside a secret, or has a secret inside."""
    return any(key in {EVERY, label} or label.startswith(f"{key}.") or key.startswith(f"{label}.") for key in keys)


def kept(olds: Inputs, news: Inputs) -> Inputs:
    """Return the new inputs; a value that was secret stays listed as long as it is the same.

    The option `ignore_changes` puts the value of before in the place of the one that the program gave and listed.
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
