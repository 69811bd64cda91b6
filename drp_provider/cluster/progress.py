"""What a person sees of a machine: its icon and its colour."""

from drp_provider.cluster.params import Documents
from drp_provider.errors import PatchRejected
from drp_provider.patch.operation import Operation, add, replace, test
from drp_provider.patch.pointer import pointer_to


def show_progress(api: Documents, machine: str, *, icon: str | None = None, color: str | None = None) -> None:
    """Set `Meta.icon` and `Meta.color` of a machine (`machine` is its uuid, or `Name:node-1`).

    Guarantee: other annotations are untouched. It is a display: a machine whose list is being changed by others at
    this moment keeps what it shows, rather than that the caller fails for it.
    """
    wanted = {key: value for key, value in (("icon", icon), ("color", color)) if value is not None}
    meta = api.get("machines", machine)["Meta"]
    lines: list[Operation] = []
    for key, value in wanted.items():
        pointer = pointer_to("Meta", key)
        if key not in meta:
            lines += [test("/Meta", meta), add(pointer, value)] if not lines else [add(pointer, value)]
        elif meta[key] != value:
            lines += [test(pointer, meta[key]), replace(pointer, value)]
    if not lines:
        return
    try:
        api.patch("machines", machine, [line.to_wire() for line in lines])
    except PatchRejected:
        return
