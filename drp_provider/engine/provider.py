"""The adapter from Pulumi's dynamic provider to the lifecycles.

The state of every stack holds the import path of `DrpProvider` and the model reference it was made with (pickled by
name, about 100 bytes). Both are a persisted format: never rename them without leaving the old name behind.
"""

import gc
import os
import sys
from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from drp_provider.engine.codec import from_pulumi, to_pulumi
from drp_provider.errors import SettingsError

if TYPE_CHECKING:
    from drp_provider.api.client import Client
    from drp_provider.engine.verbs import Lifecycle
    from drp_provider.models.base import Declaration

Props = Mapping[str, Any]


class DrpProvider(ResourceProvider):
    """The provider of one resource type; it holds the type's name and nothing else."""

    serialize_as_secret_always = False

    def __init__(self, model: str) -> None:
        self._model = model
        self._config: dict[str, Any] = {}

    def __reduce__(self) -> tuple[type["DrpProvider"], tuple[str]]:
        return type(self), (self._model,)

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's configuration, and see to it that users read one line and no traceback."""
        from drp_provider.connect import require_endpoint

        if not os.environ.get("DRP_DEBUG"):
            sys.tracebacklimit = 0
        self._config = {key: value for key, value in _all_of(req).items() if key.startswith("drp:")}
        require_endpoint(self._config)
        # Models and HTTP load next. Without this, a sixth of their time is the garbage collector's, who walks through
        # everything that Pulumi has loaded, again and again: docs/performance.md.
        gc.freeze()

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Complete and validate the inputs; every fault at once."""
        inputs, faults = self._lifecycle.check(from_pulumi(_olds), from_pulumi(news))
        # No property name goes with a fault: the engine would print the value beside it, secret or not.
        return CheckResult(to_pulumi(inputs), [CheckFailure("", fault) for fault in faults])

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Which inputs changed; the engine then shows them path by path."""
        verdict = self._lifecycle.diff(from_pulumi(_olds), from_pulumi(_news))
        return DiffResult(
            changes=verdict.changes,
            replaces=list(verdict.replaces),
            delete_before_replace=verdict.delete_before_replace,
        )

    def create(self, props: Props) -> CreateResult:
        """Make the object, or take it over."""
        state = self._lifecycle.create(self._client, self._inputs(props))
        return CreateResult(state.id, to_pulumi(state.outputs, state.secrets))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Send what changed."""
        state = self._lifecycle.update(self._client, _id, from_pulumi(_olds), self._inputs(_news))
        return UpdateResult(to_pulumi(state.outputs, state.secrets))

    def read(self, id_: str, props: Props) -> ReadResult:
        """What the endpoint has now; an empty id when it is gone."""
        state = self._lifecycle.read(self._client, id_, from_pulumi(props))
        if state is None:
            return ReadResult("", {})
        return ReadResult(state.id, to_pulumi(state.outputs, state.secrets), to_pulumi(state.inputs))

    def delete(self, _id: str, _props: Props) -> None:
        """Take away what is ours."""
        self._lifecycle.delete(self._client, _id, from_pulumi(_props))

    def _inputs(self, props: Props) -> dict[str, Any]:
        from drp_provider.engine.faults import require_all

        inputs = from_pulumi(props)
        require_all(self._declaration, inputs)
        return inputs

    @cached_property
    def _lifecycle(self) -> "Lifecycle":
        from drp_provider.engine.kinds import lifecycle_of

        return lifecycle_of(self._declaration)

    @cached_property
    def _declaration(self) -> "type[Declaration]":
        module, _, name = self._model.partition(":")
        model: type[Declaration] = getattr(import_module(f"drp_provider.models.{module}"), name)
        return model

    @property
    def _client(self) -> "Client":
        from drp_provider.connect import connect

        return connect(self._config)


def _all_of(req: ConfigureRequest) -> dict[str, Any]:
    # `Config` has `get` alone, and an adapter that knew every setting's name would have to load them all.
    config = getattr(req.config, "_props", None)
    if not isinstance(config, dict):
        raise SettingsError("This release of Pulumi hides the stack's configuration: use pulumi 3.259 to 3.272.")
    return config
