"""The lifecycle of the workflow of a machine.

DRP ignores a write of the workflow that a machine has already, so a restart is two requests: clear, then set. If
another client changes the workflow in between, the preceding `test` fails.

In a cluster, the patch that starts the workflow also writes the run into the machine's Meta. So the endpoint proves
that the machine has begun this run, also after a lost response or a killed process.
"""

from drp_provider.api.interface import Api
from drp_provider.engine.lifecycles.base import Diff, State, check_inputs, compare_inputs, inputs_in
from drp_provider.engine.machines import references
from drp_provider.engine.machines.drain import drain
from drp_provider.engine.machines.precedence import require_first_cluster
from drp_provider.engine.machines.start import NONE, WORKFLOW, Start, start
from drp_provider.engine.messages.machines import subject_of, unknown_machine
from drp_provider.engine.messages.objects import vanished
from drp_provider.engine.registry import Registry
from drp_provider.engine.retry import LANDED, NOT_LANDED, Landed, Outcome, Rejection, settle
from drp_provider.errors import NotFound
from drp_provider.models.base import Inputs
from drp_provider.models.machine_workflow import MachineWorkflow
from drp_provider.patch.operation import replace, test, to_wire

PREFIX = "machines"


class MachineWorkflowLifecycle:
    """Sets, restarts and clears a machine's workflow."""

    def __init__(self, model: type[MachineWorkflow], registry: Registry) -> None:
        self.model = model
        self._registry = registry

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `check_inputs`."""
        completed, errors = check_inputs(self.model, self._registry, olds, news)
        machine = completed.get("machine")
        if isinstance(machine, str):
            self._registry.declare((PREFIX, machine, WORKFLOW), self.model.__name__)
        return completed, errors

    def diff(self, olds: Inputs, news: Inputs) -> Diff:
        """See `compare_inputs`; another reference to the same machine is no change."""
        return compare_inputs(self.model, olds, references.with_one_name(olds, news))

    def create(self, api: Api, inputs: Inputs) -> State:
        """Send one `PATCH` to a machine without a workflow; do not start a machine that has begun this run.

        Raises:
            Conflict: the machine is in the middle of another workflow.
            NotFound: there is no such machine.
            Unprocessable: there is no such workflow, or it is not available.
        """
        machine = inputs["machine"]
        try:
            require_first_cluster(api, subject_of(machine), inputs.get("position") or {})
            document = start(api, references.key_of(machine), Start(subject_of(machine), inputs, is_new=True))
        except NotFound as error:
            raise unknown_machine(machine, "no workflow was set", error) from None
        return self._state(document["Uuid"], inputs, references.facts_of(document), inputs["workflow"])

    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one guarded `PATCH` for another workflow, two for a restart, none if nothing changes.

        Raises:
            Conflict: the machine has neither the reviewed nor the wanted workflow.
            NotFound: the machine is gone.
        """
        runs = self.model.starts_again(olds, news)
        makes_runnable = bool(news.get("runnable")) and not olds.get("runnable")
        try:
            if runs or makes_runnable:
                start(api, id_, Start(subject_of(news["machine"]), news, olds, restarts=runs))
        except NotFound as error:
            raise vanished(subject_of(news["machine"]), error) from None
        return self._state(id_, news, references.facts_in(olds), news["workflow"] if runs else olds.get("applied"))

    def read(self, api: Api, id_: str, olds: Inputs) -> State | None:
        """Return the machine's workflow, or None if the machine is gone.

        A workflow that a task of ours has set is not drift.
        """
        document = api.find(PREFIX, id_)
        if document is None:
            return None
        inputs = inputs_in(self.model, olds)
        applied, live = olds.get("applied") or olds["workflow"], document["Workflow"]
        if live == applied or live in (olds.get("final_workflows") or ()):
            inputs = {**inputs, "workflow": applied, "expected": None}
        else:
            inputs = {**inputs, "workflow": live, "expected": applied}
        return self._state(id_, inputs, references.facts_of(document), applied)

    def delete(self, api: Api, id_: str, olds: Inputs) -> None:
        """Run the drain workflow, if one is declared; then clear the workflow if it is still one of ours.

        Raises:
            NotReady: the drain workflow failed or timed out; the machine keeps it.
        """
        names = references.names_of(id_, olds)
        if self._registry.is_declared(*((PREFIX, name, WORKFLOW) for name in names)):
            return  # Another resource of the program, or another reference to the machine, still declares it.
        ours = {olds.get("applied") or olds["workflow"], *(olds.get("final_workflows") or ())}
        drained = olds.get("drain_workflow")
        if drained:
            drain(api, id_, subject_of(olds["machine"]), olds, ours)
        self._clear(api, id_, olds, {drained} if drained else ours)

    def _clear(self, api: Api, id_: str, olds: Inputs, ours: set[str]) -> None:
        workflow = olds.get("drain_workflow") or olds.get("applied") or olds["workflow"]

        def send() -> Landed:
            api.patch(PREFIX, id_, to_wire([test(WORKFLOW, workflow), replace(WORKFLOW, NONE)]))
            return LANDED

        def recheck(_: Rejection) -> Outcome:
            nonlocal workflow
            live = api.find(PREFIX, id_)
            if live is None or live["Workflow"] not in ours:
                return LANDED  # another client has changed it
            workflow = live["Workflow"]
            return NOT_LANDED

        try:
            settle(subject_of(olds["machine"]), send, recheck)
        except NotFound:
            return

    def _state(self, id_: str, inputs: Inputs, facts: Inputs, applied: str | None) -> State:
        return State(id_, {**inputs, **facts, "applied": applied}, inputs)
