"""Rights of principals: claims of scope, action and specific key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from drp_emulator.wire.documents import Document

# DRP has one right under two names.
_SAME = {"patch": "update"}
_UPDATE, _UPDATE_BELOW = frozenset({"update"}), "update:"


@dataclass(frozen=True)
class Claim:
    """One right; each part is `*` or a list of alternatives."""

    scopes: frozenset[str]
    actions: frozenset[str]
    keys: frozenset[str]

    @classmethod
    def from_document(cls, document: Document) -> "Claim":
        """Read a claim of a role, with commas between alternatives."""
        return cls(
            _alternatives(document["scope"]),
            frozenset(_SAME.get(action, action) for action in _alternatives(document["action"])),
            _alternatives(document["specific"]),
        )

    def covers(self, scope: str, actions: frozenset[str], key: str) -> bool:
        """Return whether the claim grants any of these actions on this key."""
        return (
            _matches(self.scopes, scope)
            and ("*" in self.actions or not self.actions.isdisjoint(actions))
            and _matches(self.keys, key)
        )

    def covers_update(self, scope: str, key: str, pointer: str) -> bool:
        """Return whether the claim grants updating everything at a pointer."""
        return self.covers(scope, _UPDATE, key) or (
            _matches(self.scopes, scope)
            and _matches(self.keys, key)
            # A pointer may have a million parts, so the ones above it are not built.
            and any(f"{pointer}/".startswith(f"{granted}/") for granted in self._pointers())
        )

    def _pointers(self) -> Iterator[str]:
        return (action.removeprefix(_UPDATE_BELOW) for action in self.actions if action.startswith(f"{_UPDATE_BELOW}/"))


@dataclass(frozen=True)
class Principal:
    """The sender of a request, with every claim it has."""

    name: str
    claims: tuple[Claim, ...] = field(repr=False)
    kind: str = "user"

    @property
    def label(self) -> str:
        """Return its name in events: `user:NAME`, or `runner:UUID` for a machine."""
        return f"{self.kind}:{self.name}"

    def may(self, scope: str, action: str, key: str = "") -> bool:
        """Return whether it has the right; every user has some on itself."""
        if self.kind == "user" and scope == "users" and key == self.name and action in ("get", "token", "password"):
            return True
        wanted = frozenset({_SAME.get(action, action)})
        return any(claim.covers(scope, wanted, key) for claim in self.claims)

    def may_change(self, scope: str, key: str, pointers: Iterable[str]) -> bool:
        """Return whether it may update everything at these pointers.

        The right to `update` covers all of an object, `update:/Params` all below that pointer.
        """
        return all(any(claim.covers_update(scope, key, pointer) for claim in self.claims) for pointer in pointers)


def claims_of(roles: Iterable[Document]) -> tuple[Claim, ...]:
    """Return the claims of several roles together."""
    return read_claims(claim for role in roles for claim in role["Claims"])


def read_claims(claims: Iterable[Document]) -> tuple[Claim, ...]:
    """Read the claims of a role or token."""
    return tuple(Claim.from_document(claim) for claim in claims)


def _alternatives(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(","))


def _matches(alternatives: frozenset[str], value: str) -> bool:
    return "*" in alternatives or value in alternatives
