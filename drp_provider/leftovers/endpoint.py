"""List the endpoint's objects: one paged list of each type, and no request for a single object."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from drp_provider.api.client import Client
from drp_provider.errors import UnexpectedAnswer
from drp_provider.models.fields import OWNER_KEY

PAGE = 1000
"""Objects in one response, so that each response arrives within the timeout if there are many machines."""
_PACKS = "contents"
_WITHOUT_PARAMS = {"profiles", "machines"}


class _Listed(BaseModel):
    """The members of an object that this package reads. DRP may write an empty map or list as null."""

    name: str = Field(alias="Name")
    meta: dict[str, Any] | None = Field(default=None, alias="Meta")


class _Machine(_Listed):
    uuid: str = Field(alias="Uuid")
    profiles: list[str] | None = Field(default=None, alias="Profiles")


class _Pack(BaseModel):
    meta: _Listed


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Machine:
    """The parts of a machine that concern clusters."""

    uuid: str
    name: str
    profiles: tuple[str, ...]
    meta: dict[str, Any]


@dataclass(frozen=True)
class Holdings:
    """The objects and machines of the endpoint."""

    marks: dict[tuple[str, str], str]
    """The owner mark of each object by prefix and key; empty for an object without one."""
    machines: tuple[Machine, ...]

    def has_profile(self, name: str) -> bool:
        """Return whether the endpoint has this profile."""
        return ("profiles", name) in self.marks


def holdings_of(api: Client, prefixes: set[str]) -> Holdings:
    """List the objects of these types, and the machines."""
    marks = {
        (prefix, one.name): _mark_of(one.meta)
        for prefix in sorted({*prefixes, "profiles"})
        for one in (_packs(api) if prefix == _PACKS else _listed(api, prefix, _Listed))
    }
    machines = [
        Machine(one.uuid, one.name, tuple(one.profiles or ()), one.meta or {})
        for one in _listed(api, "machines", _Machine)
    ]
    return Holdings(marks, tuple(sorted(machines, key=lambda machine: machine.name)))


def _mark_of(meta: dict[str, Any] | None) -> str:
    mark = (meta or {}).get(OWNER_KEY)
    return mark if isinstance(mark, str) else ""


def _packs(api: Client) -> Iterator[_Listed]:
    """Return the content packs. DRP does not page this list. In v3.13, content packs have no Meta, and so no mark."""
    return (pack.meta for pack in _read(api.list(_PACKS, {}), _PACKS, _Pack))


def _listed(api: Client, prefix: str, model: type[Model]) -> list[Model]:
    query = {"slim": "Params"} if prefix in _WITHOUT_PARAMS else {}
    found: list[Model] = []
    while True:
        page = api.list(prefix, {**query, "limit": str(PAGE), "offset": str(len(found))})
        found += _read(page, prefix, model)
        if len(page) != PAGE:
            return found


def _read(page: list[dict[str, Any]], prefix: str, model: type[Model]) -> list[Model]:
    try:
        return [model.model_validate(one) for one in page]
    except ValidationError:
        raise UnexpectedAnswer(
            f"GET {prefix} did not return a list of DRP's {prefix}: "
            "check that RS_ENDPOINT (drp:endpoint) names the DRP API itself and no proxy or portal."
        ) from None
