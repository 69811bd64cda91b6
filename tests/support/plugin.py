"""The real dynamic provider process of Pulumi, spoken to over gRPC as the engine does."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

ROOT = Path(__file__).resolve().parents[2]
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's marker for a value that is not known yet."""


class PluginError(Exception):
    """What the user would read as the error of a resource."""


class Plugin:
    """One provider process; `provider` strings choose the resource type."""

    def __init__(self, environment: dict[str, str], config: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
        self._environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
        self._config = config or {}
        self._cwd = cwd

    def __enter__(self) -> Self:
        self._stderr = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic", "127.0.0.1:1"],
            cwd=self._cwd,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._stub.Configure(provider_pb2.ConfigureRequest(args=_struct(self._config)))
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._stderr.close()

    @property
    def stderr(self) -> str:
        """What Pulumi would show under the resource while it is at work."""
        self._stderr.seek(0)
        return self._stderr.read()

    def check(
        self, model: str, news: dict[str, Any], olds: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[str]]:
        """The completed inputs and the faults."""
        request = provider_pb2.CheckRequest(urn="urn", olds=_struct(olds or {}), news=_struct(_with(model, news)))
        answer = self._call(self._stub.Check, request)
        assert all(failure.property == "" for failure in answer.failures)
        return _plain(answer.inputs), [failure.reason for failure in answer.failures]

    def diff(self, model: str, olds: dict[str, Any], news: dict[str, Any]) -> Any:
        """The engine's view: `changes` is 0 unknown, 1 none, 2 some."""
        olds, news = _with(model, olds), _with(model, news)
        return self._call(
            self._stub.Diff, provider_pb2.DiffRequest(id="x", urn="urn", olds=_struct(olds), news=_struct(news))
        )

    def create(self, model: str, news: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Check and create, as `pulumi up` does."""
        inputs, faults = self.check(model, news)
        assert faults == []
        answer = self._call(
            self._stub.Create, provider_pb2.CreateRequest(urn="urn", properties=_struct(_with(model, inputs)))
        )
        return answer.id, _plain(answer.properties)

    def update(self, model: str, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Check and update, as `pulumi up` does."""
        inputs, faults = self.check(model, news, olds)
        assert faults == []
        request = provider_pb2.UpdateRequest(
            id=id_, urn="urn", olds=_struct(_with(model, olds)), news=_struct(_with(model, inputs))
        )
        return _plain(self._call(self._stub.Update, request).properties)

    def read(self, model: str, id_: str, outputs: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Id, outputs and inputs; an empty id when it is gone."""
        request = provider_pb2.ReadRequest(id=id_, urn="urn", properties=_struct(_with(model, outputs)))
        answer = self._call(self._stub.Read, request)
        return answer.id, _plain(answer.properties), _plain(answer.inputs)

    def delete(self, model: str, id_: str, outputs: dict[str, Any]) -> None:
        request = provider_pb2.DeleteRequest(id=id_, urn="urn", properties=_struct(_with(model, outputs)))
        self._call(self._stub.Delete, request)

    def _call(self, method: Any, request: Any) -> Any:
        try:
            return method(request, timeout=60)
        except grpc.RpcError as error:
            raise PluginError(error.details()) from None


def reference(model: str) -> str:
    """What a program writes as `__provider` for a model."""
    from pulumi.dynamic.dynamic import serialize_provider

    from drp_provider.engine.provider import DrpProvider

    return str(serialize_provider(DrpProvider(model)))


def _with(model: str, props: dict[str, Any]) -> dict[str, Any]:
    return {**props, "__provider": reference(model)}


def _struct(values: dict[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    return {key: _value(value) for key, value in struct.fields.items() if key != "__provider"}


def _value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _plain(value.struct_value)
    if kind == "list_value":
        return [_value(member) for member in value.list_value.values]
    return None if kind == "null_value" else getattr(value, str(kind))
