"""ClusterProfile: a cluster in one resource, from the profile to machines that have done their work."""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, ClassVar, Unpack

import pulumi
from pulumi import Input, Output, ResourceOptions

import drp_provider as drp

from . import cluster_pattern
from .awaited import awaited_names, hidden_values
from .checks import Content, packs_in, require_lists
from .departed import leader_of, warn_of_entries


class ClusterProfile(pulumi.ComponentResource):
    """A cluster: a `drp.ClusterProfile`, which names itself, on machines that run a workflow until all are done.

    The component creates, in this order: the content, the profile, one `drp.MachineAssignment` and one
    `drp.MachineWorkflow` per machine, and one `drp.ClusterReady`. A destroy removes them in the reverse order.

    The outputs are `name`, `params` and `machines`; after a wait also `leader` (name of the machine), `members` (uuid
    by machine name), `collected` (value by name of the `wait_for` params and of the leader's) and `collected_secrets`,
    which Pulumi encrypts.
    """

    TYPE: ClassVar = "drp:components:ClusterProfile"
    """Pulumi's type token. The state of every stack holds it, so it never changes."""

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
        machines: drp.SequenceNotStr[Input[str]] | Mapping[str, Input[str]] = (),
        self_reference: str | drp.SequenceNotStr[str] | None = None,
        content: Content = (),
        workflow: str | None = None,
        final_workflows: drp.SequenceNotStr[str] | None = None,
        restart_on_drift: bool | None = None,
        drain_workflow: str | None = None,
        drain_timeout: float | None = None,
        wait_for: drp.SequenceNotStr[str] | Mapping[str, Input[Any]] | None = (),
        wait_for_secrets: drp.SequenceNotStr[str] = (),
        masked_values: drp.SequenceNotStr[Input[Any]] = (),
        timeout: float | None = None,
        leader_param: str = cluster_pattern.LEADER,
        reset: Input[str] | None = None,
        abort_params: Mapping[str, Any] = cluster_pattern.ABORT,
        **common: Unpack[drp.ObjectInputs],
    ) -> None:
        """Declare a cluster.

        Args:
            resource_name: Pulumi's name of the component, and of the profile inside it.
            params: Values by param name (`Params`); secrets and Outputs are allowed. Each value is tested and replaced
                whole. Default: none.
            runtime_params: Initial values, by name, of params that the machines own afterwards: they are set if absent,
                and then never compared, changed or removed. Default: none.
            machines: Names or uuids of the machines. A list that holds Outputs names their resources by their position;
                a map of label to machine names them itself. Removing one changes that machine only. Default: none.
            self_reference: Name, or list of names, of the params that hold the profile's own name. KRIB needs
                `["krib/cluster-profile", "etcd/cluster-profile"]`. May be empty. Default: `cluster-profile`.
            content: The content that the workflow needs: a path as in `drp.ContentPack`, or one or more
                `drp.ContentPack` resources, which clusters can share. Default: none.
            workflow: Name of the workflow. Every machine runs it once in each run of the cluster, stopped machines and
                those that have completed it elsewhere too. Default: none.
            final_workflows: Names of the workflows that tasks of `workflow` set at its end. A machine is done when it
                has completed one of them. Default: when it has completed `workflow`.
            restart_on_drift: True runs the workflow again if a refresh has found another one, or none, on the machine.
                Otherwise such an update is refused, since it may reinstall a machine that is in use. Default: False.
            drain_workflow: Name of a workflow that the machine runs and completes, with its profiles, before a destroy
                goes on. If it fails, the resource stays. Default: none.
            drain_timeout: Seconds for that on one machine. Default: 600.
            wait_for: Names of params of the profile that must hold something when all machines are done, or a map to
                the values that they must hold. None does not wait at all. Default: no params, only the machines.
            wait_for_secrets: More such names, whose values are secret, such as KRIB's join command. Default: none.
            masked_values: Values that are hidden in the log lines of an error. Pulumi encrypts them. Default: none.
                Secrets in the cluster's params and content packs are hidden anyway.
            timeout: Seconds until the wait fails and says what each machine is still doing. Default: 600.
            leader_param: Name of the param in which the machines keep their leader, or a list with the leader first.
                Default: `cluster-pattern/leader`.
            reset: Any text. If it changes, one guarded patch sets the runtime params to their initial values and
                removes every param that is not declared. The workflow then runs again. Default: none.
            abort_params: Values, by param name, that end the waits of the scripts, such as `{"cluster-pattern/abort":
                "reset"}`. If machines of the profile are working, a reset sets them first, waits 20 s at most for the
                machines, and then removes them. Default: those of the cluster pattern.
            name: DRP's name of the object (`Name`). Default: the resource name. Another name replaces the object. The
                machines then move to the new profile and run the workflow again.
            description: One line for operators (`Description`). Default: none.
            documentation: Longer text, reStructuredText or Markdown (`Documentation`). Default: none.
            meta: Annotations by name, such as `icon` and `color`; the values are text (`Meta`). Default: none.
            adopt: True takes over an object that exists already. A destroy then keeps it. Default: False. The params
                that an earlier cluster left are kept; content that is given by its path is taken over too.
            force: Names of keys, such as `my/key`, to overwrite although another client has changed them. Default:
                none.
            opts: Pulumi's resource options.
        """
        lists = {"machines": machines, "wait_for": wait_for, "wait_for_secrets": wait_for_secrets}
        require_lists(resource_name, **lists, masked_values=masked_values, force=common.get("force"))
        super().__init__(self.TYPE, resource_name, {}, common.pop("opts", None))
        self.packs = self._upload(resource_name, content, adopt=common.get("adopt"))
        inner: drp.ObjectInputs = {**common, "opts": self._after(self.packs)}
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
            self.ready = self._wait(
                resource_name,
                leader_param,
                params=awaited_names([name for name in wait_for if name not in values], leader_param, runtime_params),
                secret_params=wait_for_secrets,
                values=values or None,
                masked_values=hidden_values(masked_values, self.packs),
                timeout=timeout,
                **chain,
            )
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
                cluster=self.profile,
                assignment=self.assignments[label],
                **options,
                opts=opts,
            )
            for label, machine in machines.items()
        }

    def _wait(self, resource_name: str, leader_param: str, **awaited: Any) -> drp.ClusterReady:
        return drp.ClusterReady(
            f"{resource_name}-ready",
            cluster=self.profile,
            machines=list((self.workflows or self.assignments).values()),
            leader=leader_param,
            opts=self._after([*self.assignments.values(), *self.workflows.values()]),
            **awaited,
        )

    def _publish(self, leader_param: str) -> None:
        self.name = self.profile.name
        self.params = self.profile.params
        self.machines = Output.all(*(a.machine for a in self.assignments.values())).apply(list)
        nothing: Output[dict[str, Any]] = Output.from_input({})
        # Pulumi's mocks may return no outputs.
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
    resource_name: str, machines: drp.SequenceNotStr[Input[str]] | Mapping[str, Input[str]]
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
