"""A set of templates that may call one another."""

from collections.abc import Mapping
from typing import Any, Self

from gotemplate.budget import Budget, Limits
from gotemplate.errors import RenderError
from gotemplate.execution import Execution
from gotemplate.functions import builtins
from gotemplate.nodes import Template
from gotemplate.parser import parsed
from gotemplate.values import Method

_DEFAULT_LIMITS = Limits()
# Reading a token takes about as long as this many steps of a rendering.
_STEPS_PER_TOKEN = 5


class Templates:
    """Templates by name.

    Args:
        functions: What templates may call besides Go's own functions; they are known when a text is parsed.
        limits: Where a runaway template ends.
        strict: A field that a map does not have is an error, as in DRP, which sets Go's option `missingkey=error`.
            Otherwise it has no value, which is Go's default.
    """

    def __init__(
        self,
        functions: Mapping[str, Method] | None = None,
        limits: Limits = _DEFAULT_LIMITS,
        *,
        strict: bool = True,
    ) -> None:
        self._strict = strict
        self._functions = dict(functions or {})
        self._known = frozenset(builtins(Budget(limits))) | frozenset(self._functions)
        self._limits = limits
        self._templates: dict[str, Template] = {}

    def add(self, name: str, text: str, budget: Budget | None = None) -> Self:
        """Add a text, and every template that it defines; a later one replaces an earlier one unless it is empty.

        Args:
            name: Its name.
            text: The text.
            budget: What reading it may cost; without one, only the limits count.

        Raises:
            RenderError: The text is no template, or uses what this package leaves out.
            TemplateError: The budget is used up.
        """
        found = parsed(name, text, self._known, self._limits)
        if budget is not None:
            budget.spend(found.tokens * _STEPS_PER_TOKEN)
        for defined, template in found.templates.items():
            if defined not in self._templates or not template.is_empty:
                self._templates[defined] = template
        return self

    def copy(self) -> "Templates":
        """Return a set with the same templates, to which others can be added without touching this one."""
        twin = Templates.__new__(Templates)
        twin._functions, twin._known, twin._limits = self._functions, self._known, self._limits
        twin._strict = self._strict
        twin._templates = dict(self._templates)
        return twin

    @property
    def names(self) -> list[str]:
        """Return the names of all templates, sorted."""
        return sorted(self._templates)

    def render(self, name: str, data: Any = None, budget: Budget | None = None) -> str:
        """Return the text of a template, applied to a JSON value or an `Exposed` object.

        Args:
            name: The template.
            data: What it is applied to.
            budget: What it may cost, if several renderings share that; otherwise its `limits` say it.

        Raises:
            RenderError: It cannot be rendered; nothing is rendered in part.
        """
        template = self._templates.get(name)
        if template is None:
            message = f'template: no template "{name}"'
            raise RenderError(message, template=name, line=1, column=1, construct="", reason=message)
        budget = budget or Budget(self._limits)
        return Execution(self._templates, self._functions, budget, strict=self._strict).run(template, data)

    def render_text(self, name: str, text: str, data: Any = None) -> str:
        """Return the text of a template that is not kept; it may call those of the set.

        Raises:
            RenderError: It is no template, or cannot be rendered.
        """
        return self.copy().add(name, text).render(name, data)


def parse(name: str, text: str, budget: Budget | None = None, *, strict: bool = True) -> Templates:
    """Return a set that holds the templates of one text; `budget` as in `add`, `strict` as in `Templates`.

    Raises:
        RenderError: The text is no template, or uses what this package leaves out.
    """
    return Templates(strict=strict).add(name, text, budget)
