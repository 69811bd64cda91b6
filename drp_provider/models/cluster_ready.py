"""ClusterReady: a wait until the machines have finished their workflow and the given params have a value."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StrictStr

from drp_provider.models.base import Declaration, Inputs
from drp_provider.models.fields import UUID, Json, Name, Number, ParamName

MOST_SECONDS = 24 * 3600


def _check_machines(machines: list[str]) -> list[str]:
    wrong = [machine for machine in machines if not UUID.fullmatch(machine)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not a uuid: pass the `machine_uuid` outputs of the assignments")
    return machines


class ClusterReady(Declaration):
    """A wait for a whole cluster; it creates nothing on the endpoint."""

    noun = "cluster"
    prefix = "profiles"
    identity = ("profile",)

    profile: Name
    machines: Annotated[list[StrictStr], AfterValidator(_check_machines)]
    workflow: Name | None = None
    final_workflows: list[Name] | None = None
    run: StrictStr | None = None
    leader: ParamName | None = None
    params: list[ParamName] | None = None
    secret_params: list[ParamName] | None = None
    masked_params: list[ParamName] | None = None
    masked_values: list[Any] | None = None
    values: dict[ParamName, Json] | None = None
    timeout: Number = Field(default=600, gt=0, le=MOST_SECONDS)
    poll_seconds: Number = Field(default=2, ge=0.1, le=60)
    trigger: Json = ""

    @classmethod
    def complete(cls, inputs: Inputs) -> Inputs:
        """Return the inputs with the uuids in lower case, as DRP writes them."""
        machines = inputs.get("machines")
        if isinstance(machines, list):
            machines = [machine.lower() if isinstance(machine, str) else machine for machine in machines]
            return {**inputs, "machines": machines}
        return inputs
