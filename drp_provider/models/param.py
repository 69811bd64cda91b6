"""Param: the definition of a parameter (DRP `models/param.go`)."""

from pydantic import Field

from drp_provider.models.base import DrpObject
from drp_provider.models.fields import Json, ParamName


class Param(DrpObject):
    """A named, typed, documented parameter."""

    noun = "param"
    prefix = "params"
    defaults = {**DrpObject.defaults, "schema": None}  # noqa: RUF012 - a ClassVar by its base

    name: ParamName
    schema_: dict[str, Json] | None = Field(default=None, alias="schema")
