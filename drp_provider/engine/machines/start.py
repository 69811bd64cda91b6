"""Start a workflow on one machine exactly once."""

from dataclasses import dataclass, field

from drp_provider.api.interface import Api, Document
from drp_provider.engine.machines.status import Machine
from drp_provider.engine.messages.machines import unusable_workflow
from drp_provider.engine.ownership.labels import label_of, masker, named_in
from drp_provider.engine.retry import NOT_LANDED, NotLanded, Rejection, settle
from drp_provider.errors import Conflict, Difference, OutcomeUnknown, Unprocessable
from drp_provider.models.base import Inputs
from drp_provider.models.fields import RUN_KEY_PREFIX
from drp_provider.patch.operation import Operation, add, replace, test, to_wire
from drp_provider.patch.pointer import pointer_to, value_at
from drp_provider.patch.values import ABSENT
from drp_provider.runs import mark_of, run_in

WORKFLOW, RUNNABLE = "/Workflow", "/Runnable"
NONE = ""
"""DRP's value of the field `Workflow` if a machine has none."""
UNNUMBERED = "1"
"""The run of a cluster whose program declares no `restart`."""


@dataclass(frozen=True)
class Start:
    """The workflow to start: the wanted inputs and the reviewed outputs."""

    subject: str
    inputs: Inputs
    olds: Inputs = field(default_factory=dict)
    is_new: bool = False
    """Whether the resource is new. A new one may replace the workflow of a machine that has completed it."""
    restarts: bool = True
    """Whether the workflow begins again; otherwise a stopped machine only continues."""

    @property
    def workflow(self) -> str:
        """Return the wanted workflow."""
        return str(self.inputs["workflow"])

    @property
    def reviewed(self) -> str:
        """Return the workflow that the machine had at the last apply or refresh."""
        return str(self.olds.get("workflow") or NONE)

    @property
    def is_forced(self) -> bool:
        """Return whether any workflow may be replaced."""
        return WORKFLOW in named_in(self.inputs.get("force") or (), [WORKFLOW])

    @property
    def ours(self) -> set[str]:
        """Return the workflows that this program or its tasks set."""
        return {self.workflow, *(self.inputs.get("final_workflows") or ())}

    @property
    def mark(self) -> str | None:
        """Return the pointer to the run mark in the machine's Meta, or None if the machine is in no cluster."""
        profile = (self.inputs.get("position") or {}).get("profile")
        return pointer_to("Meta", f"{RUN_KEY_PREFIX}{profile}") if profile else None

    @property
    def run(self) -> str:
        """Return the run of the cluster that begins."""
        return str(self.inputs.get("restart") or UNNUMBERED)

    @property
    def new_mark(self) -> str:
        """Return the mark of this start. A workflow may start more than once in a run."""
        return mark_of(self.run, self.inputs.get("start_count") or 1)

    @property
    def old_mark(self) -> str:
        """Return the mark of the previous start, from the state."""
        return mark_of(str(self.olds.get("restart") or UNNUMBERED), self.olds.get("start_count") or 1)


def start(api: Api, key: str, wanted: Start) -> Document:
    """Start the workflow unless the machine has begun this run; return the machine.

    Raises:
        Conflict: the machine has a workflow that may not be replaced.
        NotFound: the machine is gone.
        Unprocessable: there is no such workflow, or it is not available.
    """
    return _Starting(api, key, wanted).run()


class _Starting:
    """The requests of one start: a clear if the machine has the workflow already, then the start."""

    def __init__(self, api: Api, key: str, wanted: Start) -> None:
        self._api = api
        self._key = key
        self._wanted = wanted
        self._present = wanted.reviewed
        self._guards = self._reviewed_guards()
        self._live: Document | None = None
        self._is_cleared = False
        """Whether the machine was seen without the workflow. If the machine has it later, the run has begun."""

    def run(self) -> Document:
        if self._wanted.inputs.get("adopted_machines") and self._wanted.is_new:
            self._note(self._api.get("machines", self._key))
        return settle(self._wanted.subject, self._send, self._recheck)

    def _reviewed_guards(self) -> list[Operation]:
        """Return guards with the previous mark, because a repeated restart must not stop a machine that it started."""
        of = self._wanted
        guards = [test(WORKFLOW, self._present)]
        return [*guards, test(of.mark, of.old_mark)] if of.mark and of.olds and of.restarts else guards

    def _send(self) -> Document:
        of, live = self._wanted, self._live
        runnable = [replace(RUNNABLE, value=True)] if of.inputs.get("runnable") else []
        if live is not None and self._is_done(live):
            return live
        if not of.restarts or (live is not None and self._has_begun(live)):
            return self._patch([*self._guards, *runnable])
        if live is not None and self._was_adopted(live):
            return self._patch([*self._guards, *self._marking()])
        if self._present == of.workflow:
            self._patch([*self._guards, replace(WORKFLOW, NONE)])
            self._is_cleared, self._live = True, None
            self._present, self._guards = NONE, [test(WORKFLOW, NONE)]
        return self._patch([*self._guards, replace(WORKFLOW, of.workflow), *self._marking(), *runnable])

    def _recheck(self, error: Rejection) -> Document | NotLanded:
        live = self._api.get("machines", self._key)
        self._note(live)
        landed = isinstance(error, OutcomeUnknown) and self._has_begun(live)
        return live if landed or self._is_done(live) else NOT_LANDED

    def _note(self, live: Document) -> None:
        self._live, self._present = live, live["Workflow"]
        self._is_cleared = self._is_cleared or self._present != self._wanted.workflow
        if not self._has_begun(live):
            self._guards = self._live_guards(live)
        else:
            self._guards = [test(WORKFLOW, self._present)]

    def _is_done(self, live: Document) -> bool:
        """Return whether the run has begun, and the machine is runnable if it must be."""
        return self._has_begun(live) and (bool(live["Runnable"]) or not self._wanted.inputs.get("runnable"))

    def _has_begun(self, live: Document) -> bool:
        of = self._wanted
        if of.mark:
            mark = value_at(live, of.mark)
            # A new resource continues a run that has begun; in an update, only this start counts.
            has_mark = run_in(mark) == of.run if of.is_new or not of.restarts else mark == of.new_mark
            return live["Workflow"] in of.ours and has_mark
        # Without a cluster, the endpoint cannot distinguish runs: the workflow after our clear is ours.
        is_ours = self._is_cleared or of.reviewed != of.workflow or not of.restarts
        return bool(live["Workflow"] == of.workflow) and is_ours

    def _was_adopted(self, live: Document) -> bool:
        """Return whether the machine ran in this cluster before the program adopted it."""
        of = self._wanted
        members = of.inputs.get("adopted_machines") or ()
        return of.is_new and live["Uuid"] in members and live["Workflow"] in of.ours

    def _marking(self) -> list[Operation]:
        return [add(self._wanted.mark, self._wanted.new_mark)] if self._wanted.mark else []

    def _live_guards(self, live: Document) -> list[Operation]:
        """Return the guards of the next patch.

        Raises:
            Conflict: the machine has a workflow that may not be replaced.
        """
        of, present = self._wanted, live["Workflow"]
        mark = value_at(live, of.mark) if of.mark else ABSENT
        # With the mark, a clear that lands late cannot stop a machine that has begun meanwhile.
        guards = [test(WORKFLOW, present), *([test(of.mark, mark)] if of.mark and mark is not ABSENT else [])]
        cleared = {NONE} if of.reviewed in of.ours else set()  # an interrupted restart of ours cleared it
        chained = set() if of.is_new else of.ours  # a task of the workflow set it
        if of.is_forced or present in {of.reviewed, *cleared, *chained}:
            return guards
        if self._may_be_replaced(live):
            progress = ("CurrentTask", "Tasks", "WorkflowComplete")
            return [*guards, *(test(pointer_to(name), live[name]) for name in progress if name in live)]
        raise self._conflict(present)

    def _may_be_replaced(self, live: Document) -> bool:
        """Return whether a workflow other than the reviewed one may be replaced: it is complete, or has not begun."""
        of, machine = self._wanted, Machine(live)
        is_ours = live["Workflow"] in of.ours
        if not of.mark and is_ours:
            return True
        return of.is_new and (machine.is_complete or (is_ours and not machine.has_begun))

    def _conflict(self, present: str) -> Conflict:
        of = self._wanted
        show = masker(of.inputs.get("secret_keys") or ())
        reviewed, *texts = (show(WORKFLOW, value) for value in (of.reviewed, present, of.workflow))
        step = "wait until it is complete" if of.is_new else "run `pulumi refresh` and look at `pulumi preview`"
        hint = f'To go on, {step}, or overwrite it with force=["workflow"].'
        return Conflict(of.subject, [Difference(label_of(WORKFLOW), None if of.is_new else reviewed, *texts)], hint)

    def _patch(self, lines: list[Operation]) -> Document:
        try:
            return self._api.patch("machines", self._key, to_wire(lines))
        except Unprocessable as error:
            unusable = unusable_workflow(self._wanted.workflow, self._wanted.subject, error)
        raise unusable
