"""One case of the matrix: an operation on a resource, one spoilt request, and what must hold afterwards."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.machines import Workflow
from tests.matrix.objects import Cluster, UnmarkedProfile
from tests.matrix.subject import Subject
from tests.matrix.world import CANARY, Document, World, alike, attempt
from tests.support.fault_proxy import Passage
from tests.support.faults import FOR_GOOD, Fault
from tests.support.plugin import Plugin

ALLOWED = {"OutcomeUnknown", "UnexpectedAnswer", "EndpointUnreachable", "ServerFault", "Unauthorized", "Forbidden"}
"""Errors that say that the way to the endpoint is disturbed. Nobody has written to what the program owns."""
LONGEST = 700
LOST = "had the wanted value already. If an interrupted run overwrote another value"
TRACES = ("Traceback", "KeyError", "TypeError", "AttributeError", "ValueError", "AssertionError", "Exception calling")


@dataclass(frozen=True)
class Operation:
    """`create`, `update:<which>`, `read`, `read what is gone` or `delete`."""

    name: str

    @property
    def update(self) -> str:
        return self.name.partition(":")[2]

    @property
    def creates(self) -> bool:
        return self.name == "create"

    @property
    def removes(self) -> bool:
        return self.name == "delete"


def operations_of(subject: Subject) -> list[Operation]:
    """The operations that make requests for this subject."""
    seen = ("read", "read what is gone", "delete") if subject.is_seen else ()
    others = () if subject.only_updates else ("create", *seen)
    return [Operation(name) for name in (*(f"update:{which}" for which in subject.updates), *others)]


@dataclass(frozen=True)
class Clean:
    """What an undisturbed run of an operation gives and leaves."""

    calls: list[str]
    result: Any
    held: Any
    left: Any
    starts: int


@dataclass
class Case:
    """One run of an operation under one fault, or under none."""

    world: World
    subject: Subject
    operation: Operation
    fault: Fault | None = None
    number: int = 1
    times: int = 1
    problems: list[str] = field(default_factory=list)
    starts: int = 0
    landed: bool = False
    """Whether a write of the operation had landed when the fault came."""
    must_keep: bool = False
    """Whether what others wrote at the moment of the fault must be there afterwards."""

    def __post_init__(self) -> None:
        self.name = self.world.new_name()

    def clean(self) -> Clean:
        """Run it undisturbed."""
        call = self._prepared()
        self._arm()
        result = call(self.world.now)
        calls = self.world.proxy.disarm()
        held, starts = self._held(), self.starts
        left = self._after_delete(result)
        if self.subject.restores and not self.operation.name.endswith("gone"):
            assert left == self._before, f"{self}: a delete leaves {left}"
        return Clean(calls, self._alike(result), held, left, starts)

    def disturbed(self, clean: Clean) -> list[str]:
        """Run it under the fault; return what is wrong afterwards."""
        call = self._prepared()
        said = len(self.world.again.stderr)
        self._arm()
        result, error = attempt(lambda: call(self.world.now))
        self.world.proxy.disarm()
        if error:
            self._judge(error)
            if self._is_stated_loss_of_creation():
                return self._stated_loss_of_creation(call)
            result, again = attempt(lambda: call(self.world.again))
            if again:
                return [*self.problems, f"the repeat after {error.strip()!r} failed: {again.strip()}"]
        overwritten = self._is_overwritten(error, self.world.again.stderr[said:])
        self._compare("the result", self._alike(result), clean.result, overwritten=overwritten)
        self._compare("the endpoint", self._kept(self._held()), clean.held)
        if self.starts != clean.starts and not (error and self._starts_again()):
            self.problems.append(f"the workflow was started {self.starts} times instead of {clean.starts}")
        left = self._after_delete(result)
        self._compare("a later delete", self._kept(left, deleted=True), clean.left, overwritten=overwritten)
        return self.problems

    def __str__(self) -> str:
        how = {1: "once", FOR_GOOD: "for good"}.get(self.times, f"{self.times} times")
        fault = f", request {self.number}: {self.fault.name}, {how}" if self.fault else ""
        return f"{self.subject.label}, {self.operation.name}{fault} [{self.name}]"

    def _prepared(self) -> Callable[[Plugin], Any]:
        """Bring everything up to the operation; return the operation."""
        to, subject, name, model = self.world.admin, self.subject, self.name, self.subject.model
        self.world.proxy.on_landing = self._on_landing
        self.world.proxy.on_fault = None
        subject.prepare(to, name)
        self._before = self._held()
        inputs = subject.inputs(to, name)
        if self.operation.creates:
            return lambda plugin: plugin.create(model, inputs)
        id_, outputs = self.world.earlier.create(model, inputs)
        subject.live(to, name)
        if self.operation.name.endswith("gone"):
            subject.vanish(to, name)
        if self.operation.update:
            news = subject.changed(to, name, self.operation.update)
            return lambda plugin: (id_, plugin.update(model, id_, outputs, news))
        destroyer = self.world.destroyer
        if self.operation.removes:
            return lambda _: self._deleted(id_, outputs)
        return lambda _: destroyer.read(model, id_, outputs)

    def _deleted(self, id_: str, outputs: Document) -> tuple[str, Document]:
        self.world.destroyer.delete(self.subject.model, id_, outputs)
        return id_, outputs

    def _arm(self) -> None:
        self.starts, self.landed = 0, False
        self.world.proxy.on_fault = self._on_fault if self.fault else None
        self.world.proxy.arm(self.fault, self.number, self.times)

    def _on_landing(self, passage: Passage) -> None:
        self.landed = True
        self.starts += _is_start(passage)
        self.subject.react(self.world.admin, self.name, passage)

    def _on_fault(self, passage: Passage, lands: bool) -> None:
        if not self.subject.foreign or self.world.proxy.hits > 1:
            return
        self.subject.meanwhile(self.world.admin, self.name)
        is_reset = isinstance(self.subject, Cluster) and self.operation.update == "reset"
        written = "meanwhile" in str(self._held())
        self.must_keep = written and (not is_reset or (lands and passage.request.method == "PATCH"))

    def _held(self) -> Any:
        return self._alike(self.subject.holds(self.world.admin, self.name))

    def _alike(self, value: Any) -> Any:
        return alike(value, self.name)

    def _kept(self, held: Any, *, deleted: bool = False) -> Any:
        """What is held, without what others wrote at the moment of the fault, which must be there."""
        if self.must_keep and not deleted and not self.operation.removes and "meanwhile" not in str(held):
            self.problems.append(f"what others wrote at the moment of the fault is lost: {held}")
        return _without(held, "meanwhile")

    def _after_delete(self, result: Any) -> Any:
        if self.operation.name.endswith("gone"):
            return self._held()
        id_, outputs = result[:2]
        if not self.operation.removes:
            self.subject.part(self.world.admin, self.name)
            _, error = attempt(lambda: self.world.destroyer.delete(self.subject.model, id_, outputs))
            if error:
                self.problems.append(f"a later delete failed: {error.strip()}")
        return self._held()

    def _compare(self, what: str, found: Any, wanted: Any, *, overwritten: bool = False) -> None:
        if overwritten:  # The value was lost and the user was told so: all else must be the same.
            found, wanted = _without_foreign(found), _without_foreign(wanted)
        differences = list(_differences(found, wanted))
        if differences:
            self.problems.append(f"{what} differs from a clean run: {'; '.join(differences[:4])}")

    def _judge(self, error: str) -> None:
        text = error.strip()
        kind = text.partition(":")[0]
        if kind not in ALLOWED:
            self.problems.append(f"the error is of another kind: {text}")
        if "\n" in text or len(text) > LONGEST or not text.endswith(".") or any(trace in text for trace in TRACES):
            self.problems.append(f"the error is not one sentence: {text}")
        if CANARY in text:
            self.problems.append(f"the error shows a secret: {text}")

    def _is_overwritten(self, error: str, warnings: str) -> bool:
        """Whether a failed operation has said which value it overwrote, or its repeat that one may be lost."""
        return bool(error) and ("FOREIGN" in error or LOST in warnings)

    def _starts_again(self) -> bool:
        """A restart outside of a cluster leaves no mark: after an error, its repeat starts the workflow again."""
        return type(self.subject) is Workflow and self.operation.update == "restart"

    def _is_stated_loss_of_creation(self) -> bool:
        return type(self.subject) is UnmarkedProfile and self.operation.creates and self.landed

    def _stated_loss_of_creation(self, call: Callable[[Plugin], Any]) -> list[str]:
        _, again = attempt(lambda: call(self.world.again))
        if not re.search(r"AlreadyExists: .* set adopt=True .*, or choose another name or delete the object", again):
            self.problems.append(f"without a mark, the repeat says: {again}")
        return self.problems


def _is_start(passage: Passage) -> int:
    lines = passage.request.body if isinstance(passage.request.body, list) else []
    values = {line["op"]: line.get("value") for line in lines if line.get("path") == "/Workflow"}
    return int(bool(values.get("replace")) and values["replace"] != values.get("test"))


def _without(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(member, key) for name, member in value.items() if name != key}
    return [_without(member, key) for member in value] if isinstance(value, list) else value


def _without_foreign(value: Any) -> Any:
    """The value without what `force` overwrites in the matrix."""
    for key in ("os/disk", "os/size", "overwritten", "Description"):
        value = _without(value, key)
    return value


def _differences(found: Any, wanted: Any, path: str = "") -> Iterator[str]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted({*found, *wanted}):
            yield from _differences(found.get(key, "(absent)"), wanted.get(key, "(absent)"), f"{path}.{key}")
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for index, pair in enumerate(zip(found, wanted, strict=True)):
            yield from _differences(*pair, f"{path}[{index}]")
    elif found != wanted:
        yield f"{path}: {found!r} instead of {wanted!r}"
