"""Clusters on Digital Rebar Provision with `pulumi up`.

The names below are the public interface. Each is imported at its first use: the provider process needs only the
engine, and a program that declares one profile should not wait for the rest.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drp_provider.engine.inputs import ObjectInputs, SequenceNotStr
    from drp_provider.errors import (
        ApiError,
        Conflict,
        DrpError,
        EndpointUnreachable,
        NotReady,
        SettingsError,
    )
    from drp_provider.objects.assignment import MachineAssignment
    from drp_provider.objects.cluster_profile import ClusterProfile
    from drp_provider.objects.cluster_ready import ClusterReady
    from drp_provider.objects.content_pack import ContentPack
    from drp_provider.objects.machine_settings import MachineSettings
    from drp_provider.objects.machine_workflow import MachineWorkflow
    from drp_provider.objects.param import Param
    from drp_provider.objects.profile import Profile

__version__ = "0.1.0"

_HOMES = {
    "ApiError": "drp_provider.errors",
    "ClusterProfile": "drp_provider.objects.cluster_profile",
    "ClusterReady": "drp_provider.objects.cluster_ready",
    "Conflict": "drp_provider.errors",
    "ContentPack": "drp_provider.objects.content_pack",
    "DrpError": "drp_provider.errors",
    "EndpointUnreachable": "drp_provider.errors",
    "MachineAssignment": "drp_provider.objects.assignment",
    "MachineSettings": "drp_provider.objects.machine_settings",
    "MachineWorkflow": "drp_provider.objects.machine_workflow",
    "NotReady": "drp_provider.errors",
    "ObjectInputs": "drp_provider.engine.inputs",
    "Param": "drp_provider.objects.param",
    "Profile": "drp_provider.objects.profile",
    "SequenceNotStr": "drp_provider.engine.inputs",
    "SettingsError": "drp_provider.errors",
}

__all__ = [
    "ApiError",
    "ClusterProfile",
    "ClusterReady",
    "Conflict",
    "ContentPack",
    "DrpError",
    "EndpointUnreachable",
    "MachineAssignment",
    "MachineSettings",
    "MachineWorkflow",
    "NotReady",
    "ObjectInputs",
    "Param",
    "Profile",
    "SequenceNotStr",
    "SettingsError",
    "__version__",
]


if "pulumi" in sys.modules:
    # A program: components that it makes before its first resource of ours may have transforms.
    import_module("drp_provider.engine.transforms").take_note()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'drp_provider' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
