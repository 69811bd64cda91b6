"""Compute the change between the owned fields of two declarations, for the planner."""

from drp_provider.engine.ownership.fields import OwnedFields, field_pointer
from drp_provider.patch.planner import Change


def change_between(before: OwnedFields, after: OwnedFields, *, marked: bool) -> Change:
    """Return the change from the reviewed fields to the wanted ones.

    Args:
        before: The fields recorded by the last apply or refresh.
        after: The fields that the program declares now.
        marked: Whether the object carries our owner mark.
    """
    reviewed, wanted = (fields.marked_values if marked else fields.values for fields in (before, after))
    for pointer, default in after.defaults.items():
        if pointer in reviewed or pointer in wanted:
            reviewed.setdefault(pointer, default)
            wanted.setdefault(pointer, default)
    initial = after.initial
    # A field that becomes an initial value belongs to the machines now, so leave it alone.
    reviewed = {p: value for p, value in reviewed.items() if p not in initial}
    resets = frozenset(field_pointer(name) for name in after.model.resets(before.inputs, after.inputs))
    known = {} if resets else before.initial
    new_initial = {p: value for p, value in initial.items() if p not in known}
    return Change(reviewed, wanted, new_initial, after.forced({**reviewed, **wanted}), resets)


def claim(fields: OwnedFields, *, ours: bool) -> Change:
    """Return the change that brings an existing object to the wanted values."""
    if ours:
        wanted = fields.marked_values
        return Change({}, wanted, fields.initial, force=frozenset(wanted))
    wanted = fields.values
    reviewed = {p: default for p, default in fields.defaults.items() if p in wanted}
    return Change(reviewed, wanted, fields.initial, force=fields.forced(wanted))
