"""Which lifecycle a model has: its base class says it."""

from drp_provider.engine.attachment import EntryLifecycle
from drp_provider.engine.lifecycle import ObjectLifecycle
from drp_provider.engine.readiness import WaitLifecycle
from drp_provider.engine.verbs import Lifecycle
from drp_provider.models.assignment import Entry
from drp_provider.models.base import Declaration, DrpObject
from drp_provider.models.cluster_ready import Wait


def lifecycle_of(model: type[Declaration]) -> Lifecycle:
    """The verbs of a model's resource type."""
    if issubclass(model, DrpObject):
        return ObjectLifecycle(model)
    if issubclass(model, Entry):
        return EntryLifecycle(model)
    if issubclass(model, Wait):
        return WaitLifecycle(model)
    raise TypeError(f"{model.__name__} is neither a DrpObject nor an Entry nor a Wait")
