"""The lifecycle of each model, by its base class."""

from collections.abc import Callable
from typing import Any

from drp_provider.engine.lifecycles.assignment import AssignmentLifecycle
from drp_provider.engine.lifecycles.base import Lifecycle
from drp_provider.engine.lifecycles.cluster_profile import ClusterProfileLifecycle
from drp_provider.engine.lifecycles.cluster_ready import ClusterReadyLifecycle
from drp_provider.engine.lifecycles.content_pack import ContentPackLifecycle
from drp_provider.engine.lifecycles.machine_settings import MachineSettingsLifecycle
from drp_provider.engine.lifecycles.machine_workflow import MachineWorkflowLifecycle
from drp_provider.engine.lifecycles.objects import ObjectLifecycle
from drp_provider.engine.registry import Registry
from drp_provider.models.assignment import MachineAssignment
from drp_provider.models.base import Declaration, DrpObject
from drp_provider.models.cluster_profile import ClusterProfile
from drp_provider.models.cluster_ready import ClusterReady
from drp_provider.models.content_pack import ContentPack
from drp_provider.models.machine_settings import MachineSettings
from drp_provider.models.machine_workflow import MachineWorkflow

_LIFECYCLES: dict[type[Declaration], Callable[[Any, Registry], Lifecycle]] = {
    ClusterProfile: ClusterProfileLifecycle,
    ClusterReady: ClusterReadyLifecycle,
    ContentPack: ContentPackLifecycle,
    MachineAssignment: AssignmentLifecycle,
    MachineSettings: MachineSettingsLifecycle,
    MachineWorkflow: MachineWorkflowLifecycle,
    DrpObject: ObjectLifecycle,
}
"""The lifecycles by model. Other models of whole objects use the entry of DrpObject."""


def lifecycle_of(model: type[Declaration], registry: Registry) -> Lifecycle:
    """Return the lifecycle of a model's resource type."""
    for base, lifecycle in _LIFECYCLES.items():
        if issubclass(model, base):
            return lifecycle(model, registry)
    bases = ", ".join(base.__name__ for base in _LIFECYCLES)
    raise TypeError(f"{model.__name__} has no lifecycle: its base is none of {bases}")
