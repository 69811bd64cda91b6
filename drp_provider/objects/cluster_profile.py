"""ClusterProfile: the profile that is a cluster; it names itself, so that scripts on its machines find it."""

from collections.abc import Mapping
from typing import Any, Unpack

from pulumi import Input, Output

from drp_provider.engine.inputs import ObjectInputs, SequenceNotStr
from drp_provider.engine.resource import ObjectResource
from drp_provider.engine.secret_inputs import secret_members_of
from drp_provider.runs import run_of


class ClusterProfile(ObjectResource, model="cluster_profile:ClusterProfile"):
    """A profile with self-reference params, and params that belong to the machines after a first value.

    Creation fails if the name exists, and lists the params that an earlier cluster left there.
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
        self_reference: str | SequenceNotStr[str] | None = None,
        reset: Input[str] | None = None,
        abort_params: Mapping[str, Any] | None = None,
        **common: Unpack[ObjectInputs],
    ) -> None:
        """Declare the profile of a cluster.

        Args:
            resource_name: Pulumi's name of the resource.
            params: Values by param name (`Params`); secrets and Outputs are allowed. Each value is tested and replaced
                whole. Default: none.
            runtime_params: Initial values, by name, of params that the machines own afterwards: they are set if absent,
                and then never compared, changed or removed. Default: none.
            self_reference: Name, or list of names, of the params that hold the profile's own name. KRIB needs
                `["krib/cluster-profile", "etcd/cluster-profile"]`. May be empty. Default: `cluster-profile`.
            reset: Any text. If it changes, one guarded patch sets the runtime params to their initial values and
                removes every param that is not declared. Default: none.
            abort_params: Values, by param name, that end the waits of the scripts, such as `{"cluster-pattern/abort":
                "reset"}`. If machines of the profile are working, a reset sets them first, waits 20 s at most for the
                machines, and then removes them. Default: none.
            name: DRP's name of the object (`Name`). Default: the resource name. Another name replaces the object.
            description: One line for operators (`Description`). Default: none.
            documentation: Longer text, reStructuredText or Markdown (`Documentation`). Default: none.
            meta: Annotations by name, such as `icon` and `color`; the values are text (`Meta`). Default: none.
            adopt: True takes over an object that exists already. A destroy then keeps it. Default: False. The params
                that an earlier cluster left are kept.
            force: Names of keys, such as `my/key`, to overwrite although another client has changed them. Default:
                none.
            opts: Pulumi's resource options.
        """
        own = {
            "params": params,
            "runtime_params": runtime_params,
            "self_reference": self_reference,
            "reset": reset,
            "abort_params": abort_params,
            "run": None,
            "adopted_machines": None,
        }
        # `reset` and `name` show a reviewer that a new run begins; the number of the run adds nothing.
        super().__init__(resource_name, own, hidden=["run", "adopted_machines"], **common)
        self.secret_params = secret_members_of(params, runtime_params)
        """Names of the params that the program keeps secret, for a `ClusterReady`. It is not a Pulumi output."""

    @property
    def generation(self) -> Output[str]:
        """Return the text of the cluster's run, such as `1f3a9c2e:3`. Each creation, rename and reset changes it."""
        return Output.all(self.id, self.run).apply(lambda known: run_of(known[0].partition("#")[2], known[1] or 1))
