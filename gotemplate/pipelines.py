"""Tokens to pipelines: what stands between the braces of an action."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from gotemplate.errors import TemplateError
from gotemplate.lexer import Kind, Token
from gotemplate.literals import character, number, raw_string, string
from gotemplate.nodes import (
    Chain,
    Command,
    Dot,
    Field,
    Function,
    Literal,
    Nil,
    Number,
    Operand,
    Pipe,
    Variable,
)

# Deep enough for every script; shallow enough for Python's stack.
DEEPEST = 60
_STARTS_COMMAND = frozenset(
    (
        Kind.CHAR,
        Kind.DOT,
        Kind.FIELD,
        Kind.NUMBER,
        Kind.OPEN,
        Kind.RAW,
        Kind.STRING,
        Kind.VARIABLE,
        Kind.WORD,
    ),
)
_SECOND_IN_RANGE = frozenset((Kind.VARIABLE, Kind.RIGHT, Kind.CLOSE))


class Pipelines:
    """A cursor over tokens, and the grammar of pipelines.

    Attributes:
        at: The index of the next token.
        position: Where the token that was read last starts, for error messages.
        variables: Those that are declared so far.
    """

    def __init__(self, stream: list[Token], functions: frozenset[str], most_variables: int) -> None:
        self.at = 0
        self.position = 0
        self.variables = ["$"]
        self._stream = stream
        self._functions = functions
        self._most_variables = most_variables
        self._depth = 0

    def next(self) -> Token:
        """Return the next token; the last one repeats."""
        token = self._stream[self.at]
        self.position = token.start
        if token.kind is not Kind.END:
            self.at += 1
        return token

    def peek(self) -> Token:
        """Return the next token, unread."""
        return self._stream[self.at]

    def next_solid(self) -> Token:
        """Return the next token that is no white space."""
        token = self.next()
        return self.next() if token.kind is Kind.SPACE else token

    def peek_solid(self) -> Token:
        """Return the next token that is no white space; white space before it is read."""
        if self.peek().kind is Kind.SPACE:
            self.at += 1
        return self.peek()

    def back(self, token: Token) -> None:
        """Unread this token, the last that was read."""
        if token.kind is not Kind.END:
            self.at -= 1

    def expect(self, kind: Kind, context: str) -> Token:
        """Return the next token, which must be of a kind."""
        token = self.next_solid()
        if token.kind is not kind:
            self.unexpected(token, context)
        return token

    def unexpected(self, token: Token, context: str) -> NoReturn:
        """Raise the error for a token that is not allowed here."""
        raise TemplateError(f"unexpected {token.text or 'end of the template'!r} in {context}")

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Yield one level down.

        Raises:
            TemplateError: It goes down too far.
        """
        if self._depth == DEEPEST:
            raise TemplateError(f"nested more than {DEEPEST} levels deep")
        self._depth += 1
        yield
        self._depth -= 1

    def pipeline(self, context: str, end: Kind) -> Pipe:
        """Parse declarations and commands up to a right delimiter or parenthesis, which is read."""
        pipe = Pipe(self.peek_solid().start, 0)
        self._declarations(pipe, context)
        while True:
            token = self.next_solid()
            if token.kind is end:
                break
            if token.kind not in _STARTS_COMMAND and token[:2] != (Kind.KEYWORD, "nil"):
                self.unexpected(token, context)
            self.back(token)
            pipe.commands.append(self._command())
        pipe.end = token.start
        _check(pipe, context)
        return pipe

    def _declarations(self, pipe: Pipe, context: str) -> None:
        while self.peek_solid().kind is Kind.VARIABLE:
            mark = self.at
            variable = self.next()
            following = self.peek_solid()
            if following.kind not in (Kind.ASSIGN, Kind.DECLARE, Kind.COMMA):
                self.at = mark
                return
            self.next()
            pipe.declared.append(variable.text)
            self.variables.append(variable.text)
            if len(self.variables) > self._most_variables:
                raise TemplateError(f"more than {self._most_variables} variables")
            if following.kind is not Kind.COMMA:
                pipe.assigns = following.kind is Kind.ASSIGN
                return
            if context != "range" or len(pipe.declared) > 1:
                raise TemplateError(f"too many declarations in {context}")
            if self.peek_solid().kind not in _SECOND_IN_RANGE:
                raise TemplateError("range can only initialize variables")

    def _command(self) -> Command:
        command = Command(self.peek_solid().start, 0, [])
        while True:
            self.peek_solid()
            operand = self._operand()
            if operand is not None:
                command.operands.append(operand)
                command.end = operand.end
            token = self.next()
            if token.kind is Kind.SPACE:
                continue
            if token.kind in (Kind.RIGHT, Kind.CLOSE):
                self.back(token)
            elif token.kind is not Kind.PIPE:
                self.unexpected(token, "operand")
            break
        if not command.operands:
            raise TemplateError("empty command")
        return command

    def _operand(self) -> Operand | None:
        term = self._term()
        if term is None or self.peek().kind is not Kind.FIELD:
            return term
        names: list[str] = []
        end = term.end
        while self.peek().kind is Kind.FIELD:
            token = self.next()
            names.append(token.text[1:])
            end = token.end
        if isinstance(term, Field | Variable):
            term.names.extend(names)
            term.end = end
            return term
        if isinstance(term, Pipe | Function):
            return Chain(term.start, end, term, names)
        raise TemplateError("unexpected . after a term that has no fields")

    def _term(self) -> Operand | None:
        token = self.next_solid()
        start, end = token.start, token.end
        match token.kind:
            case Kind.WORD:
                return self._word(token)
            case Kind.DOT:
                return Dot(start, end)
            case Kind.VARIABLE:
                if token.text not in self.variables:
                    raise TemplateError(f'undefined variable "{token.text}"')
                return Variable(start, end, token.text)
            case Kind.FIELD:
                return Field(start, end, [token.text[1:]])
            case Kind.OPEN:
                with self.nested():
                    pipe = self.pipeline("parenthesized pipeline", Kind.CLOSE)
                pipe.start, pipe.end = start, pipe.end + 1
                return pipe
        constant = _constant(token)
        if constant is None:
            self.back(token)
        return constant

    def _word(self, token: Token) -> Function | Literal:
        if token.text in ("true", "false"):
            return Literal(token.start, token.end, token.text == "true")
        if token.text not in self._functions:
            raise TemplateError(f'function "{token.text}" not defined')
        return Function(token.start, token.end, token.text)


def _constant(token: Token) -> Literal | Number | Nil | None:
    start, end, text = token.start, token.end, token.text
    match token.kind:
        case Kind.STRING:
            return Literal(start, end, string(text))
        case Kind.RAW:
            return Literal(start, end, raw_string(text))
        case Kind.NUMBER:
            return number(text, start)
        case Kind.CHAR:
            return character(text, start)
        case Kind.KEYWORD if text == "nil":
            return Nil(start, end)
    return None


def _check(pipe: Pipe, context: str) -> None:
    if not pipe.commands:
        raise TemplateError(f"missing value for {context}")
    for stage, command in enumerate(pipe.commands[1:], 2):
        if isinstance(command.operands[0], Literal | Dot | Nil | Number):
            raise TemplateError(f"non executable command in pipeline stage {stage}")
