"""What a person sees of a machine: its icon and its colour."""

import sys
from collections.abc import Mapping

from drp_provider.cluster.params import Documents
from drp_provider.errors import DrpError, OutcomeUnknown, PatchRejected, may_pass
from drp_provider.patch.operation import Operation, add, replace, test
from drp_provider.patch.pointer import pointer_to

ATTEMPTS = 3
"""As many as the shell's `show_progress` makes."""


def show_progress(api: Documents, machine: str, *, icon: str | None = None, color: str | None = None) -> None:
    """Set `Meta.icon` and `Meta.color` of a machine (`machine` is its uuid, or `Name:node-1`).

    Guarantee: other annotations are untouched. It is a display, for which no caller fails: where others change the
    machine at this moment, an answer is lost, or the endpoint fails or cannot be reached, it tries three times in all,
    then says so on stderr and returns, whatever the machine shows by then.

    Raises:
        CertificateNotTrusted: the endpoint's certificate, or that of its authority, is not known here.
        Forbidden: the credentials may not do this, or the machine is locked.
        NotFound: there is no such machine, or no right to see it.
        Unauthorized: the credentials are none.
        UnexpectedAnswer: somebody who is not DRP answers.
    """
    wanted = {key: value for key, value in (("icon", icon), ("color", color)) if value is not None}
    trouble: DrpError | None = None
    for _ in range(ATTEMPTS):
        try:
            _show(api, machine, wanted)
        except DrpError as error:
            if not (isinstance(error, PatchRejected | OutcomeUnknown) or may_pass(error)):
                raise
            trouble = error
        else:
            return
    sentence = f"The progress of machine {machine} cannot be shown, after {ATTEMPTS} attempts: {trouble}"
    print(sentence, file=sys.stderr)  # noqa: T201 - job log


def _show(api: Documents, machine: str, wanted: Mapping[str, str]) -> None:
    meta = api.get("machines", machine)["Meta"]
    lines: list[Operation] = []
    for key, value in wanted.items():
        pointer = pointer_to("Meta", key)
        if key not in meta:
            lines += [test("/Meta", meta), add(pointer, value)] if not lines else [add(pointer, value)]
        elif meta[key] != value:
            lines += [test(pointer, meta[key]), replace(pointer, value)]
    if lines:
        api.patch("machines", machine, [line.to_wire() for line in lines])
