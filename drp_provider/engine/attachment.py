"""The verbs of a resource that is a part of somebody else's object: one entry in one of its lists.

The list is never written whole, since its order is the precedence of params and others keep their entries in it.
"""

import re
from dataclasses import dataclass
from typing import Any

from drp_provider.engine import claims, holders, verbs
from drp_provider.engine.settling import Rejection, settle
from drp_provider.engine.verbs import Documents, State, Verdict
from drp_provider.errors import NotFound, PatchRejected, Unprocessable
from drp_provider.models.assignment import Entry
from drp_provider.models.base import Inputs
from drp_provider.models.fields import RUN_KEY_PREFIX
from drp_provider.patch.operation import Operation, add, remove, replace, test
from drp_provider.patch.pointer import pointer_to, value_at
from drp_provider.patch.progress_record import restoration
from drp_provider.patch.values import ABSENT

Document = dict[str, Any]

RUNNABLE = "/Runnable"


@dataclass(frozen=True)
class _Target:
    """The entry as messages and patches need it."""

    key: str
    item: str
    subject: str
    instead_of: str | None
    """The entry that it replaces in the program, and whose place, which is a precedence, it takes."""


class EntryLifecycle:
    """Adds an entry to a list of an object, confirms it, and takes it out again."""

    def __init__(self, model: type[Entry]) -> None:
        self.model = model
        self.list_pointer = pointer_to(model.list_field)

    def check(self, olds: Inputs, news: Inputs) -> tuple[Inputs, list[str]]:
        """See `verbs.check`."""
        completed, faults = verbs.check(self.model, olds, news)
        holder, item = completed.get(self.model.holder), completed.get(self.model.item)
        if isinstance(holder, str) and isinstance(item, str):
            claims.declare(self._thing(completed), self.model.__name__)
        return completed, faults

    def diff(self, olds: Inputs, news: Inputs) -> Verdict:
        """See `verbs.diff`; the same machine by its other name is no change."""
        settled = holders.settled(self.model, olds, news)
        verdict = verbs.diff(self.model, olds, settled)
        if verdict.replaces == (self.model.item,) and isinstance(news[self.model.item], str):
            claims.take_position(self._thing(news), olds[self.model.item])
        return verdict

    def create(self, api: Documents, inputs: Inputs) -> State:
        """One `PATCH` that appends; an entry that is there already is ours from now on.

        An entry that the program replaces by this one gives its place to it: a machine that carried two clusters for a
        while would find the older one first.

        Raises:
            NotFound: there is no such machine, or no such profile; the machine is as it was.
        """
        target = self._target(inputs)
        try:
            document, was_runnable = self._append(api, target)
        except NotFound as error:
            undone = f"{self.model.item_noun} {inputs[self.model.item]!r} was not assigned"
            raise holders.unknown(self.model, inputs, undone, error) from None
        if self._is_missing(document, target.item):
            self._take_back(api, document, target, runnable=was_runnable)
            raise self._no_item(target)
        return self._state(inputs, document)

    def update(self, api: Documents, id_: str, olds: Inputs, news: Inputs) -> State:  # noqa: ARG002 - Lifecycle's
        """Nothing of an entry can change but its name in the program."""
        return State(id_, {**olds, **news}, news)

    def read(self, api: Documents, id_: str, olds: Inputs) -> State | None:
        """The entry, or None when it or its object is gone."""
        document = api.find(self.model.prefix, self._holder_key(id_))
        if document is None or olds[self.model.item] not in document[self.model.list_field]:
            return None
        inputs = {name: olds[name] for name in verbs.input_names(self.model) if name in olds}
        return self._state(inputs, document)

    def delete(self, api: Documents, id_: str, olds: Inputs) -> None:
        """Take the entry out, from a fresh look at the list; what is gone already is fine."""
        key, item = self._holder_key(id_), olds[self.model.item]
        if claims.is_declared(*((self.model.prefix, name, item) for name in holders.names_of(self.model, key, olds))):
            return  # The program still declares the pair, by another resource or under another name of the machine.

        def send() -> bool:
            document = api.find(self.model.prefix, key)
            if document is not None and item in document[self.model.list_field]:
                api.patch(self.model.prefix, key, verbs.to_wire(self._leaving(document, item)))
            return True

        def look(_: Rejection) -> None:
            """Let `send` look: it always does."""

        try:
            settle(f"{self.model.list_field} of {key}", send, look)
        except NotFound:
            return

    def _target(self, inputs: Inputs) -> _Target:
        holder, item = inputs[self.model.holder], inputs[self.model.item]
        subject = f"{self.model.holder} {holder!r}"
        return _Target(holders.key_of(holder), item, subject, claims.position_of(self._thing(inputs)))

    def _thing(self, inputs: Inputs) -> claims.Thing:
        return (self.model.prefix, inputs[self.model.holder], inputs[self.model.item])

    def _id(self, document: Document, item: str) -> str:
        return f"{document['Uuid']}/{item}"

    def _holder_key(self, id_: str) -> str:
        return id_.partition("/")[0]

    def _state(self, inputs: Inputs, document: Document) -> State:
        """Return the record; `place` says which profiles the machine finds before this one."""
        facts = holders.facts_of(self.model, document)
        item, entries = inputs[self.model.item], document[self.model.list_field]
        position = {self.model.item: item, "behind": entries[: entries.index(item)]}
        return State(self._id(document, item), {**inputs, **facts, "position": position}, inputs)

    def _append(self, api: Documents, target: _Target) -> tuple[Document, bool]:
        """Append the entry; return the machine, and whether it was runnable before.

        A profile that does not exist is accepted with 200, and the endpoint then stops the machine (`Runnable` false,
        for good). Only a machine that was running may be started again, hence the `test`: it tells which it was,
        without a request of its own.
        """
        was_runnable = True

        def send() -> Document:
            guard = [test(RUNNABLE, value=True)] if was_runnable else []
            lines = [*guard, *self._addition(api, target)]
            try:
                return api.patch(self.model.prefix, target.key, verbs.to_wire(lines))
            except Unprocessable as error:
                refused = error
            document = api.get(self.model.prefix, target.key)
            if target.item not in document[self.model.list_field]:
                raise refused
            return document

        def look(error: Rejection) -> Document | None:
            nonlocal was_runnable
            document = api.get(self.model.prefix, target.key)
            if isinstance(error, PatchRejected):
                was_runnable = bool(document["Runnable"])
                return None
            return document if target.item in document[self.model.list_field] else None

        return settle(target.subject, send, look), was_runnable

    def _is_missing(self, document: Document, item: str) -> bool:
        pattern = re.compile(rf"{self.model.item} {re.escape(item)} \(at \d+\) does not exist", re.IGNORECASE)
        return any(pattern.search(message) for message in document.get("Errors") or ())

    def _take_back(self, api: Documents, document: Document, target: _Target, *, runnable: bool) -> None:
        """Leave the machine as it was before the entry was added."""
        key = document["Uuid"]

        def send() -> bool:
            live = api.get(self.model.prefix, key)
            if target.item in live[self.model.list_field]:
                lines = self._removal(live, target.item)
                if target.instead_of is not None and target.instead_of not in live[self.model.list_field]:
                    lines = [lines[0], replace(lines[0].path, target.instead_of)]
                if runnable and not live["Runnable"]:
                    lines.append(replace(RUNNABLE, value=True))
                api.patch(self.model.prefix, key, verbs.to_wire(lines))
            return True

        def look(_: Rejection) -> None:
            """Let `send` look: it always does."""

        settle(target.subject, send, look)

    def _addition(self, api: Documents, target: _Target) -> list[Operation]:
        """Append, or take the place of the one that is replaced, as a fresh look at the list shows it."""
        if target.instead_of is not None:
            document = api.get(self.model.prefix, target.key)
            entries, names = document[self.model.list_field], (document["Uuid"], document["Name"])
            kept = claims.is_declared(*((self.model.prefix, name, target.instead_of) for name in names))
            if target.instead_of in entries and target.item not in entries and not kept:
                place = f"{self.list_pointer}/{entries.index(target.instead_of)}"
                return [test(place, target.instead_of), replace(place, target.item)]
        return [add(f"{self.list_pointer}/-", target.item)]

    def _removal(self, document: Document, item: str) -> list[Operation]:
        """Remove the last entry of that name, guarded by a `test` of its place."""
        found = [index for index, entry in enumerate(document[self.model.list_field]) if entry == item]
        place = f"{self.list_pointer}/{found[-1]}"
        return [test(place, item), remove(place)]

    def _leaving(self, document: Document, item: str) -> list[Operation]:
        """Take the entry out, and with it what the cluster has left in the machine's Meta."""
        meta = document.get("Meta") or {}
        mark = pointer_to("Meta", f"{RUN_KEY_PREFIX}{item}")
        run = value_at(document, mark)
        unmarked = [] if run is ABSENT else [test(mark, run), remove(mark)]
        return [*self._removal(document, item), *unmarked, *restoration(meta, item)]

    def _no_item(self, target: _Target) -> NotFound:
        text = (
            f"{self.model.item_noun} {target.item!r} does not exist, so it was taken back from {target.subject}, which "
            "is as it was: create the profile first, or pass the `name` output of the resource that does."
        )
        return NotFound(text, code=404, model=self.model.prefix, key=target.key)
