"""What a machine does next: its task list, walked as far as the endpoint itself can go."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from drp_emulator.access import tokens
from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import RequestContext
from drp_emulator.rules import saving
from drp_emulator.rules.job_rules import ENDED, NO_JOB
from drp_emulator.rules.workflow import STAGE_MAP
from drp_emulator.storage.clock import now
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import ErrorReply


@dataclass
class Runner:
    """One machine that asks for work.

    Attributes:
        context: Its request.
        old: The machine as stored.
        machine: The machine as it will be.
    """

    context: RequestContext
    old: Document
    machine: Document = field(init=False)

    def __post_init__(self) -> None:
        self.machine = {**self.old, "Params": dict(self.old["Params"])}

    def take(self, identity: str) -> tuple[int, Document | None]:
        """Return the next job, and the status that goes with it: 201 new, 202 once more, 204 none now.

        Args:
            identity: The key of a new job; empty for a random one.

        Raises:
            ErrorReply: 409, the last job is still under way.
        """
        tasks = self.machine["Tasks"]
        if self.machine["CurrentTask"] >= len(tasks):
            return 204, None
        job = self._current_job()
        if job["CurrentIndex"] == self.machine["CurrentTask"] and job["State"] == "incomplete":
            return 202, self._with_token(job)
        place = max(self._next_place(job), 0)
        place, previous = self._pass_entries(place, job["Uuid"])
        if self.machine["Runnable"]:
            self.machine["CurrentTask"] = min(place, len(tasks))
            if place < len(tasks) and not self._moved():
                return 201, self._begin(place, previous, identity)
        if self._moved() and not self.context.dialect.modern and self.machine["Stage"] != self.old["Stage"]:
            self.machine["Params"][STAGE_MAP] = {self.old["Stage"]: self.machine["Stage"]}
        self._save()
        return 204, None

    def _current_job(self) -> Document:
        key = self.machine["CurrentJob"]
        job = self.context.transaction.get("jobs", key) if key else None
        # A job that was deleted counts as failed.
        return job or {"Uuid": key or NO_JOB, "State": "failed", "CurrentIndex": 0}

    def _next_place(self, job: Document) -> int:
        place: int = self.machine["CurrentTask"]
        if job["CurrentIndex"] != place:
            if job["State"] not in ENDED:  # the list was started again while it ran
                ended = {**job, "State": "failed", "ExitState": "failed"}
                saving.replace(self.context, self._jobs, job, ended, running=True)
            return place
        if job["State"] == "finished":
            return place + 1
        if job["State"] == "failed":
            return place
        message = f"Machine {self.machine['Uuid']} already has running or created job"
        raise ErrorReply(409, "Conflict", message)

    def _pass_entries(self, place: int, previous: str) -> tuple[int, str]:
        """Go through entries that are no tasks, until one changes the machine."""
        tasks = self.machine["Tasks"]
        while place < len(tasks) and ":" in tasks[place]:
            scope, _, name = tasks[place].partition(":")
            if scope == "chroot":
                break  # the agent's own affair
            if scope == "action":
                return place, self._refuse_action(place, previous, name)
            change = self._change(scope, name)
            if change:
                if self.context.dialect.modern:
                    break
                return place, self._note(place, previous, f"Machine {self.machine['Uuid']} {change}")
            place += 1
        return place, previous

    def _change(self, scope: str, name: str) -> str:
        member = {"stage": "Stage", "bootenv": "BootEnv", "context": "Context"}[scope]
        before = self.machine.get(member, name)
        if before == name:
            return ""
        self.machine[member] = name
        return "" if scope == "context" else f"changing from {scope} {before} to {name}"

    def _moved(self) -> bool:
        return any(self.machine[member] != self.old[member] for member in ("Stage", "BootEnv"))

    def _note(self, place: int, previous: str, log: str) -> str:
        """Return a job that is over before it began: how older servers record a change of stage."""
        members = {"State": "finished", "ExitState": "complete", "StartTime": now(), "EndTime": now()}
        job = self._add(place, previous, "", members)
        self.context.transaction.append_log(job["Uuid"], log.encode())
        return str(job["Uuid"])

    def _refuse_action(self, place: int, previous: str, name: str) -> str:
        members = {"State": "failed", "ExitState": "failed", "StartTime": now(), "EndTime": now()}
        job = self._add(place, previous, "", members)
        reason = f"Action {name} validation failed:\nThere are no plugins here, so no action {name}.\n"
        self.context.transaction.append_log(job["Uuid"], reason.encode())
        self.machine["CurrentTask"] = place
        self.machine["Runnable"] = False
        return str(job["Uuid"])

    def _begin(self, place: int, previous: str, identity: str) -> Document:
        job = self._add(place, previous, identity, {"State": "created", "StartTime": now()})
        self._save()
        return self._with_token(job)

    def _add(self, place: int, previous: str, identity: str, members: dict[str, Any]) -> Document:
        machine, transaction = self.machine, self.context.transaction
        key = identity or str(uuid.uuid4())
        job = self._jobs.struct(self.context.dialect).decode(
            {
                "Uuid": key,
                "Previous": previous,
                "Machine": machine["Uuid"],
                **{name: machine[name] for name in ("Stage", "BootEnv", "Workflow", "Context") if name in machine},
                "Task": machine["Tasks"][place],
                "CurrentIndex": place,
                "NextIndex": place + 1,
                "Current": True,
                **members,
            }
        )
        saving.add(self.context, self._jobs, job)
        transaction.append_log(key, f"Log for Job: {key}\n".encode())
        self._let_go(previous)
        machine["CurrentJob"] = key
        return job

    def _let_go(self, previous: str) -> None:
        transaction = self.context.transaction
        original = transaction.body("jobs", previous)
        job = transaction.get("jobs", previous)
        if job is not None and job["Current"]:
            text = transaction.put("jobs", previous, {**job, "Current": False})
            saving.announce(self.context, ("jobs", "save", previous), text, original)

    def _save(self) -> None:
        machines = object_types(self.context.dialect)["machines"]
        saving.replace(self.context, machines, self.old, self.machine, running=True)

    def _with_token(self, job: Document) -> Document:
        """Return the answer to the agent: with a token where the task asks for more rights than a machine has."""
        task = self.context.transaction.get("tasks", job["Task"])
        if not self.context.dialect.modern or task is None:
            return job
        claims = list(task.get("ExtraClaims", ()))
        roles = (self.context.transaction.get("roles", name) for name in dict.fromkeys(task.get("ExtraRoles", ())))
        claims += [claim for role in roles if role is not None for claim in role["Claims"]]
        if not claims:
            return job
        return {**job, "Token": tokens.for_machine(self.machine, self.context.transaction, extra=claims)}

    @property
    def _jobs(self) -> ObjectType:
        return object_types(self.context.dialect)["jobs"]
