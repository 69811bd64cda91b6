"""The value of a pipeline: commands, operands, field chains and calls."""

from collections.abc import Mapping, Sequence
from typing import Any

from gotemplate.budget import Budget
from gotemplate.errors import RenderError, TemplateError
from gotemplate.nodes import (
    Chain,
    Command,
    Dot,
    Field,
    Function,
    Literal,
    Nil,
    Node,
    Number,
    Operand,
    Pipe,
    Variable,
)
from gotemplate.values import (
    NIL,
    Exposed,
    Method,
    StringMap,
    adopted,
    has_type,
    is_true,
    type_name,
)

# There is no value from an earlier command: None and NIL are values.
_ABSENT: Any = object()
_GO_NAMES = {str: "string", int: "int", float: "float64", bool: "bool"}
_VARIABLES_PER_STEP = 32
_SHORT_CIRCUIT = {"and": False, "or": True}


class _Given:
    """The arguments of a call, still to be evaluated, and where the cursor is meanwhile.

    Attributes:
        final: The value of the command before this one in the pipeline: the last argument.
    """

    __slots__ = ("dot", "final", "operands")

    def __init__(self, dot: Any, operands: Sequence[Operand] = (), final: Any = _ABSENT) -> None:
        self.dot = dot
        self.operands = operands
        self.final = final

    def __len__(self) -> int:
        return len(self.operands) + (self.final is not _ABSENT)


class Expressions:
    """The variables in reach, and the values of expressions that use them.

    Attributes:
        node: What is being looked at, for the error message.
    """

    def __init__(self, functions: Mapping[str, Method], budget: Budget, *, strict: bool) -> None:
        self._strict = strict
        self._budget = budget
        self.variables: list[tuple[str, Any]] = []
        self.node: Node | None = None
        self._functions = functions

    def pipeline(self, dot: Any, pipe: Pipe) -> Any:
        """Return the value of a pipeline, given to the variables that it declares."""
        self.node = pipe
        value = _ABSENT
        for command in pipe.commands:
            value = self._command(dot, command, value)
            if value is NIL:
                value = None
        for name in pipe.declared:
            if pipe.assigns:
                self.assign(name, value)
            else:
                self.variables.append((name, value))
        return value

    def assign(self, name: str, value: Any) -> None:
        """Give a variable that exists another value."""
        self.variables[self._index(name)] = (name, value)

    def _index(self, name: str) -> int:
        last = len(self.variables) - 1
        for index in range(last, -1, -1):
            if self.variables[index][0] == name:
                self._budget.spend((last - index) // _VARIABLES_PER_STEP)
                return index
        raise TemplateError(f"undefined variable: {name}")

    def _command(self, dot: Any, command: Command, final: Any) -> Any:
        self._budget.spend()
        first = command.operands[0]
        given = _Given(dot, command.operands[1:], final)
        self.node = first
        match first:
            case Field():
                return self._chain(dot, first.names, first, given)
            case Function():
                return self._call(first.name, self._functions[first.name], command, given)
            case Variable() if first.names:
                return self._chain(self.variables[self._index(first.name)][1], first.names, first, given)
            case Chain():
                return self._chain(self._operand(dot, first.base), first.names, first, given)
            case Nil():
                raise TemplateError("nil is not a command")
        if given:
            raise TemplateError("can't give argument to non-function")
        return self._operand(dot, first)

    def _operand(self, dot: Any, operand: Operand) -> Any:
        """Return the value of an operand without arguments."""
        self.node = operand
        match operand:
            case Literal():
                value: Any = operand.value
            case Field():
                value = self._chain(dot, operand.names, operand, _Given(dot))
            case Variable():
                value = self.variables[self._index(operand.name)][1]
                value = self._chain(value, operand.names, operand, _Given(dot))
            case Dot():
                value = dot
            case Pipe():
                value = self.pipeline(dot, operand)
            case Function():
                value = self._call(operand.name, self._functions[operand.name], operand, _Given(dot))
            case Chain():
                value = self._chain(self._operand(dot, operand.base), operand.names, operand, _Given(dot))
            case Number():
                value = _constant(operand)
            case Nil():
                value = None
        return value

    def _chain(self, receiver: Any, names: list[str], node: Node, given: _Given) -> Any:
        """Field after field; the last gets the arguments."""
        if names:
            for name in names[:-1]:
                receiver = self._field(receiver, name, node, _Given(given.dot))
            receiver = self._field(receiver, names[-1], node, given)
        return receiver

    def _field(self, receiver: Any, name: str, node: Node, given: _Given) -> Any:
        if receiver is None:
            return self._missing(f'nil data; no entry for key "{name}"')
        if receiver is NIL:
            raise TemplateError(f"nil pointer evaluating interface {{}}.{name}")
        if isinstance(receiver, Exposed):
            method = receiver.methods.get(name)
            if method is not None:
                return adopted(self._call(name, method, node, given))
            if name in receiver.fields:
                if given:
                    raise TemplateError(f"{name} has arguments but cannot be invoked as function")
                return adopted(receiver.fields[name])
        elif isinstance(receiver, dict):
            if given:
                raise TemplateError(f"{name} is not a method but has arguments")
            if name not in receiver:
                return self._missing(f'map has no entry for key "{name}"')
            return adopted(receiver[name])
        raise TemplateError(f"can't evaluate field {name} in type {type_name(receiver)}")

    def _missing(self, reason: str) -> None:
        if self._strict:
            raise TemplateError(reason)

    def _call(self, name: str, method: Method, node: Node, given: _Given) -> Any:
        wanted = len(method.takes)
        if len(given) < wanted or (len(given) > wanted and method.rest is None):
            least = "" if method.rest is None else "at least "
            raise TemplateError(f"wrong number of args for {name}: want {least}{wanted} got {len(given)}")
        if name in _SHORT_CIRCUIT and method is self._functions.get(name):
            return self._first(given, wanted=_SHORT_CIRCUIT[name])
        types = method.takes + (method.rest or object,) * (len(given) - wanted)
        values = [self._argument(given.dot, operand, types[index]) for index, operand in enumerate(given.operands)]
        if given.final is not _ABSENT:
            values.append(_typed(given.final, types[-1]))
        for value in values:
            self._budget.read(value)
        try:
            result = method.call(*(None if value is NIL else value for value in values))
        except (TemplateError, RenderError) as error:
            self.node = node
            raise TemplateError(f"error calling {name}: {error}") from error
        self._budget.made(result)
        return result

    def _first(self, given: _Given, *, wanted: bool) -> Any:
        """Return the first value of this truth, or the last value; what follows it is not evaluated."""
        value = None
        for operand in given.operands:
            value = self._argument(given.dot, operand, object)
            if is_true(value) == wanted:
                return value
        return value if given.final is _ABSENT else given.final

    def _argument(self, dot: Any, operand: Operand, wanted: type) -> Any:
        self.node = operand
        self._budget.spend()
        if isinstance(operand, Nil):
            if wanted is not object:
                raise TemplateError(f"cannot assign nil to {_GO_NAMES[wanted]}")
            return None
        if isinstance(operand, Number | Literal) and wanted is not object:
            return _literal(operand, wanted)
        return _typed(self._operand(dot, operand), wanted)


def _constant(number: Number) -> int | float:
    """Return the value of a number where nothing says its type: its syntax does."""
    if number.looks_real and number.real is not None:
        return number.real
    if number.whole is None:
        raise TemplateError(f"{number.text} overflows int")
    return number.whole


def _literal(operand: Number | Literal, wanted: type) -> Any:
    """Return a constant takes the type that is wanted, if its syntax allows it."""
    if isinstance(operand, Literal):
        found: Any = operand.value if type(operand.value) is wanted else None
    elif wanted is int:
        found = operand.whole
    else:
        found = operand.real if wanted is float else None
    if found is None:
        raise TemplateError(f"expected {_GO_NAMES[wanted]}; found another constant")
    return found


def _typed(value: Any, wanted: type) -> Any:
    if has_type(value, wanted):
        return value
    if value is None:
        raise TemplateError(f"invalid value; expected {_GO_NAMES[wanted]}")
    raise TemplateError(f"wrong type for value; expected {_GO_NAMES[wanted]}; got {type_name(value)}")


def element(container: dict[str, Any], key: str) -> Any:
    """Return what `index` finds at a key: the zero of the map's type if there is none."""
    if key in container:
        return adopted(container[key])
    return "" if isinstance(container, StringMap) else NIL
