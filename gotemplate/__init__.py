"""A subset of Go's text/template, in which DRP content is written.

A pure library: no I/O, no clock, nothing of the endpoint but how Go writes floats. Text goes through `lexer`, `parser`
(with `pipelines` and `literals`) and `nodes` to `execution`, which walks statements, and `expressions`, which has their
values. What it renders, Go renders the same; anything else that Go could render is a `RenderError`. docs/templates.md
states the subset.
"""

from gotemplate.budget import Budget, Limits
from gotemplate.errors import RenderError, TemplateError
from gotemplate.templates import Templates, parse
from gotemplate.values import Exposed, Method, Stringer, StringList, StringMap, json_value

__all__ = [
    "Budget",
    "Exposed",
    "Limits",
    "Method",
    "RenderError",
    "StringList",
    "StringMap",
    "Stringer",
    "TemplateError",
    "Templates",
    "json_value",
    "parse",
]
