"""A subset of Go's text/template, in which DRP content is written.

A pure library: no I/O, no clock, nothing of the endpoint but how Go writes floats. Text goes through `lexer`, `parser`
(with `pipelines` and `literals`) and `nodes` to `execution`, which walks statements, and `expressions`, which has their
values. What it renders, Go renders the same; whatever else Go could render is a `RenderError`. docs/templates.md states
the subset.
"""

from gotemplate.errors import Fault, RenderError
from gotemplate.execution import Limits
from gotemplate.templates import Templates, parse
from gotemplate.values import Exposed, Method, Stringer, StringList, StringMap, json_value

__all__ = [
    "Exposed",
    "Fault",
    "Limits",
    "Method",
    "RenderError",
    "StringList",
    "StringMap",
    "Stringer",
    "Templates",
    "json_value",
    "parse",
]
