"""The adapter from Pulumi's dynamic provider to the lifecycles.

The state of every stack holds the import path of `DrpProvider` and the model reference it was made with (pickled by
name, about 100 bytes). Both are a persisted format: never rename them without leaving the old name behind.
"""

import gc
import os
import sys
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    Config,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from drp_provider.engine.codec import from_pulumi, to_pulumi
from drp_provider.engine.registry import Registry

if TYPE_CHECKING:
    from drp_provider.api.client import Client
    from drp_provider.engine.lifecycles.base import Lifecycle
    from drp_provider.models.base import Declaration

Props = Mapping[str, Any]

SETTINGS = (
    "caFile", "embeddedMachines", "embeddedStore", "endpoint", "insecure", "key", "ownerMark", "timeout", "token",
)  # fmt: skip
"""The names of all settings in a stack's configuration. `drp_provider.settings` has more to say of each, and loads
pydantic for it: a fifth of a second that a preview does not need."""

_REGISTRY = Registry()
"""One for all resource types of this process."""

ENVIRONMENT = "__environment"
"""The property in which a program says where it runs. `check` does not return it, so the value is in no state
and in no plan; only its name is in the list of what each property depends on."""


@cache
def python_environment() -> str:
    """Return the folder of the Python environment that this process runs in."""
    return os.path.realpath(sys.prefix)


class DrpProvider(ResourceProvider):
    """The provider of one resource type. Its pickled form holds the name of the type and nothing else."""

    serialize_as_secret_always = False

    def __init__(self, model: str) -> None:
        self._model = model
        self._config: dict[str, Any] = {}

    def __reduce__(self) -> tuple[type["DrpProvider"], tuple[str]]:
        return type(self), (self._model,)

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's configuration, and let errors be printed without a traceback."""
        from drp_provider.connect import require_endpoint

        if not os.environ.get("DRP_DEBUG"):
            sys.tracebacklimit = 0
        self._config = _settings_in(req.config)
        require_endpoint(self._config)
        # Models and HTTP load next. Without this, the garbage collector takes a sixth of that time, since it visits all
        # objects that Pulumi has loaded again and again: docs/performance.md.
        gc.freeze()

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Complete and validate the inputs, and report all errors at once."""
        program = news.get(ENVIRONMENT, python_environment())
        if program != python_environment():
            return CheckResult({}, [CheckFailure("", _two_environments(program))])
        inputs, faults = self._lifecycle.check(from_pulumi(_olds), from_pulumi(news))
        # No property name goes with an error: the engine would print the value beside it, secret or not.
        return CheckResult(to_pulumi(inputs), [CheckFailure("", fault) for fault in faults])

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Compare the inputs; the engine then shows the changes path by path."""
        verdict = self._lifecycle.diff(from_pulumi(_olds), from_pulumi(_news))
        return DiffResult(
            changes=verdict.changes,
            replaces=list(verdict.replaces),
            delete_before_replace=verdict.delete_before_replace,
        )

    def create(self, props: Props) -> CreateResult:
        """Create the object, or adopt it."""
        state = self._lifecycle.create(self._client, self._inputs(props))
        return CreateResult(state.id, to_pulumi(state.outputs, state.secrets))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Send the changes."""
        state = self._lifecycle.update(self._client, _id, from_pulumi(_olds), self._inputs(_news))
        return UpdateResult(to_pulumi(state.outputs, state.secrets))

    def read(self, id_: str, props: Props) -> ReadResult:
        """Return what the endpoint has now; an empty id if the object is gone."""
        state = self._lifecycle.read(self._client, id_, from_pulumi(props))
        if state is None:
            return ReadResult("", {})
        return ReadResult(state.id, to_pulumi(state.outputs, state.secrets), to_pulumi(state.inputs))

    def delete(self, _id: str, _props: Props) -> None:
        """Delete the object, or release the fields that the program owns."""
        self._lifecycle.delete(self._client, _id, from_pulumi(_props))

    def _inputs(self, props: Props) -> dict[str, Any]:
        from drp_provider.engine.ownership.input_errors import require_all

        inputs = from_pulumi(props)
        require_all(self._declaration, inputs)
        return inputs

    @cached_property
    def _lifecycle(self) -> "Lifecycle":
        from drp_provider.engine.lifecycles.by_model import lifecycle_of

        return lifecycle_of(self._declaration, _REGISTRY)

    @cached_property
    def _declaration(self) -> "type[Declaration]":
        module, _, name = self._model.partition(":")
        model: type[Declaration] = getattr(import_module(f"drp_provider.models.{module}"), name)
        return model

    @property
    def _client(self) -> "Client":
        from drp_provider.connect import connect

        return connect(self._config)


def _two_environments(program: str) -> str:
    provider = python_environment()
    # What the engine makes of `runtime.options` in Pulumi.yaml. The language host that the set-up builds ignores them.
    if any(os.environ.get(f"PULUMI_RUNTIME_{option}") for option in ("VIRTUALENV", "TOOLCHAIN")):
        way_out = f"put {provider}/bin first on PATH, or remove `virtualenv` and `toolchain` from Pulumi.yaml"
    else:
        way_out = f"put {program}/bin first on PATH, or set PULUMI_PYTHON_CMD={program}/bin/python"
    return (
        f"The program runs in the Python environment {program}, but the provider in {provider}: {way_out}, "
        "so that both use one environment."
    )


def _settings_in(config: Config) -> dict[str, Any]:
    """Return what a stack's configuration says under `drp:`.

    `Config` has no public way to list its keys. A release of pulumi that hides them all costs one thing: a misspelt
    setting is ignored, and not named.
    """
    listed = getattr(config, "_props", None)
    names = {key for key in listed if key.startswith("drp:")} if isinstance(listed, dict) else set()
    values = {key: config.get(key) for key in names | {f"drp:{name}" for name in SETTINGS}}
    return {key: value for key, value in values.items() if value is not None}
