"""The verbs of a resource that is the workflow of a machine.

DRP takes the same workflow again for no change, so a restart is two requests: clear, then set. If another client
changes the workflow meanwhile, the `test` in front fails.

In a cluster, the patch that starts the workflow also writes the run into the machine's Meta. That the machine has begun
this run is then proven on the endpoint: a lost answer or a killed process changes nothing about it.
"""

from typing import Any

from drp_provider.engine import claims, clusters, holders, verbs
from drp_provider.engine.drain import drain
from drp_provider.engine.reports import vanished
from drp_provider.engine.settling import Rejection, settle
from drp_provider.engine.start import NONE, WORKFLOW, Start, start
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import NotFound
from drp_provider.models.base import Inputs
from drp_provider.models.machine_workflow import MachineWorkflow
from drp_provider.patch.operation import replace, test

Document = dict[str, Any]


class WorkflowLifecycle:
    """Sets a machine's workflow, runs it again on request, and clears it."""

    def __init__(self, model: type[MachineWorkflow]) -> None:
        self.model = model

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `verbs.check`."""
        completed, faults = verbs.check(self.model, olds, news)
        machine = completed.get(self.model.holder)
        if isinstance(machine, str):
            claims.declare((self.model.prefix, machine, WORKFLOW), self.model.__name__)
        return completed, faults

    def diff(self, olds: Inputs, news: Inputs) -> Verdict:
        """See `verbs.diff`; the same machine by its other name is no change."""
        return verbs.diff(self.model, olds, holders.settled(self.model, olds, news))

    def create(self, api: Documents, inputs: Inputs) -> State:
        """Send one `PATCH` to a machine without a workflow; one that has begun this run is not started again.

        Raises:
            Conflict: the machine is in the middle of another workflow.
            NotFound: there is no such machine.
            Unprocessable: there is no such workflow, or it is not available.
        """
        key = holders.key_of(inputs[self.model.holder])
        try:
            clusters.refuse_another_first(api, self._subject(inputs), inputs.get("position") or {})
            document = start(api, key, Start(self._subject(inputs), inputs, taking=True))
        except NotFound as error:
            raise holders.unknown(self.model, inputs, "no workflow was set", error) from None
        return self._state(document["Uuid"], inputs, holders.facts_of(self.model, document), inputs["workflow"])

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:
        """Send one guarded `PATCH` for another workflow, two for a restart, none if nothing is to run.

        Raises:
            Conflict: the machine has neither the reviewed nor the wanted workflow.
            NotFound: the machine is gone.
        """
        runs = self.model.starts_again(olds, news)
        wakes = bool(news.get("runnable")) and not olds.get("runnable")
        try:
            if runs or wakes:
                start(api, id_, Start(self._subject(news), news, olds, again=runs))
        except NotFound as error:
            raise vanished(self._subject(news), error) from None
        facts = {name: olds.get(name) for name in ("machine_uuid", "machine_name")}
        return self._state(id_, news, facts, news["workflow"] if runs else olds.get("applied"))

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """Return the machine's workflow as it is; None when the machine is gone.

        A workflow that a task of ours has set is no drift.
        """
        document = api.find(self.model.prefix, id_)
        if document is None:
            return None
        inputs = {name: olds[name] for name in verbs.input_names(self.model) if name in olds}
        applied, live = olds.get("applied") or olds["workflow"], document["Workflow"]
        if live == applied or live in (olds.get("final_workflows") or ()):
            inputs = {**inputs, "workflow": applied, "expected": None}
        else:
            inputs = {**inputs, "workflow": live, "expected": applied}
        return self._state(id_, inputs, holders.facts_of(self.model, document), applied)

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """Run the drain workflow, if one is declared; then clear the workflow if it is still one of ours.

        Raises:
            NotReady: the drain workflow failed, or took too long; the machine keeps it.
        """
        names = holders.names_of(self.model, id_, olds)
        if claims.is_declared(*((self.model.prefix, name, WORKFLOW) for name in names)):
            return  # The program still declares it, by another resource or under another name of the machine.
        ours = {olds.get("applied") or olds["workflow"], *(olds.get("final_workflows") or ())}
        drained = olds.get("drain_workflow")
        if drained:
            drain(api, id_, self._subject(olds), olds, ours)
        self._clear(api, id_, olds, {drained} if drained else ours)

    def _clear(self, api: Documents, id_: str, olds: Inputs, ours: set[str]) -> None:
        workflow = olds.get("drain_workflow") or olds.get("applied") or olds["workflow"]

        def send() -> bool:
            api.patch(self.model.prefix, id_, verbs.to_wire([test(WORKFLOW, workflow), replace(WORKFLOW, NONE)]))
            return True

        def look(_: Rejection) -> bool | None:
            nonlocal workflow
            live = api.find(self.model.prefix, id_)
            if live is None or live["Workflow"] not in ours:
                return True  # it is another client's now
            workflow = live["Workflow"]
            return None

        try:
            settle(self._subject(olds), send, look)
        except NotFound:
            return

    def _subject(self, inputs: Inputs) -> str:
        return f"{self.model.holder} {inputs[self.model.holder]!r}"

    def _state(self, id_: str, inputs: Inputs, facts: Inputs, applied: str | None) -> State:
        return State(id_, {**inputs, **facts, "applied": applied}, inputs)
