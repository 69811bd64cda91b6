"""MachineWorkflow: the workflow of one machine (DRP `models/machine.go`, fields Workflow and Runnable)."""

from typing import Any

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from drp_provider.models.base import Inputs, MachineInputs
from drp_provider.models.fields import Name

LONGEST_DRAIN = 24 * 3600


class MachineWorkflow(MachineInputs):
    """The workflow that a machine runs."""

    noun = "machine workflow"

    workflow: Name
    final_workflows: list[Name] | None = None
    runnable: StrictBool | None = None
    restart: StrictStr | None = None
    position: dict[str, Any] | None = None
    adopted_machines: list[StrictStr] | None = None
    restart_on_drift: StrictBool | None = None
    drain_workflow: Name | None = None
    drain_timeout: float = Field(default=600, gt=0, le=LONGEST_DRAIN)
    force: list[str] | None = None
    start_count: StrictInt | None = None
    """How often the program has started the workflow: a preview shows a change exactly if it runs again."""
    expected: Name | None = None
    """Only in the state: the workflow that the program set, if a refresh found another one on the machine."""

    @model_validator(mode="after")
    def _check_drain_workflow(self) -> "MachineWorkflow":
        if self.drain_workflow in {self.workflow, *(self.final_workflows or ())}:
            raise ValueError(
                f"drain_workflow is {self.drain_workflow!r}, which the machine has completed already: name another one"
            )
        return self

    @classmethod
    def carry(cls, olds: Inputs, inputs: Inputs) -> Inputs:
        """Add the number of starts, which depends only on the program and the state."""
        if not olds:
            return {**inputs, "start_count": 1}
        count = olds.get("start_count") or 1
        for name in ("workflow", "restart"):
            if not isinstance(inputs.get(name), str | None):
                return {**inputs, "start_count": inputs[name]}  # unknown, like the input that it follows from
        finals = inputs.get("final_workflows")
        if olds.get("expected") is not None and not isinstance(finals, list | None):
            return {**inputs, "start_count": finals}
        return {**inputs, "start_count": count + 1 if cls.starts_again(olds, inputs) else count}

    @classmethod
    def starts_again(cls, olds: Inputs, news: Inputs) -> bool:
        """Return whether this change starts the workflow: another one, another `restart`, or an accepted drift."""
        expected = olds.get("expected") or olds.get("workflow")
        is_restart = news.get("restart") is not None and news.get("restart") != olds.get("restart")
        finals = news.get("final_workflows")
        is_final = isinstance(finals, list) and olds.get("workflow") in finals
        is_accepted = olds.get("expected") is not None and bool(news.get("restart_on_drift")) and not is_final
        return news.get("workflow") != expected or is_restart or is_accepted

    @classmethod
    def objections(cls, olds: Inputs, news: Inputs) -> list[str]:
        """Return an objection if another client has changed the workflow and nothing else asks for a start."""
        has_drifted = olds.get("expected") is not None and isinstance(news.get("workflow"), str)
        if not has_drifted or not isinstance(news.get("restart"), str | None) or cls.starts_again(olds, news):
            return []
        finals = news.get("final_workflows") or []
        if not isinstance(finals, list) or olds.get("workflow") in finals:
            return []  # final, or not known yet
        found = f"the workflow {olds['workflow']!r}" if olds.get("workflow") else "no workflow"
        objection = (
            f"machine {olds['machine']!r} has {found} instead of {olds['expected']!r}, which this program set. The "
            "provider does not start it again on its own: to run it again, change the cluster's `reset` (`restart` of "
            "a MachineWorkflow of your own), or set restart_on_drift=True; if a task of the workflow sets it, name it "
            "in final_workflows."
        )
        return [objection]
