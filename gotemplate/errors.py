"""What goes wrong in a template, and where."""

from typing import Self

# A constant or a construct can be as long as the whole text.
_LONGEST = 1000


class TemplateError(Exception):
    """A reason without a place.

    A method that a template calls raises it to refuse; the renderer adds the place and raises `RenderError`.
    """


class RenderError(Exception):
    """A template that cannot be read or rendered.

    Attributes:
        template: The template whose text holds the place.
        line: Counted from 1.
        column: Counted from 1, in characters.
        construct: The piece of the template at fault; empty when it could not be read.
        reason: One sentence.
    """

    def __init__(self, message: str, *, template: str, line: int, column: int, construct: str, reason: str) -> None:
        super().__init__(message)
        self.template = template
        self.line = line
        self.column = column
        self.construct = construct
        self.reason = reason

    @classmethod
    def reading(cls, template: str, text: str, position: int, reason: str) -> Self:
        """Return the error of a text that is no template."""
        line, column = _place(text, position)
        reason = _shortened(reason)
        message = f"template: {template}:{line}:{column}: {reason}"
        return cls(message, template=template, line=line, column=column, construct="", reason=reason)

    @classmethod
    def rendering(cls, template: str, text: str, span: tuple[int, int], executing: str, reason: str) -> Self:
        """Return the template came upon something it cannot do; `executing` may be one that `template` defines."""
        start, end = span
        line, column = _place(text, start)
        construct, reason = _shortened(text[start:end].strip()), _shortened(reason)
        message = f'template: {template}:{line}:{column}: executing "{executing}" at <{construct}>: {reason}'
        return cls(message, template=template, line=line, column=column, construct=construct, reason=reason)


def _shortened(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"


def _place(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
