"""Regular expressions as Go has them: RE2, whose matching takes time proportional to the text."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drp_emulator.wire.cost import CostBudget

# What one expression may use; 128 of them are kept by the library.
_MEMORY_BYTES = 1 << 20
# RE2 in C++ and Go's regexp name the same mistakes differently.
_GO_WORDS = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid named capture group": "invalid named capture",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid repetition size": "invalid repeat count",
    "no argument for repetition operator": "missing argument to repetition operator",
    "pattern too large - compile failed": "expression too large",
    "trailing \\": "trailing backslash at end of expression",
}
# Of the characters times instructions that a match can visit, a processor does about this many in one step's time.
_VISITS_PER_STEP = 1024
_BYTES_PER_STEP = 1024
# A short text can be a large program: `\pL{20}` has 24,000 instructions.
_COMPILED_PER_STEP = 8
_INVALID_STEPS = 2000
_SHOWN = 100


class InvalidRegexp(ValueError):
    """The text is no regular expression; the message is Go's."""


class Regexp:
    """A compiled expression.

    Args:
        text: The expression.

    Raises:
        InvalidRegexp: It is none, or one that is too large.
    """

    def __init__(self, text: str) -> None:
        self._compiled = _compiled(text)

    @property
    def size(self) -> int:
        """Return the number of instructions."""
        return int(self._compiled.programsize)

    def is_in(self, text: str, budget: "CostBudget") -> bool:
        """Return whether the expression matches any part of a text.

        Raises:
            CostExceeded: The text and the expression together are too long for the budget.
        """
        data = text.encode("utf-8", "replace")
        budget.spend(1 + len(data) * self.size // _VISITS_PER_STEP)
        return self._compiled.search(data) is not None


def compiled(text: str, budget: "CostBudget") -> Regexp:
    """Compile an expression at the expense of a budget.

    Raises:
        CostExceeded: The budget is used up.
        InvalidRegexp: It is no expression.
    """
    budget.spend(1 + len(text) // _BYTES_PER_STEP)
    if text not in budget.expressions:
        try:
            expression = Regexp(text)
        except InvalidRegexp:
            budget.spend(_INVALID_STEPS)
            raise
        budget.spend(expression.size // _COMPILED_PER_STEP)
        budget.expressions[text] = expression
    return budget.expressions[text]


@lru_cache(maxsize=1)
def _options() -> Any:
    # 15 ms to import, and few requests bring an expression.
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    options.never_capture = True
    return options


def _compiled(text: str) -> Any:
    import re2

    try:
        return re2.compile(text, options=_options())
    except re2.error as error:
        raise InvalidRegexp(_in_words_of_go(error.args[0].decode("utf-8", "replace"), text)) from None


def _in_words_of_go(message: str, text: str) -> str:
    reason, separator, part = message.partition(": ")
    if not separator and reason.startswith("pattern too large"):
        part = text[:_SHOWN]
    return f"error parsing regexp: {_GO_WORDS.get(reason, reason)}: `{part}`"
