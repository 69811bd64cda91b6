"""ClusterProfile: the profile that is a cluster; it names itself, so that scripts on its machines find it."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pulumi import Input, Output

from drp_provider.engine.resource import ObjectInputs, ObjectResource
from drp_provider.runs import run_of


class ClusterProfile(ObjectResource, model="cluster_profile:ClusterProfile"):
    """A profile with self-reference params, and params that belong to the machines after a first value.

    Args:
        resource_name: Pulumi's name of the resource.
        params: Values that the program owns, by param name. Each is guarded on change. May hold secrets and Outputs.
        runtime_params: First values of params that the machines own afterwards: seeded where absent, then never
            compared, patched or removed.
        self_reference: Name, or names, of the params that hold the profile's own name; `cluster-profile` where it is
            left out. KRIB wants `["krib/cluster-profile", "etcd/cluster-profile"]`. May be empty.
        reset: Any text; changing it puts the runtime params back to their first values and removes every param that
            is not declared, in one guarded patch.
        abort_params: Params, with values, that end the waits of the scripts, such as
            `{"cluster-pattern/abort": "reset"}`. A reset sets them first while machines that carry the profile are at
            work, waits 20 s at most until none is, and clears them.
        common: see `ObjectInputs`. `adopt` keeps what an earlier cluster of that name left behind.

    `generation` is the text of the run: another one each time that the cluster begins at its first values, by its
    creation, replacement, another name or a reset. What runs on the cluster follows it. The input `run` that a preview
    shows counts the resets. `adopted_machines` are the uuids of the machines that carried the profile when it was
    adopted.

    Creation fails on a name that exists, and lists by name the params that an earlier cluster left there.
    """

    params: Output[dict[str, Any]]
    runtime_params: Output[dict[str, Any]]
    self_reference: Output[Any]
    reset: Output[str | None]
    abort_params: Output[dict[str, Any] | None]
    run: Output[int]
    adopted_machines: Output[list[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        params: Input[Mapping[str, Input[Any]]] | None = None,
        runtime_params: Input[Mapping[str, Input[Any]]] | None = None,
        self_reference: str | Sequence[str] | None = None,
        reset: Input[str] | None = None,
        abort_params: Mapping[str, Any] | None = None,
        **common: Unpack[ObjectInputs],
    ) -> None:
        own = {
            "params": params,
            "runtime_params": runtime_params,
            "self_reference": self_reference,
            "reset": reset,
            "abort_params": abort_params,
            "run": None,
            "adopted_machines": None,
        }
        super().__init__(resource_name, own, **common)

    @property
    def generation(self) -> Output[str]:
        """The text of the cluster's run, such as `1f3a9c2e:3`; pass it as `restart` to what must run in each."""
        return Output.all(self.id, self.run).apply(lambda known: run_of(known[0].partition("#")[2], known[1] or 1))
