"""Check the component's inputs that must be lists: a text would be read letter by letter."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import pulumi

import drp_provider as drp

Content = str | PathLike[str] | drp.ContentPack | Sequence[drp.ContentPack]


def require_lists(resource_name: str, **inputs: Any) -> None:
    """Raise RunError unless each input is a list, a map or None."""
    for name, value in inputs.items():
        subject = f"ClusterProfile {resource_name!r}: {name}"
        if isinstance(value, str):
            raise pulumi.RunError(f"{subject} is one text; write a list: [{value!r}].")
        if isinstance(value, pulumi.Output):
            raise pulumi.RunError(f"{subject} is one Output, so its length is not known: write a list.")
        if value is not None and not isinstance(value, (Mapping, Sequence)):  # a set has another order in each run
            raise pulumi.RunError(f"{subject} has the type {type(value).__name__}; write a list.")


def packs_in(resource_name: str, content: Any) -> list[drp.ContentPack]:
    """Return the content packs that the program declares itself."""
    packs = [content] if isinstance(content, drp.ContentPack) else content
    require_lists(resource_name, content=packs)
    wrong = [pack for pack in packs if not isinstance(pack, drp.ContentPack)]
    if wrong:
        shown = repr(wrong[0]) if isinstance(wrong[0], str) else f"a {type(wrong[0]).__name__}"
        raise pulumi.RunError(
            f"ClusterProfile {resource_name!r}: content holds {shown}, which is no drp.ContentPack: write one "
            "path, or a list of drp.ContentPack."
        )
    return list(packs)
