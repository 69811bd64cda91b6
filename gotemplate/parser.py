"""Tokens to statements: what may stand in a template, and where."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, NoReturn

from gotemplate.budget import Limits
from gotemplate.errors import RenderError, TemplateError
from gotemplate.lexer import Kind, Token, Unreadable, tokens
from gotemplate.literals import raw_string, string
from gotemplate.nodes import (
    Action,
    Break,
    Continue,
    If,
    Include,
    Pipe,
    Range,
    Statement,
    Template,
    Text,
    With,
)
from gotemplate.pipelines import Pipelines

_BRANCHES: dict[str, type[If | With | Range]] = {"if": If, "with": With, "range": Range}


# The tree of a text takes up to a hundred times its memory.
_LONGEST_REMEMBERED = 32 * 1024


class Parsed(NamedTuple):
    """What was read from a text.

    Attributes:
        templates: The text itself and what it defines, by name.
        tokens: How many pieces the text has, which is what reading it costs.
    """

    templates: Mapping[str, Template]
    tokens: int


def parsed(name: str, text: str, functions: frozenset[str], limits: Limits) -> Parsed:
    """Return the templates of a text.

    The answer is remembered unless the text is long: an endpoint reads the same templates for every job.

    Raises:
        RenderError: Go would not read it either, or it uses what this package leaves out.
    """
    read = _parsed if len(text) <= _LONGEST_REMEMBERED else _parsed.__wrapped__
    return read(name, text, functions, limits)


@lru_cache(maxsize=128)
def _parsed(name: str, text: str, functions: frozenset[str], limits: Limits) -> Parsed:
    try:
        text.encode()
        stream = tokens(text, limits.tokens)
        parser = Parser(name, text, stream, functions, limits.variables)
    except UnicodeEncodeError as error:
        raise RenderError.reading(name, text, error.start, "half of a surrogate pair is no UTF-8") from None
    except Unreadable as unreadable:
        raise RenderError.reading(name, text, unreadable.position, str(unreadable)) from None
    try:
        parser.whole_text()
    except TemplateError as error:
        raise RenderError.reading(name, text, parser.position, str(error)) from None
    except RecursionError:
        raise RenderError.reading(name, text, parser.position, "nested too deeply") from None
    return Parsed(parser.found, len(stream))


class Parser(Pipelines):
    """A recursive descent over statements; `Pipelines` reads what stands inside one."""

    def __init__(
        self, name: str, text: str, stream: list[Token], functions: frozenset[str], most_variables: int
    ) -> None:
        super().__init__(stream, functions, most_variables)
        self.found: dict[str, Template] = {}
        self._source = name
        self._text = text
        self._ranges = 0

    def whole_text(self) -> None:
        """Statements and definitions up to the end."""
        body: list[Statement] = []
        while self.peek().kind is not Kind.END:
            if self._starts("define"):
                self._definition()
            elif stop := self._statement(body):
                self.refuse(stop)
        self._add(self._source, body)

    def _add(self, name: str, body: list[Statement]) -> None:
        template = Template(name, self._source, self._text, body)
        old = self.found.get(name)
        if old is None or old.is_empty:
            self.found[name] = template
        elif not template.is_empty:
            raise TemplateError(f'multiple definition of template "{name}"')

    def _starts(self, word: str) -> bool:
        """Consume a left delimiter and this keyword, if they come next."""
        mark = self.at
        if self.next().kind is Kind.LEFT and self._is(self.next_solid(), word):
            return True
        self.at = mark
        return False

    @staticmethod
    def _is(token: Token, word: str) -> bool:
        return token.kind is Kind.KEYWORD and token.text == word

    def _definition(self) -> None:
        name = self._template_name("define clause")
        self.expect(Kind.RIGHT, "define clause")
        self._add(name, self._separate_body("define clause"))

    def _separate_body(self, context: str) -> list[Statement]:
        """Return the body of another template: it sees none of the variables and loops around it."""
        variables, ranges = self.variables, self._ranges
        self.variables, self._ranges = ["$"], 0
        body, stop = self._body()
        if not self._is(stop, "end"):
            raise TemplateError(f"unexpected {{{{else}}}} in {context}")
        self._close(stop)
        self.variables, self._ranges = variables, ranges
        return body

    def _body(self) -> tuple[list[Statement], Token]:
        """Statements up to an `else` or an `end`, which comes with them, its right delimiter unread."""
        body: list[Statement] = []
        while self.peek().kind is not Kind.END:
            stop = self._statement(body)
            if stop is not None:
                return body, stop
        self.next()
        raise TemplateError("unexpected end of the template")

    def _statement(self, body: list[Statement]) -> Token | None:
        """Add the next statement to a body; an `else` or `end` is returned instead."""
        token = self.next_solid()
        if token.kind is Kind.TEXT:
            body.append(Text(token.start, token.end, token.text))
            return None
        word = self.next_solid()
        if word.kind is not Kind.KEYWORD or word.text == "nil":
            self.back(word)
            pipe = self.pipeline("command", Kind.RIGHT)
            body.append(Action(pipe.start, pipe.end, pipe))
            return None
        if word.text in ("else", "end"):
            return word
        with self.nested():
            body.append(self._control(word))
        return None

    def _control(self, word: Token) -> Statement:
        if word.text in _BRANCHES:
            return self._branch(word)
        if word.text in ("break", "continue"):
            self._close(word)
            if not self._ranges:
                raise TemplateError(f"{{{{{word.text}}}}} outside {{{{range}}}}")
            return (Break if word.text == "break" else Continue)(word.start, word.end)
        if word.text == "template":
            return self._include(word)
        if word.text != "block":
            self.refuse(word)
        name = self._template_name("block clause")
        pipe = self.pipeline("block clause", Kind.RIGHT)
        self._add(name, self._separate_body("block clause"))
        return Include(word.start, pipe.end, name, pipe)

    def _include(self, word: Token) -> Include:
        name = self._template_name("template clause")
        token = self.next_solid()
        if token.kind is Kind.RIGHT:
            return Include(word.start, token.start, name, None)
        self.back(token)
        pipe = self.pipeline("template clause", Kind.RIGHT)
        return Include(word.start, pipe.end, name, pipe)

    def _template_name(self, context: str) -> str:
        token = self.next_solid()
        if token.kind not in (Kind.STRING, Kind.RAW):
            self.unexpected(token, context)
        return string(token.text) if token.kind is Kind.STRING else raw_string(token.text)

    def _close(self, word: Token) -> None:
        self.expect(Kind.RIGHT, word.text)

    def _branch(self, word: Token) -> Statement:
        """`if`, `with` or `range`; a chain of `else if` becomes one inside the other, without recursion."""
        context = word.text
        variables = len(self.variables)
        heads: list[tuple[Token, Pipe, list[Statement]]] = []
        otherwise: list[Statement] = []
        while True:
            pipe = self.pipeline(context, Kind.RIGHT)
            self._ranges += context == "range"
            body, stop = self._body()
            self._ranges -= context == "range"
            heads.append((word, pipe, body))
            if not self._is(stop, "else"):
                break
            following = self.next_solid()
            if context != "range" and self._is(following, context):
                word = following
                continue
            self.back(following)
            self._close(stop)
            otherwise, stop = self._body()
            break
        if not self._is(stop, "end"):
            raise TemplateError(f"expected end; found {{{{{stop.text}}}}}")
        self._close(stop)
        del self.variables[variables:]
        return _folded(heads, otherwise)

    def refuse(self, token: Token) -> NoReturn:
        """Raise the error for a keyword in a wrong position."""
        self.back(token)
        raise TemplateError(f"unexpected {{{{{token.text}}}}}")


def _folded(heads: list[tuple[Token, Pipe, list[Statement]]], otherwise: list[Statement]) -> Statement:
    for word, pipe, body in reversed(heads):
        kind: type[If | With | Range] = _BRANCHES[word.text]
        otherwise = [kind(word.start, pipe.end, pipe, body, otherwise)]
    return otherwise[0]
