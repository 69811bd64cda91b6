"""The six verbs of a cluster profile: a profile whose params belong to one run of the cluster at a time.

A *run* begins when the profile is created, replaced, renamed or reset. Its text, `<incarnation>:<number>`, stands in
the profile's Meta and, by `MachineWorkflow`, in that of each machine that has begun it. The number is a checked input,
so that a preview knows it. The incarnation is made by `create` and is part of the id (`example#1f3a9c2e`): an id is
known in the preview of an update, and unknown in that of a creation or a replacement.
"""

import secrets
from dataclasses import replace
from typing import Any

from drp_provider.engine import claims, leaves
from drp_provider.engine.converge import converge, is_to_come
from drp_provider.engine.lifecycle import Creation, ObjectLifecycle
from drp_provider.engine.progress import Machine
from drp_provider.engine.reports import run_is_unknown, vanished
from drp_provider.engine.rest import at_rest
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import NotFound
from drp_provider.models.base import Inputs
from drp_provider.models.cluster_profile import ID_SEPARATOR
from drp_provider.patch.planner import Change
from drp_provider.patch.pointer import value_at
from drp_provider.runs import resumed

Document = dict[str, Any]


class ClusterLifecycle(ObjectLifecycle):
    """Creates, adopts, resets, changes, reads and deletes cluster profiles."""

    def diff(self, olds: Inputs, news: Inputs) -> Verdict:
        """See `verbs.diff`; note which profile a renamed one replaces."""
        verdict = super().diff(olds, news)
        if verdict.replaces and isinstance(news["name"], str):
            claims.take_position(self._thing(news["name"]), olds["name"])
        return verdict

    def create(self, api: Documents, inputs: Inputs) -> State:
        """Begin the first run of a new profile, or go on with the run of one that is ours or to be adopted.

        A profile that this update replaces in place (`replace_on_changes`) begins a new run as a reset does.

        Raises:
            AlreadyExists: it is there, and neither ours nor to be adopted; or machines have begun a run of it that the
                state does not know, after a lost state or by `pulumi up --replace`.
            Conflict: it is to be adopted, and a declared key holds another value.
        """
        key = self._key(inputs)
        named_before = claims.position_of(self._thing(key))
        replacing = claims.is_recorded(self._thing(key))
        aborts = leaves.aborts_of(self.model, inputs) if replacing or named_before else {}
        begun = {**inputs, "incarnation": secrets.token_hex(4), "adopted_machines": []}
        with at_rest(api, named_before or key, aborts):
            adopted = Creation(self, api, begun).run()
        claims.make(self._thing(key))
        if adopted and not replacing:
            begun["adopted_machines"] = self._carriers(api, key)
        return self._state(begun, adopted=adopted)

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one guarded `PATCH`, with a `GET` in front of it where a key is new or the params are reset.

        Raises:
            Conflict: a key that was to change is neither as reviewed nor as wanted.
            NotFound: the profile is gone.
        """
        key, adopted = self._key_of(id_), bool(olds.get("adopted"))
        before, after = self._begun(id_, olds, olds), self._begun(id_, olds, news)
        change = self._change(before, after, marked=not adopted)
        target = self._target(key, olds, news)
        aborts = leaves.aborts_of(self.model, news) if change.resets else {}
        try:
            with at_rest(api, key, aborts, lambda: is_to_come(api, target, change)):
                converge(api, target, change)
        except NotFound as error:
            raise vanished(self._subject(key), error) from None
        if change.resets:  # in the new run, no machine has run anything
            after["adopted_machines"] = []
        return self._state(after, adopted=adopted)

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """See `ObjectLifecycle.read`; the id stays, with the incarnation in it."""
        state = super().read(api, self._key_of(id_), olds)
        if state is None:
            return None
        return replace(state, id=id_, outputs=self._begun(id_, olds, state.outputs))

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """See `ObjectLifecycle.delete`."""
        super().delete(api, self._key_of(id_), self._begun(id_, olds, olds))

    def _state(self, inputs: Inputs, *, adopted: bool) -> State:
        state = super()._state(inputs, adopted=adopted)
        incarnation = inputs.get("incarnation")
        return replace(state, id=f"{state.id}{ID_SEPARATOR}{incarnation}") if incarnation else state

    def _claiming(self, api: Documents, inputs: Inputs, live: Document, *, ours: bool) -> Change:
        """See `ObjectLifecycle._claiming`; take up the run that is there, unless this update replaces the profile.

        The incarnation that is taken up goes into `inputs`, which are the ones that `create` records.
        """
        replacing = claims.is_recorded(self._thing(self._key(inputs)))
        if ours and not replacing and not inputs.get("adopt"):
            self._refuse_unknown_run(api, inputs, live)
        going_on = None if replacing else resumed(str(value_at(live, leaves.RUN_POINTER) or ""), inputs["run"])
        inputs["incarnation"] = going_on or inputs["incarnation"]
        change = super()._claiming(api, inputs, live, ours=ours)
        marked = replace(change, force=change.force | {leaves.RUN_POINTER})
        return replace(marked, resets=frozenset({leaves.field_pointer("params")})) if replacing else marked

    def _carriers(self, api: Documents, key: str) -> list[str]:
        """Return the uuids of the machines that were in the cluster before this program: they run nothing again."""
        listed = api.list("machines", {"Profiles": f"Eq({key})", "slim": "Params,Meta"})
        return sorted(machine["Uuid"] for machine in listed)

    def _refuse_unknown_run(self, api: Documents, inputs: Inputs, live: Document) -> None:
        """Raise AlreadyExists if machines have begun a run that this creation knows nothing of.

        `pulumi up --replace` looks the same as a lost state: in neither case the provider is told what was recorded. To
        go on would be wrong for the one, to begin again for the other.
        """
        key, run = self._key(inputs), value_at(live, leaves.RUN_POINTER)
        listed = api.list("machines", {"Profiles": f"Eq({key})", "slim": "Params"}) if run else []
        names = sorted(machine.name for machine in map(Machine, listed) if machine.run_in(key) == run)
        if names:
            raise run_is_unknown(self._subject(key), names)

    def _key_of(self, id_: str) -> str:
        return id_.partition(ID_SEPARATOR)[0]

    def _begun(self, id_: str, olds: Inputs, inputs: Inputs) -> Inputs:
        """Return the inputs with what `create` has made."""
        kept = {"adopted_machines": olds.get("adopted_machines") or []}
        incarnation = id_.partition(ID_SEPARATOR)[2]
        return {**inputs, **kept, "incarnation": incarnation or None, "run": inputs.get("run") or 1}
