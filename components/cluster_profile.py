"""ClusterProfile: a cluster in one resource, the profile together with the machines that carry it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Unpack

import pulumi
from pulumi import Input, Output

import drp_provider as drp
from drp_provider.engine.resource import ObjectInputs


class ClusterProfile(pulumi.ComponentResource):
    """A cluster: one `drp.ClusterProfile`, which names itself, and one `drp.MachineAssignment` per machine.

    Args:
        resource_name: Pulumi's name of the component, and of the profile inside it.
        params: Values that the program owns, by param name; secrets and Outputs are welcome.
        runtime_params: First values of params that the machines own afterwards.
        machines: Names or uuids, literals or Outputs. Taking one out touches that machine only. Outputs are named by
            their place in the list; give a mapping of label to machine to name them yourself.
        self_reference: Name, or names, of the params that hold the profile's own name; default `cluster-profile`.
        reset: Any text; changing it returns the cluster's params to their first values.
        common: see `drp_provider.engine.resource.ObjectInputs`. Another `name` makes the new profile, moves the
            machines over and then removes the old profile.
    """

    TYPE: ClassVar = "drp:components:ClusterProfile"
    """Pulumi's type token; it stands in the state of every stack, so it never changes."""

    name: Output[str]
    params: Output[dict[str, Any]]
    machines: Output[list[str]]
    profile: drp.ClusterProfile
    assignments: dict[str, drp.MachineAssignment]

    def __init__(
        self,
        resource_name: str,
        *,
        params: Input[Mapping[str, Input[Any]]] | None = None,
        runtime_params: Input[Mapping[str, Input[Any]]] | None = None,
        machines: Sequence[Input[str]] | Mapping[str, Input[str]] = (),
        self_reference: str | Sequence[str] | None = None,
        reset: Input[str] | None = None,
        **common: Unpack[ObjectInputs],
    ) -> None:
        super().__init__(self.TYPE, resource_name, {}, common.pop("opts", None))
        child = pulumi.ResourceOptions(parent=self)
        inner: ObjectInputs = {**common, "opts": child}
        self.profile = drp.ClusterProfile(
            resource_name,
            params=params,
            runtime_params=runtime_params,
            self_reference=self_reference,
            reset=reset,
            **inner,
        )
        self.assignments = {
            label: drp.MachineAssignment(
                f"{resource_name}-{label}", machine=machine, profile=self.profile.name, opts=child
            )
            for label, machine in _labelled(resource_name, machines)
        }
        self.name = self.profile.name
        self.params = self.profile.params
        self.machines = Output.all(*(a.machine for a in self.assignments.values())).apply(list)
        self.register_outputs({"name": self.name, "params": self.params, "machines": self.machines})


def _labelled(
    resource_name: str, machines: Sequence[Input[str]] | Mapping[str, Input[str]]
) -> Iterator[tuple[str, Input[str]]]:
    """Each machine with the label that stays its own when others come and go."""
    if isinstance(machines, str):
        raise pulumi.RunError(f"ClusterProfile {resource_name!r}: machines is one text; write a list: [{machines!r}].")
    if isinstance(machines, Output):
        raise pulumi.RunError(
            f"ClusterProfile {resource_name!r}: machines is one Output, so how many there are is not known: "
            "write a list or mapping of Outputs."
        )
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
