"""Show the progress of a machine: its icon and its colour, as DRP's list of machines shows them."""

import sys
from collections.abc import Mapping

from drp_provider.api.interface import Api
from drp_provider.errors import DrpError, OutcomeUnknown, PatchRejected, may_pass
from drp_provider.patch.operation import to_wire
from drp_provider.patch.planner import Change, plan
from drp_provider.patch.pointer import pointer_to
from drp_provider.patch.progress_record import NOTHING_SHOWN, progress_key, record_in

ATTEMPTS = 3
"""The number of attempts, as in the shell's `show_progress`."""


def show_progress(api: Api, profile: str, machine: str, *, icon: str | None = None, color: str | None = None) -> None:
    """Set `Meta.icon` and `Meta.color` of a machine (`machine` is its uuid, or `Name:node-1`).

    The same request records the earlier icon and colour under the Meta key `cluster-progress/<profile>`. The provider
    restores them when the machine leaves the cluster.

    Guarantee: other Meta keys are unchanged. The display does not make a caller fail. If other clients change the
    machine at the same moment, a response is lost, or the endpoint fails or cannot be reached, it makes three attempts.
    Then it writes a warning to stderr and returns, and the machine may show the old or the new values.

    Raises:
        CertificateNotTrusted: the endpoint's certificate, or that of its authority, is not trusted here.
        Forbidden: the credentials lack the right to this change, or the machine is locked.
        NotFound: there is no such machine, or no right to see it.
        Unauthorized: the endpoint does not accept the credentials.
        UnexpectedAnswer: the response is not DRP's.
    """
    wanted = {key: value for key, value in (("icon", icon), ("color", color)) if value is not None}
    last_error: DrpError | None = None
    for _ in range(ATTEMPTS):
        try:
            _show(api, profile, machine, wanted)
        except DrpError as error:
            if not (isinstance(error, PatchRejected | OutcomeUnknown) or may_pass(error)):
                raise
            last_error = error
        else:
            return
    sentence = f"The progress of machine {machine} cannot be shown, after {ATTEMPTS} attempts: {last_error}"
    print(sentence, file=sys.stderr)  # noqa: T201 - job log


def _show(api: Api, profile: str, machine: str, wanted: Mapping[str, str]) -> None:
    document = api.get("machines", machine)
    meta, key = document["Meta"] or {}, progress_key(profile)
    if key not in meta and all(meta.get(name) == value for name, value in wanted.items()):
        return  # The machine had these values before the pattern showed any, so no record is needed.
    record = (record_in(meta, key) or NOTHING_SHOWN).showing(wanted, meta)
    values = {pointer_to("Meta", name): value for name, value in {**wanted, key: record.to_text()}.items()}
    lines = plan(Change({}, values, force=frozenset(values)), document)
    if lines:
        api.patch("machines", machine, to_wire(lines))
