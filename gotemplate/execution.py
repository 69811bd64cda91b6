"""One run of a template: statements walked with a stack of their own, so that depth is a limit and not a crash."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gotemplate.budget import Budget
from gotemplate.errors import RenderError, TemplateError
from gotemplate.expressions import Expressions
from gotemplate.formatting import plain
from gotemplate.functions import builtins
from gotemplate.nodes import (
    Action,
    Break,
    Continue,
    If,
    Include,
    Range,
    Statement,
    Template,
    Text,
    With,
)
from gotemplate.output import Output
from gotemplate.values import NIL, Byte, Method, adopted, is_true, type_name

_SORTED_PER_STEP = 4


@dataclass(slots=True, eq=False)
class _Frame:
    """A list of statements that is being walked.

    Attributes:
        mark: How many variables to keep when it ends.
        turns: The turns of the loop that it is the body of, if it is one.
        loop: That loop, and `inner`: how many variables to keep between turns.
        caller: The variables and the template of the caller, if this is the body of a template.
        stops: A `break` in here, in the `else` of a `range`, ends this and not the loop around it; that is Go's way.
    """

    body: list[Statement]
    dot: Any
    mark: int
    at: int = 0
    loop: Range | None = None
    inner: int = 0
    turns: Iterator[tuple[Any, Any]] = field(default_factory=lambda: iter(()))
    caller: tuple[list[tuple[str, Any]], Template] | None = None
    stops: bool = False


class Execution:
    """One run. The text comes out of `run`."""

    def __init__(
        self,
        templates: Mapping[str, Template],
        functions: Mapping[str, Method],
        budget: Budget,
        *,
        strict: bool,
    ) -> None:
        self._templates = templates
        self._budget = budget
        self._expressions = Expressions({**builtins(budget), **functions}, budget, strict=strict)
        self._output = Output(budget)
        self._frames: list[_Frame] = []
        self._depth = 0

    def run(self, template: Template, data: Any) -> str:
        """Render one template.

        Raises:
            RenderError: It cannot be rendered.
        """
        self._template = template
        try:
            self._call(template, adopted(data) if data is not None else None)
            self._walk()
            return self._output.text()
        except TemplateError as error:
            raise self._error(str(error)) from error
        except RecursionError as error:
            raise self._error("nested too deeply") from error

    def _error(self, reason: str) -> RenderError:
        node, template = self._expressions.node, self._template
        span = (node.start, node.end) if node else (0, 0)
        return RenderError.rendering(template.source, template.text, span, template.name, reason)

    def _walk(self) -> None:
        frames, spend, write = self._frames, self._budget.spend, self._output.write
        while frames:
            frame = frames[-1]
            spend()
            if frame.at == len(frame.body):
                self._end(frame)
                continue
            node = frame.body[frame.at]
            frame.at += 1
            if isinstance(node, Text):
                write(node.text)
            else:
                self._statement(node, frame)

    def _statement(self, node: Statement, frame: _Frame) -> None:
        expressions = self._expressions
        expressions.node = node
        match node:
            case Action():
                value = expressions.pipeline(frame.dot, node.pipe)
                if not node.pipe.declared:
                    expressions.node = node
                    self._output.write(value if type(value) is str else plain(value, self._budget))
            case If() | With():
                self._branch(node, frame)
            case Range():
                self._range(node, frame)
            case Include():
                self._include(node, frame)
            case Break() | Continue():
                self._leave_turn(stop=isinstance(node, Break))

    def _branch(self, node: If | With, frame: _Frame) -> None:
        mark = len(self._expressions.variables)
        value = self._expressions.pipeline(frame.dot, node.pipe)
        if is_true(value):
            self._frames.append(_Frame(node.body, value if isinstance(node, With) else frame.dot, mark))
        else:
            self._frames.append(_Frame(node.otherwise, frame.dot, mark))

    def _range(self, node: Range, frame: _Frame) -> None:
        variables = self._expressions.variables
        mark = len(variables)
        value = self._expressions.pipeline(frame.dot, node.pipe)
        self._expressions.node = node
        if isinstance(value, dict):
            self._budget.spend(len(value) // _SORTED_PER_STEP)
        turns = _turns(value, len(node.pipe.declared))
        body = _Frame(node.body, frame.dot, mark, loop=node, inner=len(variables), turns=turns)
        if not self._next_turn(body):
            body = _Frame(node.otherwise, frame.dot, mark, stops=True)
        self._frames.append(body)

    def _next_turn(self, frame: _Frame) -> bool:
        """Set the variables and the cursor for the next turn; false if there is none."""
        expressions = self._expressions
        turn = next(frame.turns, None)
        if turn is None or frame.loop is None:
            return False
        del expressions.variables[frame.inner :]
        index, value = turn
        declared = frame.loop.pipe.declared
        if declared:
            values = (value,) if len(declared) == 1 else (index, value)
            if frame.loop.pipe.assigns:
                for name, given in zip(declared, values, strict=True):
                    expressions.assign(name, given)
            else:
                expressions.variables[frame.inner - len(declared) :] = list(zip(declared, values, strict=True))
        frame.dot, frame.at = value, 0
        return True

    def _end(self, frame: _Frame) -> None:
        """End a list: its loop turns once more, or the list around it goes on."""
        if frame.loop is not None and self._next_turn(frame):
            return
        self._frames.pop()
        if frame.caller is not None:
            self._expressions.variables, self._template = frame.caller
            self._depth -= 1
        else:
            del self._expressions.variables[frame.mark :]

    def _leave_turn(self, *, stop: bool) -> None:
        while self._frames[-1].loop is None and not (stop and self._frames[-1].stops):
            self._frames.pop()
        frame = self._frames[-1]
        frame.at = len(frame.body)
        if stop:
            frame.turns = iter(())

    def _include(self, node: Include, frame: _Frame) -> None:
        template = self._templates.get(node.name)
        if template is None:
            raise TemplateError(f'template "{node.name}" not defined')
        if self._depth == self._budget.limits.depth:
            raise TemplateError(f"exceeded maximum template depth ({self._budget.limits.depth})")
        data = None if node.pipe is None else self._expressions.pipeline(frame.dot, node.pipe)
        self._call(template, data)

    def _call(self, template: Template, data: Any) -> None:
        caller = (self._expressions.variables, self._template)
        self._expressions.variables = [("$", data)]
        self._template = template
        self._frames.append(_Frame(template.body, data, 0, caller=caller))
        self._depth += 1


def _turns(value: Any, variables: int) -> Iterator[tuple[Any, Any]]:
    if value is None or value is NIL:
        return iter(())
    if isinstance(value, list):
        return ((index, adopted(item)) for index, item in enumerate(value))
    if isinstance(value, dict):
        return ((name, adopted(value[name])) for name in sorted(value))
    if isinstance(value, int) and not isinstance(value, bool):
        if variables > 1:
            raise TemplateError(f"can't use {value} to iterate over more than one variable")
        kind = Byte if isinstance(value, Byte) else int
        return ((None, kind(number)) for number in range(value))
    raise TemplateError(f"range can't iterate over {type_name(value)}")
