"""What the pattern's scripts leave in a machine's Meta, and how it is put back."""

from collections.abc import Mapping
from typing import Any

from drp_provider.patch.operation import Operation


def restoration(meta: Mapping[str, Any] | None, profile: str) -> list[Operation]:  # noqa: ARG001 - filled by the branch `leave`
    """Return the operations that put icon and colour back."""
    return []
