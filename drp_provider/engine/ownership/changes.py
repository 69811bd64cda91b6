"""From the owned fields of two declarations to the change that the planner plans."""

from drp_provider.engine.ownership.fields import OwnedFields, field_pointer
from drp_provider.patch.planner import Change


def change_between(before: OwnedFields, after: OwnedFields, *, marked: bool) -> Change:
    """Return the change from the reviewed fields to the wanted ones.

    Args:
        before: The recorded fields: what the last apply or refresh saw.
        after: The fields that the program declares now.
        marked: Whether the object carries our owner mark.
    """
    reviewed, wanted = (fields.marked_values if marked else fields.values for fields in (before, after))
    for pointer, default in after.defaults.items():
        if pointer in reviewed or pointer in wanted:
            reviewed.setdefault(pointer, default)
            wanted.setdefault(pointer, default)
    initial = after.initial
    # What the program hands over to the machines stays as it is.
    reviewed = {p: value for p, value in reviewed.items() if p not in initial}
    resets = frozenset(field_pointer(name) for name in after.model.resets(before.inputs, after.inputs))
    known = {} if resets else before.initial
    fresh = {p: value for p, value in initial.items() if p not in known}
    return Change(reviewed, wanted, fresh, after.forced({**reviewed, **wanted}), resets)


def claim(fields: OwnedFields, *, ours: bool) -> Change:
    """Return the change that brings an object that exists already to the wanted values."""
    if ours:
        wanted = fields.marked_values
        return Change({}, wanted, fields.initial, force=frozenset(wanted))
    wanted = fields.values
    reviewed = {p: default for p, default in fields.defaults.items() if p in wanted}
    return Change(reviewed, wanted, fields.initial, force=fields.forced(wanted))
