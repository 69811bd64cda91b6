"""JSON Patches as drpcli makes them: every operation has all four members, lists are replaced whole."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def operation(op: str, path: str, value: Any = None) -> dict[str, Any]:
    """Return one operation."""
    return {"op": op, "path": path, "from": "", "value": value}


def pointer(*tokens: str) -> str:
    """Return a JSON Pointer to the member."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def difference(base: Any, target: Any, path: str = "", *, tested: bool = True) -> list[dict[str, Any]]:
    """Return what turns the base into the target; changes and removals stand before additions.

    Args:
        base: The document to change.
        target: What it shall be.
        path: Where both stand in the whole document.
        tested: Put a test of the old value before each change and removal.
    """
    if not isinstance(base, dict) or not isinstance(target, dict):
        return [] if same(base, target) else [*_test(path, base, tested=tested), operation("replace", path, target)]
    operations = []
    for name in sorted(base):
        place = path + pointer(name)
        if name in target:
            operations += difference(base[name], target[name], place, tested=tested)
        else:
            operations += [*_test(place, base[name], tested=tested), operation("remove", place)]
    additions = sorted(set(target) - set(base))
    return operations + [operation("add", path + pointer(name), target[name]) for name in additions]


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _test(path: str, value: Any, *, tested: bool) -> list[dict[str, Any]]:
    return [operation("test", path, value)] if tested else []
