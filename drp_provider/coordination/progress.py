"""Show the progress of a machine: its icon and its colour, as people see them in DRP's list of machines."""

import sys
from collections.abc import Mapping

from drp_provider.api.interface import Api
from drp_provider.errors import DrpError, OutcomeUnknown, PatchRejected, may_pass
from drp_provider.patch.operation import to_wire
from drp_provider.patch.planner import Change, plan
from drp_provider.patch.pointer import pointer_to
from drp_provider.patch.progress_record import NOTHING_SHOWN, progress_key, record_in

ATTEMPTS = 3
"""As many as the shell's `show_progress` makes."""


def show_progress(api: Api, profile: str, machine: str, *, icon: str | None = None, color: str | None = None) -> None:
    """Set `Meta.icon` and `Meta.color` of a machine (`machine` is its uuid, or `Name:node-1`).

    The same request records the earlier icon and colour under the Meta key `cluster-progress/<profile>`. The provider
    puts them back when the machine leaves the cluster.

    Guarantee: other annotations are untouched. No caller fails because of this display: if others change the machine at
    this moment, an answer is lost, or the endpoint fails or cannot be reached, it tries three times in all. Then it
    says so on stderr and returns, and the machine may show either.

    Raises:
        CertificateNotTrusted: the endpoint's certificate, or that of its authority, is not known here.
        Forbidden: the credentials may not do this, or the machine is locked.
        NotFound: there is no such machine, or no right to see it.
        Unauthorized: the endpoint does not accept the credentials.
        UnexpectedAnswer: the answer is not DRP's.
    """
    wanted = {key: value for key, value in (("icon", icon), ("color", color)) if value is not None}
    trouble: DrpError | None = None
    for _ in range(ATTEMPTS):
        try:
            _show(api, profile, machine, wanted)
        except DrpError as error:
            if not (isinstance(error, PatchRejected | OutcomeUnknown) or may_pass(error)):
                raise
            trouble = error
        else:
            return
    sentence = f"The progress of machine {machine} cannot be shown, after {ATTEMPTS} attempts: {trouble}"
    print(sentence, file=sys.stderr)  # noqa: T201 - job log


def _show(api: Api, profile: str, machine: str, wanted: Mapping[str, str]) -> None:
    document = api.get("machines", machine)
    meta, key = document["Meta"] or {}, progress_key(profile)
    if key not in meta and all(meta.get(name) == value for name, value in wanted.items()):
        return  # The machine shows this already, and not by the pattern: nothing is to be put back.
    record = (record_in(meta, key) or NOTHING_SHOWN).showing(wanted, meta)
    values = {pointer_to("Meta", name): value for name, value in {**wanted, key: record.to_text()}.items()}
    lines = plan(Change({}, values, force=frozenset(values)), document)
    if lines:
        api.patch("machines", machine, to_wire(lines))
