"""The verbs of a resource that is the workflow of a machine.

DRP takes the same workflow again for no change, so a restart is two requests: clear, then set. Whoever changes the
workflow meanwhile makes the `test` in front fail.
"""

import re
from dataclasses import dataclass
from typing import Any

from drp_provider.engine import claims, clusters, holders, verbs
from drp_provider.engine.leaves import label_of, masker, pointers_named
from drp_provider.engine.progress import Machine
from drp_provider.engine.reports import vanished
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import Conflict, Difference, NotFound, PatchRejected, ReplyLost, Unprocessable
from drp_provider.models.base import Inputs
from drp_provider.models.machine_workflow import MachineWorkflow
from drp_provider.patch.operation import Operation, replace, test
from drp_provider.patch.pointer import pointer_to

Document = dict[str, Any]

WORKFLOW, RUNNABLE = "/Workflow", "/Runnable"
NONE = ""
"""What DRP holds where a machine has no workflow."""

_MISSING = re.compile(r"Workflow .* does not exist")
_UNAVAILABLE = re.compile(r"wants Workflow .*, which is not available")


@dataclass(frozen=True)
class _Move:
    """From the reviewed workflow to the goal. `taking` a machine over, one that is complete may be replaced."""

    reviewed: str
    goal: str
    inputs: Inputs
    taking: bool = False

    @property
    def runnable(self) -> bool:
        return bool(self.inputs.get("runnable")) and self.goal != NONE

    @property
    def forced(self) -> bool:
        return WORKFLOW in pointers_named(self.inputs.get("force") or (), [WORKFLOW])

    def lines(self, guards: list[Operation], present: str) -> list[Operation]:
        moved = [] if present == self.goal else [replace(WORKFLOW, self.goal)]
        return [*guards, *moved, *([replace(RUNNABLE, value=True)] if self.runnable else [])]


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
        """One `PATCH` on a machine without a workflow; one that has the wanted workflow is ours, and not restarted.

        Raises:
            Conflict: the machine is in the middle of another workflow.
            NotFound: there is no such machine.
            Unprocessable: there is no such workflow, or it is not available.
        """
        key = holders.key_of(inputs[self.model.holder])
        try:
            clusters.refuse_another_first(api, self._subject(inputs), inputs.get("place") or {})
            document = self._carry_out(api, key, _Move(NONE, inputs["workflow"], inputs, taking=True))
            if self._has_run_elsewhere(document, inputs):
                for move in self._again(inputs):
                    document = self._carry_out(api, key, move)
        except NotFound as error:
            raise holders.unknown(self.model, inputs, "no workflow was set", error) from None
        return self._state(document["Uuid"], inputs, holders.facts_of(self.model, document), inputs["workflow"])

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:
        """One guarded `PATCH` for another workflow, two for a restart.

        Raises:
            Conflict: the machine has neither the reviewed nor the wanted workflow.
            NotFound: the machine is gone.
        """
        moves = self._moves(olds, news)
        try:
            for move in moves:
                self._carry_out(api, id_, move)
        except NotFound as error:
            raise vanished(self._subject(news), error) from None
        facts = {name: olds.get(name) for name in ("machine_uuid", "machine_name")}
        return self._state(id_, news, facts, news["workflow"] if moves else olds.get("applied"))

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """The machine's workflow as it is; None when the machine is gone."""
        document = api.find(self.model.prefix, id_)
        if document is None:
            return None
        inputs = {name: olds[name] for name in verbs.input_names(self.model) if name in olds}
        inputs["workflow"] = document["Workflow"]
        return self._state(id_, inputs, holders.facts_of(self.model, document), olds.get("applied"))

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """One `PATCH` that clears the workflow if it is still the one that we set; otherwise it is somebody else's."""
        names = holders.names_of(self.model, id_, olds)
        if claims.is_declared(*((self.model.prefix, name, WORKFLOW) for name in names)):
            return  # The program still declares it, by another resource or under another name of the machine.
        lines = [test(WORKFLOW, olds.get("applied") or olds["workflow"]), replace(WORKFLOW, NONE)]

        def attempt() -> bool | ReplyLost:
            try:
                api.patch(self.model.prefix, id_, verbs.to_wire(lines))
            except ReplyLost as silence:
                return silence
            except (PatchRejected, NotFound):
                return True
            return True

        verbs.patiently(self._subject(olds), attempt)

    def _has_run_elsewhere(self, document: Document, inputs: Inputs) -> bool:
        """Where a machine had the workflow when it came to its profile, DRP takes the same one for no change.

        That it has begun tells nothing: it may have begun by us, in a run that was interrupted or had no reply.
        """
        place = inputs.get("place") or {}
        had_it = bool(place.get("new")) and place.get("had") == inputs["workflow"]
        return had_it and document.get("CurrentTask", -1) >= 0

    def _again(self, inputs: Inputs) -> list[_Move]:
        return [_Move(inputs["workflow"], NONE, inputs), _Move(NONE, inputs["workflow"], inputs)]

    def _moves(self, olds: Inputs, news: Inputs) -> list[_Move]:
        reviewed, wanted = olds["workflow"], news["workflow"]
        if reviewed != wanted:
            return [_Move(reviewed, wanted, news)]
        if news.get("restart") is not None and news.get("restart") != olds.get("restart"):
            return self._again(news)
        if news.get("runnable") and not olds.get("runnable"):
            return [_Move(wanted, wanted, news)]
        return []

    def _subject(self, inputs: Inputs) -> str:
        return f"{self.model.holder} {inputs[self.model.holder]!r}"

    def _state(self, id_: str, inputs: Inputs, facts: Inputs, applied: str | None) -> State:
        return State(id_, {**inputs, **facts, "applied": applied}, inputs)

    def _carry_out(self, api: Documents, key: str, move: _Move) -> Document:
        """Send the move; when the endpoint refuses or is silent, look and go on from what is there."""
        lines = move.lines([test(WORKFLOW, move.reviewed)], move.reviewed)

        def attempt() -> Document | ReplyLost | None:
            nonlocal lines
            answer = self._send(api, key, lines, move)
            if isinstance(answer, dict):
                return answer
            live = api.get(self.model.prefix, key)
            landed = isinstance(answer, ReplyLost) and move.reviewed != move.goal
            if live["Workflow"] == move.goal and (landed or live["Runnable"] or not move.runnable):
                return live
            lines = move.lines(self._guards(move, live), live["Workflow"])
            return answer

        return verbs.patiently(self._subject(move.inputs), attempt)

    def _send(self, api: Documents, key: str, lines: list[Operation], move: _Move) -> Document | ReplyLost | None:
        try:
            return api.patch(self.model.prefix, key, verbs.to_wire(lines))
        except PatchRejected:
            return None
        except ReplyLost as silence:
            return silence
        except Unprocessable as error:
            raise self._unusable(move, error) from None

    def _guards(self, move: _Move, live: Document) -> list[Operation]:
        """What must still hold for the next patch.

        Raises:
            Conflict: the machine has a workflow that may not be replaced.
        """
        guard = test(WORKFLOW, live["Workflow"])
        if live["Workflow"] in {move.reviewed, move.goal} or move.forced:
            return [guard]
        if move.taking and Machine(live).is_complete:
            progress = ("CurrentTask", "Tasks", "WorkflowComplete")
            return [guard, *(test(pointer_to(name), live[name]) for name in progress if name in live)]
        show = masker(move.inputs.get("secret_keys") or ())
        reviewed, *texts = (show(WORKFLOW, w) for w in (move.reviewed, live["Workflow"], move.inputs["workflow"]))
        way = "wait until it is complete" if move.taking else "run `pulumi refresh` and look at `pulumi preview`"
        hint = f'To go on, {way}, or overwrite it with force=["workflow"].'
        raise Conflict(
            self._subject(move.inputs),
            [Difference(label_of(WORKFLOW), None if move.taking else reviewed, *texts)],
            hint,
        )

    def _unusable(self, move: _Move, error: Unprocessable) -> Unprocessable:
        said = "\n".join(error.messages)
        if _MISSING.search(said):
            reason, way = "does not exist", "create it first, or correct the name"
        elif _UNAVAILABLE.search(said):
            reason, way = "is not available", "repair what its `Errors` name"
        else:
            return error
        return Unprocessable(
            f"workflow {move.goal!r} {reason}, so it was not set on {self._subject(move.inputs)}: {way}.",
            code=error.code,
            model=error.model,
            key=error.key,
            type_=error.type,
            messages=error.messages,
        )
