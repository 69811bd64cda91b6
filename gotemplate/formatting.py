"""Go's print, println and printf."""

import re
from typing import Any

from gotemplate.budget import Budget
from gotemplate.numbers import Flags
from gotemplate.output import Output
from gotemplate.printf import Printer
from gotemplate.quoting import REPLACEMENT
from gotemplate.values import NIL

_LARGEST_WIDTH = 1_000_000
# In steps: what a directive costs besides what it writes.
_DIRECTIVE, _FLAGS_PER_STEP = 4, 8
_INDEX = re.compile(r"\[([^\]]*)\]")
_DIGITS = re.compile(r"[0-9]*")
_FLAGS = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}
_SURROGATES = range(0xD800, 0xE000)


def plain(value: Any, budget: Budget) -> str:
    """Return a value as an action writes it."""
    if value is None or value is NIL:
        return "<no value>"
    return printed((value,), budget)


def printed(values: tuple[Any, ...], budget: Budget) -> str:
    """`print`: a space between two values of which neither is a string."""
    printer = Printer(Output(budget))
    before = True
    for index, value in enumerate(values):
        is_string = isinstance(value, str)
        if index and not is_string and not before:
            printer.output.write(" ")
        printer.argument(value, "v")
        before = is_string
    return printer.output.joined()


def printed_line(values: tuple[Any, ...], budget: Budget) -> str:
    """`println`: a space between all values, and a new line."""
    printer = Printer(Output(budget))
    for index, value in enumerate(values):
        if index:
            printer.output.write(" ")
        printer.argument(value, "v")
    printer.output.write("\n")
    return printer.output.joined()


def formatted(text: str, values: tuple[Any, ...], budget: Budget) -> str:
    """`printf`."""
    return _Format(text, values, budget).result()


class _Format:
    """A cursor over a format and one over its arguments."""

    def __init__(self, text: str, values: tuple[Any, ...], budget: Budget) -> None:
        self._text = text
        self._values = values
        self._budget = budget
        self._printer = Printer(Output(budget))
        # From here on, a left bracket has no right one.
        self._last_bracket = text.rfind("]")
        self._at = 0
        self._argument = 0
        self._reordered = False
        self._after_index = False
        self._good_index = True

    def result(self) -> str:
        write = self._printer.output.write
        while True:
            percent = self._text.find("%", self._at)
            write(self._text[self._at :] if percent < 0 else self._text[self._at : percent])
            if percent < 0:
                break
            self._at = percent + 1
            self._good_index = True
            self._read_flags()
            if self._at >= len(self._text):
                write("%!(NOVERB)")
                break
            self._verb()
        if not self._reordered and self._argument < len(self._values):
            self._extra(self._values[self._argument :])
        return self._printer.output.joined()

    def _extra(self, values: tuple[Any, ...]) -> None:
        self._printer.flags = Flags()
        self._printer.output.write("%!(EXTRA ")
        for index, value in enumerate(values):
            if index:
                self._printer.output.write(", ")
            if value is not None:
                self._printer.argument(value, "T")
                self._printer.output.write("=")
            self._printer.argument(value, "v")
        self._printer.output.write(")")

    def _read_flags(self) -> None:
        flags = self._printer.flags = Flags()
        start = self._at
        while self._at < len(self._text) and self._text[self._at] in _FLAGS:
            setattr(flags, _FLAGS[self._text[self._at]], True)
            self._at += 1
        self._budget.spend(_DIRECTIVE + (self._at - start) // _FLAGS_PER_STEP)
        self._read_index()
        self._read_width(flags)
        self._read_precision(flags)
        if not self._after_index:
            self._read_index()

    def _read_index(self) -> None:
        """`[3]`: the argument to take next."""
        self._after_index = False
        if not self._text.startswith("[", self._at):
            return
        self._reordered = True
        match = _INDEX.match(self._text, self._at) if self._at < self._last_bracket else None
        if match is None:
            self._at += 1
            self._good_index = False
            return
        self._at = match.end()
        digits = match.group(1)
        number = int(digits) if re.fullmatch("[0-9]{1,7}", digits) else None
        self._after_index = number is not None
        if number is not None and 1 <= number <= len(self._values):
            self._argument = number - 1
        else:
            self._good_index = False

    def _read_width(self, flags: Flags) -> None:
        if self._text.startswith("*", self._at):
            self._at += 1
            flags.width = self._from_argument()
            if flags.width is None:
                self._printer.output.write("%!(BADWIDTH)")
            elif flags.width < 0:
                flags.width, flags.minus, flags.zero = -flags.width, True, False
            self._after_index = False
            return
        flags.width = self._number()
        if self._after_index and flags.width is not None:
            self._good_index = False

    def _read_precision(self, flags: Flags) -> None:
        if not (self._at + 1 < len(self._text) and self._text[self._at] == "."):
            return
        self._at += 1
        if self._after_index:
            self._good_index = False
        self._read_index()
        if self._text.startswith("*", self._at):
            self._at += 1
            precision = self._from_argument()
            flags.precision = None if precision is None or precision < 0 else precision
            if flags.precision is None:
                self._printer.output.write("%!(BADPREC)")
            self._after_index = False
        else:
            flags.precision = self._number() or 0

    def _number(self) -> int | None:
        """Digits of a width or precision; one that is too large swallows the rest of the format."""
        match = _DIGITS.match(self._text, self._at)
        digits = match.group() if match else ""
        if not digits:
            return None
        number = digits.lstrip("0") or "0"  # Python refuses to read thousands of digits
        if len(number) > len(str(_LARGEST_WIDTH)) or int(number[:-1] or "0") > _LARGEST_WIDTH:
            self._at = len(self._text)
            return None
        self._at += len(digits)
        return int(number)

    def _from_argument(self) -> int | None:
        if self._argument >= len(self._values):
            return None
        value = self._values[self._argument]
        self._argument += 1
        fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST_WIDTH
        return int(value) if fits else None

    def _verb(self) -> None:
        verb = self._text[self._at]
        self._at += 1
        verb = REPLACEMENT if ord(verb) in _SURROGATES else verb
        write = self._printer.output.write
        if verb == "%":
            write("%")
        elif not self._good_index:
            write(f"%!{verb}(BADINDEX)")
        elif self._argument >= len(self._values):
            write(f"%!{verb}(MISSING)")
        else:
            if verb in ("v", "w"):
                flags = self._printer.flags
                flags.go_syntax, flags.sharp, flags.plus = flags.sharp, False, False
            self._printer.argument(self._values[self._argument], verb)
            self._argument += 1
