"""The lifecycle of an assignment: one profile in the list of one machine (`Machine.Profiles`).

The list is never replaced as a whole: its order is the precedence of params, and other clients have profiles in it.
"""

import re
from dataclasses import dataclass

from drp_provider.api.interface import Api, Document
from drp_provider.engine.lifecycles.base import Diff, State, check_inputs, compare_inputs, inputs_in
from drp_provider.engine.machines import references
from drp_provider.engine.messages.machines import subject_of, unknown_machine
from drp_provider.engine.registry import Address, Registry
from drp_provider.engine.retry import LANDED, NOT_LANDED, Landed, NotLanded, Rejection, settle
from drp_provider.errors import NotFound, PatchRejected, Unprocessable
from drp_provider.models.assignment import MachineAssignment
from drp_provider.models.base import Inputs
from drp_provider.models.fields import RUN_KEY_PREFIX
from drp_provider.patch.operation import Operation, add, remove, replace, test, to_wire
from drp_provider.patch.pointer import pointer_to, value_at
from drp_provider.patch.progress_record import restoration
from drp_provider.patch.values import ABSENT

PREFIX = "machines"
PROFILES, RUNNABLE = "/Profiles", "/Runnable"


@dataclass(frozen=True)
class _Target:
    """The assignment for messages and patches."""

    key: str
    profile: str
    subject: str
    predecessor: str | None
    """The profile that this one replaces in the program, and whose position in the list it takes."""


class AssignmentLifecycle:
    """Adds a profile to the list of a machine, confirms it, and removes it."""

    def __init__(self, model: type[MachineAssignment], registry: Registry) -> None:
        self.model = model
        self._registry = registry

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `check_inputs`."""
        completed, errors = check_inputs(self.model, self._registry, olds, news)
        if isinstance(completed.get("machine"), str) and isinstance(completed.get("profile"), str):
            self._registry.declare(_address(completed), self.model.__name__)
        return completed, errors

    def diff(self, olds: Inputs, news: Inputs) -> Diff:
        """See `compare_inputs`; the same machine by its other name is no change."""
        diff = compare_inputs(self.model, olds, references.with_one_name(olds, news))
        if diff.replaces == ("profile",) and isinstance(news["profile"], str):
            self._registry.replace(_address(news), olds["profile"])
        return diff

    def create(self, api: Api, inputs: Inputs) -> State:
        """Append the profile with one `PATCH`; own an entry that exists already.

        A profile that this one replaces in the program is replaced at its position. If the machine carried both for a
        while, its scripts would find the older cluster first.

        Raises:
            NotFound: there is no such machine, or no such profile; the machine is unchanged.
        """
        machine, profile = inputs["machine"], inputs["profile"]
        predecessor = self._registry.predecessor_of(_address(inputs))
        target = _Target(references.key_of(machine), profile, subject_of(machine), predecessor)
        try:
            document, was_runnable = self._append(api, target)
        except NotFound as error:
            raise unknown_machine(machine, f"profile {profile!r} was not assigned", error) from None
        if _is_missing(document, profile):
            self._undo(api, document, target, runnable=was_runnable)
            raise _no_profile(target)
        return _state(inputs, document)

    def update(self, api: Api, id_: str, olds: Inputs, news: Inputs) -> State:  # noqa: ARG002 - Lifecycle's
        """Record the new inputs: only the name of the machine in the program can change."""
        return State(id_, {**olds, **news}, news)

    def read(self, api: Api, id_: str, olds: Inputs) -> State | None:
        """Return the assignment, or None if it or its machine is gone."""
        document = api.find(PREFIX, _machine_of(id_))
        if document is None or olds["profile"] not in document["Profiles"]:
            return None
        return _state(inputs_in(self.model, olds), document)

    def delete(self, api: Api, id_: str, olds: Inputs) -> None:
        """Read the list and remove the profile from it; succeed if it is gone already."""
        key, profile = _machine_of(id_), olds["profile"]
        if self._registry.is_declared(*((PREFIX, name, profile) for name in references.names_of(key, olds))):
            return  # Another resource of the program, or another reference to the machine, still declares the pair.

        def send() -> Landed:
            document = api.find(PREFIX, key)
            if document is not None and profile in document["Profiles"]:
                api.patch(PREFIX, key, to_wire(_leaving(document, profile)))
            return LANDED

        try:
            settle(f"Profiles of {key}", send)
        except NotFound:
            return

    def _append(self, api: Api, target: _Target) -> tuple[Document, bool]:
        """Append the profile; return the machine, and whether it was runnable before.

        DRP accepts a profile that does not exist with 200, and then stops the machine: `Runnable` stays false. Only a
        machine that was runnable may be started again. The `test` finds that out without an extra request.
        """
        was_runnable = True

        def send() -> Document:
            guard = [test(RUNNABLE, value=True)] if was_runnable else []
            lines = [*guard, *self._addition(api, target)]
            try:
                return api.patch(PREFIX, target.key, to_wire(lines))
            except Unprocessable as error:
                refused = error
            document = api.get(PREFIX, target.key)
            if target.profile not in document["Profiles"]:
                raise refused
            return document

        def recheck(error: Rejection) -> Document | NotLanded:
            nonlocal was_runnable
            document = api.get(PREFIX, target.key)
            if isinstance(error, PatchRejected):
                was_runnable = bool(document["Runnable"])
                return NOT_LANDED
            return document if target.profile in document["Profiles"] else NOT_LANDED

        return settle(target.subject, send, recheck), was_runnable

    def _addition(self, api: Api, target: _Target) -> list[Operation]:
        """Return the operations that append the profile, or put it at the position of its predecessor."""
        if target.predecessor is not None:
            document = api.get(PREFIX, target.key)
            entries, names = document["Profiles"], (document["Uuid"], document["Name"])
            kept = self._registry.is_declared(*((PREFIX, name, target.predecessor) for name in names))
            if target.predecessor in entries and target.profile not in entries and not kept:
                position = f"{PROFILES}/{entries.index(target.predecessor)}"
                return [test(position, target.predecessor), replace(position, target.profile)]
        return [add(f"{PROFILES}/-", target.profile)]

    def _undo(self, api: Api, document: Document, target: _Target, *, runnable: bool) -> None:
        """Restore the machine to its state before the profile was added."""
        key = document["Uuid"]

        def send() -> Landed:
            live = api.get(PREFIX, key)
            if target.profile in live["Profiles"]:
                lines = _removal(live, target.profile)
                if target.predecessor is not None and target.predecessor not in live["Profiles"]:
                    lines = [lines[0], replace(lines[0].path, target.predecessor)]
                if runnable and not live["Runnable"]:
                    lines.append(replace(RUNNABLE, value=True))
                api.patch(PREFIX, key, to_wire(lines))
            return LANDED

        settle(target.subject, send)


def _address(inputs: Inputs) -> Address:
    return (PREFIX, inputs["machine"], inputs["profile"])


def _machine_of(id_: str) -> str:
    return id_.partition("/")[0]


def _state(inputs: Inputs, document: Document) -> State:
    """Return the record; `position` holds the profiles that precede this one on the machine."""
    profile, entries = inputs["profile"], document["Profiles"]
    position = {"profile": profile, "preceding": entries[: entries.index(profile)]}
    outputs = {**inputs, **references.facts_of(document), "position": position}
    return State(f"{document['Uuid']}/{profile}", outputs, inputs)


def _is_missing(document: Document, profile: str) -> bool:
    pattern = re.compile(rf"profile {re.escape(profile)} \(at \d+\) does not exist", re.IGNORECASE)
    return any(pattern.search(message) for message in document.get("Errors") or ())


def _removal(document: Document, profile: str) -> list[Operation]:
    """Return the removal of the last entry of that name, guarded by a `test` of its position."""
    found = [index for index, entry in enumerate(document["Profiles"]) if entry == profile]
    position = f"{PROFILES}/{found[-1]}"
    return [test(position, profile), remove(position)]


def _leaving(document: Document, profile: str) -> list[Operation]:
    """Return the removal of the profile and of the cluster's keys in the machine's Meta."""
    meta = document.get("Meta") or {}
    mark = pointer_to("Meta", f"{RUN_KEY_PREFIX}{profile}")
    run = value_at(document, mark)
    unmarked = [] if run is ABSENT else [test(mark, run), remove(mark)]
    return [*_removal(document, profile), *unmarked, *restoration(meta, profile)]


def _no_profile(target: _Target) -> NotFound:
    text = (
        f"profile {target.profile!r} does not exist, so {target.subject} was left without it: "
        "create the profile first, or pass the `name` output of the resource that creates it."
    )
    return NotFound(text, code=404, model=PREFIX, key=target.key)
