"""Which value a param has on a machine, profile or stage: the first level that sets it wins."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.params.secure import Opener, Owner
from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.documents import Document

GLOBAL = "global"


class _Level(NamedTuple):
    owner: Owner
    params: Document


class Precedence:
    """Looks values up through the levels; remembers what it read, so use one per request.

    Args:
        transaction: Where objects and their keys are.
        opener: Opens secure values, each with the key of the level it comes from; None leaves them sealed.
    """

    def __init__(self, transaction: Transaction, opener: Opener | None = None) -> None:
        self._transaction = transaction
        self._opener = opener
        self._read: dict[Owner, Document | None] = {}

    def merged(self, kind: ObjectType, holder: Document) -> Document:
        """Return every param that is set anywhere for the holder, by name; no defaults."""
        found: dict[str, _Level] = {}
        for level in self._levels(kind, holder):
            for name in level.params:
                found.setdefault(name, level)
        return {name: self._seen(found[name], name) for name in sorted(found)}

    def settings(self, kind: ObjectType, holder: Document, name: str) -> Iterator[Any]:
        """Yield one param's value at every level that sets it, the strongest first; no default."""
        for level in self._levels(kind, holder):
            if name in level.params:
                yield self._seen(level, name)

    def value(self, kind: ObjectType, holder: Document, name: str) -> Any:
        """Return one param's value, at last the default in its schema; None when there is none."""
        for value in self.settings(kind, holder, name):
            return value
        return self.default(name)

    def composed(self, kind: ObjectType, holder: Document, name: str) -> Any:
        """Return one param's value from all levels together: maps merged, lists one after another."""
        found = [*self.settings(kind, holder, name), self.default(name)]
        return _composed([value for value in found if value is not None])

    def default(self, name: str) -> Any:
        """Return the default a Param's schema gives."""
        param = self._get("params", name)
        schema = param["Schema"] if param else None
        return schema.get("default") if isinstance(schema, dict) else None

    def _seen(self, level: _Level, name: str) -> Any:
        value = level.params[name]
        return value if self._opener is None else self._opener.value(level.owner, name, value)

    def _levels(self, kind: ObjectType, holder: Document) -> Iterator[_Level]:
        """Yield the maps of params that count for the holder, the strongest first."""
        yield _Level((kind.prefix, holder[kind.key]), holder["Params"])
        profiles = list(holder.get("Profiles", []))
        if kind.prefix == "machines":
            yield from self._profiles(profiles, set())
            stage = self._get("stages", holder["Stage"])
            if stage is not None:
                yield _Level(("stages", stage["Name"]), stage["Params"])
                yield from self._profiles(stage["Profiles"], set())
        else:
            yield from self._profiles(profiles, {holder["Name"]})
        yield from self._profiles([GLOBAL], set())

    def _profiles(self, names: list[str], seen: set[str]) -> Iterator[_Level]:
        for name in names:
            profile = None if name in seen else self._get("profiles", name)
            if profile is not None:
                # Profiles may name each other in a circle.
                seen.add(name)
                yield _Level(("profiles", name), profile["Params"])
                yield from self._profiles(profile.get("Profiles", []), seen)

    def _get(self, prefix: str, key: str) -> Document | None:
        if (prefix, key) not in self._read:
            self._read[prefix, key] = self._transaction.get(prefix, key)
        return self._read[prefix, key]


def _composed(values: list[Any]) -> Any:
    """Return the strongest value, completed by the weaker ones of its type; no other types mix."""
    first = values[0] if values else None
    if isinstance(first, list):
        return [item for value in values if isinstance(value, list) for item in value]
    if not isinstance(first, dict):
        return first
    maps = [value for value in values if isinstance(value, dict)]
    names = sorted({name for value in maps for name in value})
    return {name: _composed([value[name] for value in maps if name in value]) for name in names}
