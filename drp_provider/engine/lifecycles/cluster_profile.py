"""The lifecycle of a cluster profile: a profile whose params belong to one run of the cluster at a time.

A *run* begins when the profile is created, replaced, renamed or reset. Its identifier, `<incarnation>:<number>`, is in
the profile's Meta. `MachineWorkflow` writes it into the Meta of each machine that has begun the run. The number is a
checked input, so a preview knows it. `create` makes the incarnation, which is part of the id (`example#1f3a9c2e`): an
id is known in the preview of an update, and unknown in the preview of a creation or a replacement.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace

from drp_provider.api.interface import Api, Document
from drp_provider.engine.lifecycles.base import Diff, State
from drp_provider.engine.lifecycles.objects import ObjectLifecycle
from drp_provider.engine.machines.quiesce import quiesced
from drp_provider.engine.machines.status import Machine
from drp_provider.engine.messages.objects import run_is_unknown, vanished
from drp_provider.engine.ownership.changes import change_between, claim
from drp_provider.engine.ownership.converge import converge, reset_is_pending
from drp_provider.engine.ownership.fields import RUN_POINTER, field_pointer
from drp_provider.engine.registry import Registry
from drp_provider.errors import NotFound
from drp_provider.models.base import Inputs
from drp_provider.models.cluster_profile import ID_SEPARATOR, ClusterProfile
from drp_provider.patch.planner import Change
from drp_provider.patch.pointer import value_at
from drp_provider.runs import resumed


class ClusterProfileLifecycle:
    """Creates, adopts, resets, updates, reads and deletes cluster profiles."""

    def __init__(self, model: type[ClusterProfile], registry: Registry) -> None:
        self._registry = registry
        self._profiles = ObjectLifecycle(model, registry)

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `ObjectLifecycle.check`."""
        return self._profiles.check(olds, news)

    def diff(self, olds: Inputs, news: Inputs) -> Diff:
        """See `ObjectLifecycle.diff`; record which profile a renamed one replaces."""
        diff = self._profiles.diff(olds, news)
        if diff.replaces and isinstance(news["name"], str):
            self._registry.replace(self._profiles.address(news["name"]), olds["name"])
        return diff

    def create(self, api: Api, inputs: Inputs) -> State:
        """Begin the first run of a new profile, or continue the run of a claimed one.

        A profile that this update replaces in place (`replace_on_changes`) begins a new run, as at a reset.

        Raises:
            AlreadyExists: the profile exists, is not ours, and `adopt` is not set; or machines have begun a run of it
                that is not in the state, after a lost state or with `pulumi up --replace`.
            Conflict: an adopted profile has another value under a declared key.
        """
        key, address = inputs["name"], self._profiles.address(inputs["name"])
        predecessor, replacing = self._registry.predecessor_of(address), self._registry.is_recorded(address)
        begun = {**inputs, "incarnation": secrets.token_hex(4), "adopted_machines": []}
        aborts = self._profiles.fields(inputs).aborts if replacing or predecessor else {}
        claiming = self._claiming(api, begun, replacing=replacing)
        with quiesced(api, predecessor or key, aborts):
            adopted = self._profiles.create_or_claim(api, begun, claiming)
        if adopted and not replacing:
            begun["adopted_machines"] = _carriers(api, key)
        return self._state(begun, adopted=adopted)

    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one guarded `PATCH`, after a `GET` if a key is new or the params are reset.

        Raises:
            Conflict: a key to change has neither the reviewed nor the wanted value.
            NotFound: the profile is gone.
        """
        profiles, key, adopted = self._profiles, _key_of(id_), bool(olds.get("adopted"))
        before, after = _with_run(id_, olds, olds), _with_run(id_, olds, news)
        change = change_between(profiles.fields(before), profiles.fields(after), marked=not adopted)
        target = profiles.target(key, olds, news)
        aborts = profiles.fields(news).aborts if change.resets else {}
        try:
            with quiesced(api, key, aborts, lambda: reset_is_pending(api, target, change)):
                converge(api, target, change)
        except NotFound as error:
            raise vanished(profiles.subject(key), error) from None
        if change.resets:  # no machine has begun the new run
            after["adopted_machines"] = []
        return self._state(after, adopted=adopted)

    def read(self, api: Api, id_: str, olds: Inputs) -> State | None:
        """See `ObjectLifecycle.read`; the id keeps the incarnation."""
        state = self._profiles.read(api, _key_of(id_), olds)
        if state is None:
            return None
        return replace(state, id=id_, outputs=_with_run(id_, olds, state.outputs))

    def delete(self, api: Api, id_: str, olds: Inputs) -> None:
        """See `ObjectLifecycle.delete`."""
        self._profiles.delete(api, _key_of(id_), _with_run(id_, olds, olds))

    def _state(self, inputs: Inputs, *, adopted: bool) -> State:
        state = self._profiles.state(inputs, adopted=adopted)
        incarnation = inputs.get("incarnation")
        return replace(state, id=f"{state.id}{ID_SEPARATOR}{incarnation}") if incarnation else state

    def _claiming(self, api: Api, inputs: Inputs, *, replacing: bool) -> Callable[[Document, bool], Change]:
        """Return the function that claims an existing profile: it continues its run, unless this update replaces it.

        It writes the incarnation of that run into `inputs`, which `create` records.
        """

        def change(live: Document, ours: bool) -> Change:  # noqa: FBT001 - `create_or_claim` calls it
            if ours and not replacing and not inputs.get("adopt"):
                self._refuse_unknown_run(api, inputs, live)
            continued = None if replacing else resumed(str(value_at(live, RUN_POINTER) or ""), inputs["run_number"])
            inputs["incarnation"] = continued or inputs["incarnation"]
            claimed = claim(self._profiles.fields(inputs), ours=ours)
            marked = replace(claimed, force=claimed.force | {RUN_POINTER})
            return replace(marked, resets=frozenset({field_pointer("params")})) if replacing else marked

        return change

    def _refuse_unknown_run(self, api: Api, inputs: Inputs, live: Document) -> None:
        """Raise AlreadyExists if machines have begun a run that is unknown to this creation.

        `pulumi up --replace` looks the same as a lost state, because Pulumi passes no recorded inputs in either case. A
        replacement must begin a new run, and a stack with a lost state must continue the old one.
        """
        key, run = inputs["name"], value_at(live, RUN_POINTER)
        listed = api.list("machines", {"Profiles": f"Eq({key})", "slim": "Params"}) if run else []
        names = sorted(machine.name for machine in map(Machine, listed) if machine.run_in(key) == run)
        if names:
            raise run_is_unknown(self._profiles.subject(key), names)


def _carriers(api: Api, key: str) -> list[str]:
    """Return the uuids of the machines that were in the cluster before this program; their workflows do not restart."""
    listed = api.list("machines", {"Profiles": f"Eq({key})", "slim": "Params,Meta"})
    return sorted(machine["Uuid"] for machine in listed)


def _key_of(id_: str) -> str:
    return id_.partition(ID_SEPARATOR)[0]


def _with_run(id_: str, olds: Inputs, inputs: Inputs) -> Inputs:
    """Return the inputs with the values that `create` added."""
    kept = {"adopted_machines": olds.get("adopted_machines") or []}
    incarnation = id_.partition(ID_SEPARATOR)[2]
    return {**inputs, **kept, "incarnation": incarnation or None, "run_number": inputs.get("run_number") or 1}
