"""The engine floor: a dynamic resource whose provider does nothing."""

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult


class IdleProvider(ResourceProvider):
    """Answers at once. What is left is Pulumi: its engine, its state file, and two Python processes."""

    serialize_as_secret_always = False

    def create(self, props: Mapping[str, Any]) -> CreateResult:
        """Say that it is made."""
        return CreateResult("idle", dict(props))

    def update(self, _id: str, _olds: Mapping[str, Any], _news: Mapping[str, Any]) -> UpdateResult:
        """Say that it is changed."""
        return UpdateResult(dict(_news))


class Idle(Resource, module="bench", name="Idle"):
    """A resource of nothing, with as many inputs as the one it stands beside."""

    def __init__(self, resource_name: str, inputs: Mapping[str, Any]) -> None:
        super().__init__(IdleProvider(), resource_name, {**inputs})
