"""The baseline (`floor`): a dynamic resource whose provider does nothing."""

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult


class IdleProvider(ResourceProvider):
    """A provider that returns at once, so only Pulumi costs time: its engine, state file and two Python processes."""

    serialize_as_secret_always = False

    def create(self, props: Mapping[str, Any]) -> CreateResult:
        """Return the inputs as the new resource."""
        return CreateResult("idle", dict(props))

    def update(self, _id: str, _olds: Mapping[str, Any], _news: Mapping[str, Any]) -> UpdateResult:
        """Return the inputs as the changed resource."""
        return UpdateResult(dict(_news))


class Idle(Resource, module="bench", name="Idle"):
    """A resource without an object, with the same inputs as the measured resource."""

    def __init__(self, resource_name: str, inputs: Mapping[str, Any]) -> None:
        super().__init__(IdleProvider(), resource_name, {**inputs})
