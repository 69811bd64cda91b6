"""Which lifecycle a model has: its base class says it."""

from collections.abc import Callable
from typing import Any

from drp_provider.engine.attachment import EntryLifecycle
from drp_provider.engine.cluster_lifecycle import ClusterLifecycle
from drp_provider.engine.content import PackLifecycle
from drp_provider.engine.lifecycle import ObjectLifecycle
from drp_provider.engine.part import PartLifecycle
from drp_provider.engine.readiness import WaitLifecycle
from drp_provider.engine.verbs import Lifecycle
from drp_provider.engine.workflow import WorkflowLifecycle
from drp_provider.models.assignment import Entry
from drp_provider.models.base import Declaration, DrpObject, Part
from drp_provider.models.cluster_profile import ClusterProfile
from drp_provider.models.cluster_ready import Wait
from drp_provider.models.content_pack import ContentPack
from drp_provider.models.machine_workflow import MachineWorkflow

_LIFECYCLES: dict[type[Declaration], Callable[[Any], Lifecycle]] = {
    ClusterProfile: ClusterLifecycle,
    ContentPack: PackLifecycle,
    DrpObject: ObjectLifecycle,
    Entry: EntryLifecycle,
    MachineWorkflow: WorkflowLifecycle,
    Part: PartLifecycle,
    Wait: WaitLifecycle,
}


def lifecycle_of(model: type[Declaration]) -> Lifecycle:
    """The verbs of a model's resource type."""
    for base, lifecycle in _LIFECYCLES.items():
        if issubclass(model, base):
            return lifecycle(model)
    bases = ", ".join(base.__name__ for base in _LIFECYCLES)
    raise TypeError(f"{model.__name__} has no lifecycle: its base is none of {bases}")
