"""ClusterProfile: a cluster in one resource, from the profile to machines that have done their work."""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, ClassVar, Unpack

import pulumi
from pulumi import Input, Output, ResourceOptions

import drp_provider as drp
from drp_provider.engine.resource import ObjectInputs

from . import cluster_pattern
from .awaited import Awaited, hidden_values
from .departed import leader_of, warn_of_entries
from .given import Content, packs_in, refuse_what_is_no_list


class ClusterProfile(pulumi.ComponentResource):
    """A cluster: a `drp.ClusterProfile`, which names itself, on machines that run a workflow until all is done.

    What is made, in this order: the content, the profile, one `drp.MachineAssignment` and one `drp.MachineWorkflow` per
    machine, and one `drp.ClusterReady`. A destroy goes the way back.

    Args:
        resource_name: Pulumi's name of the component, and of the profile inside it.
        params: Values that the program owns, by param name; secrets and Outputs are welcome.
        runtime_params: First values of params that the machines own afterwards.
        machines: Names or uuids, literals or Outputs. Taking one out touches that machine only. Outputs are named by
            their place in the list; give a mapping of label to machine to name them yourself.
        self_reference: Name, or names, of the params that hold the profile's own name; default `cluster-profile`.
        content: A folder or file with the content that the workflow needs; or content packs that are declared already,
            to share them between clusters.
        workflow: Name of the workflow that every machine goes through, stopped ones too, once in each run of the
            cluster: also a machine that has gone through it elsewhere. If a refresh finds that another client has
            changed it on a machine, `pulumi up` refuses to start it again by itself.
        final_workflows: Names of the workflows that tasks of `workflow` set in the end; a machine is done when it has
            completed one of these.
        restart_on_drift: True runs the workflow again, and waits for it, on machines on which another client has
            changed it.
        drain_workflow: Name of a workflow that a machine runs and completes before it leaves the cluster.
        drain_timeout: Seconds for that on one machine (600).
        wait_for: Params of the profile that must hold something once every machine is through with the workflow, by
            name, or a mapping to the values they must hold. None: do not wait at all.
        wait_for_secrets: More of them, by name, whose values are secrets; KRIB's join command is one.
        masked_values: Values that the log lines in an error must not show. Secrets of this cluster's params and of its
            content packs are masked without this.
        timeout: Seconds until the wait fails, and says what each machine is still doing (600).
        leader_param: The param in which the machines keep their leader, or a list with the leader first.
        reset: Any text; changing it returns the cluster's params to their first values, and runs the workflow again.
        abort_params: Params, with values, that end the waits of scripts that are still at work when a reset comes.
        common: see `drp_provider.engine.resource.ObjectInputs`. `adopt` also takes over content that is given by its
            path. Another `name` makes the new profile, moves the machines over, removes the old profile, and runs the
            workflow again.

    Outputs are `name`, `params`, `machines`; and of a cluster that is waited for `leader` (name of the machine),
    `members` (uuid by name), `collected` (the params of `wait_for` and the leader's, with their values) and
    `collected_secrets`, which Pulumi encrypts.
    """

    TYPE: ClassVar = "drp:components:ClusterProfile"
    """Pulumi's type token; it stands in the state of every stack, so it never changes."""

    name: Output[str]
    params: Output[dict[str, Any]]
    machines: Output[list[str]]
    leader: Output[str | None]
    members: Output[dict[str, str]]
    collected: Output[dict[str, Any]]
    collected_secrets: Output[dict[str, Any]]
    packs: list[drp.ContentPack]
    profile: drp.ClusterProfile
    assignments: dict[str, drp.MachineAssignment]
    workflows: dict[str, drp.MachineWorkflow]
    ready: drp.ClusterReady | None

    def __init__(
        self,
        resource_name: str,
        *,
        params: Input[Mapping[str, Input[Any]]] | None = None,
        runtime_params: Input[Mapping[str, Input[Any]]] | None = None,
        machines: Sequence[Input[str]] | Mapping[str, Input[str]] = (),
        self_reference: str | Sequence[str] | None = None,
        content: Content = (),
        workflow: str | None = None,
        final_workflows: Sequence[str] | None = None,
        restart_on_drift: bool | None = None,
        drain_workflow: str | None = None,
        drain_timeout: float | None = None,
        wait_for: Sequence[str] | Mapping[str, Input[Any]] | None = (),
        wait_for_secrets: Sequence[str] = (),
        masked_values: Sequence[Input[Any]] = (),
        timeout: float | None = None,
        leader_param: str = cluster_pattern.LEADER,
        reset: Input[str] | None = None,
        abort_params: Mapping[str, Any] = cluster_pattern.ABORT,
        **common: Unpack[ObjectInputs],
    ) -> None:
        lists = {"machines": machines, "wait_for": wait_for, "wait_for_secrets": wait_for_secrets}
        refuse_what_is_no_list(resource_name, **lists, masked_values=masked_values, force=common.get("force"))
        super().__init__(self.TYPE, resource_name, {}, common.pop("opts", None))
        self.packs = self._upload(resource_name, content, adopt=common.get("adopt"))
        inner: ObjectInputs = {**common, "opts": self._after(self.packs)}
        self.profile = drp.ClusterProfile(
            resource_name,
            params=params,
            runtime_params=runtime_params,
            self_reference=self_reference,
            reset=reset,
            abort_params=abort_params,
            **inner,
        )
        labelled = dict(_labelled(resource_name, machines))
        self.assignments = self._assign(resource_name, labelled)
        chain = {"workflow": workflow, "final_workflows": final_workflows} if workflow else {}
        drains = {"drain_workflow": drain_workflow, "drain_timeout": drain_timeout}
        self.workflows = (
            self._start(resource_name, labelled, restart_on_drift=restart_on_drift, **chain, **drains) if chain else {}
        )
        self.ready = None
        if labelled and wait_for is not None and (workflow or wait_for or wait_for_secrets):
            values = wait_for if isinstance(wait_for, Mapping) else {}
            awaited = Awaited(leader_param, [name for name in wait_for if name not in values], wait_for_secrets)
            names = awaited.inputs(params, runtime_params)
            hidden = hidden_values(masked_values, self.packs)
            waiting = {"values": values or None, "masked_values": hidden, "timeout": timeout}
            self.ready = self._wait(resource_name, leader_param, **waiting, **chain, **names)
        self._publish(leader_param)

    def _after(self, earlier: Sequence[pulumi.Resource]) -> ResourceOptions:
        return ResourceOptions(parent=self, depends_on=list(earlier))

    def _upload(self, resource_name: str, content: Content, *, adopt: bool | None) -> list[drp.ContentPack]:
        if isinstance(content, (str, PathLike)):
            return [drp.ContentPack(f"{resource_name}-content", path=content, adopt=adopt, opts=self._after(()))]
        return packs_in(resource_name, content)

    def _assign(self, resource_name: str, machines: Mapping[str, Input[str]]) -> dict[str, drp.MachineAssignment]:
        return {
            label: drp.MachineAssignment(
                f"{resource_name}-{label}", machine=machine, profile=self.profile.name, opts=self._after(())
            )
            for label, machine in machines.items()
        }

    def _start(
        self, resource_name: str, machines: Mapping[str, Input[str]], **options: Any
    ) -> dict[str, drp.MachineWorkflow]:
        """Start the workflow on no machine before all of them carry the profile."""
        opts = self._after([*self.packs, *self.assignments.values()])
        return {
            label: drp.MachineWorkflow(
                f"{resource_name}-{label}-workflow",
                machine=machine,
                runnable=True,
                restart=self.profile.generation,
                position=self.assignments[label].position,
                adopted_machines=self.profile.adopted_machines,
                **options,
                opts=opts,
            )
            for label, machine in machines.items()
        }

    def _wait(self, resource_name: str, leader_param: str, **awaited: Any) -> drp.ClusterReady:
        return drp.ClusterReady(
            f"{resource_name}-ready",
            profile=self.profile.name,
            machines=[assignment.machine_uuid for assignment in self.assignments.values()],
            leader=leader_param,
            run=self.profile.generation if self.workflows else None,
            trigger=self._trigger(),
            opts=self._after([*self.assignments.values(), *self.workflows.values()]),
            **awaited,
        )

    def _trigger(self) -> Output[Any]:
        """Change exactly if a workflow of the cluster starts again, so that it is waited for."""
        starts = {label: workflow.start_count for label, workflow in self.workflows.items()}
        return Output.all(generation=self.profile.generation, starts=Output.all(**starts))

    def _publish(self, leader_param: str) -> None:
        self.name = self.profile.name
        self.params = self.profile.params
        self.machines = Output.all(*(a.machine for a in self.assignments.values())).apply(list)
        nothing: Output[dict[str, Any]] = Output.from_input({})
        # Pulumi's mocks may answer without outputs.
        self.members = self.ready.members.apply(lambda found: found or {}) if self.ready else nothing
        self.collected = self.ready.collected.apply(lambda found: found or {}) if self.ready else nothing
        self.collected_secrets = (
            self.ready.collected_secrets.apply(lambda found: found or {}) if self.ready else nothing
        )
        self.leader = Output.all(self.collected, self.members).apply(lambda both: _leader_in(leader_param, *both))
        names = ("name", "params", "machines", "leader", "members", "collected", "collected_secrets")
        self.register_outputs({name: getattr(self, name) for name in names})


def _leader_in(param: str, collected: Mapping[str, Any], members: Mapping[str, str]) -> str | None:
    warn_of_entries(collected, members)
    return leader_of(param, collected, members)


def _labelled(
    resource_name: str, machines: Sequence[Input[str]] | Mapping[str, Input[str]]
) -> Iterator[tuple[str, Input[str]]]:
    """Each machine with the label that stays its own when others come and go."""
    if isinstance(machines, Mapping):
        yield from machines.items()
        return
    seen: set[str] = set()
    for place, machine in enumerate(machines):
        label = machine if isinstance(machine, str) else f"machine-{place}"
        if label in seen:
            raise pulumi.RunError(f"ClusterProfile {resource_name!r}: machine {label!r} is listed twice; list it once.")
        seen.add(label)
        yield label, machine
