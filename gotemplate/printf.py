"""One value under one verb, as Go's fmt writes it."""

from typing import Any

from gotemplate import numbers
from gotemplate.errors import TemplateError
from gotemplate.numbers import Flags
from gotemplate.output import Output
from gotemplate.quoting import can_backquote, quoted, quoted_rune, rune
from gotemplate.values import NIL, Byte, Exposed, Stringer, to_bytes, type_name

_NIL = "<nil>"


class Printer:
    """Writes values to an output; `flags` hold for the next one."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.flags = Flags()

    def argument(self, value: Any, verb: str) -> None:
        """Format a value by itself."""
        if isinstance(value, Exposed):
            raise TemplateError(f"the object {value.kind} cannot be printed")
        if value is None or value is NIL:
            if verb in ("T", "v"):
                self._pad(_NIL)
            else:
                self.output.write(f"%!{verb}({_NIL})")
        elif verb == "T":
            self._type(value)
        elif verb == "p" and isinstance(value, dict | list):
            raise TemplateError("addresses (%p) are not supported")
        elif verb == "w" and isinstance(value, dict | list):
            self._bad_verb(value, verb)
        else:
            self._value(value, verb)

    def _type(self, value: Any) -> None:
        if isinstance(value, Stringer):
            raise TemplateError("the type of this value is not known here")
        self._pad(self._truncated(type_name(value)))

    def _element(self, value: Any, verb: str) -> None:
        """Format a value inside a list or a map."""
        if value is None or value is NIL:
            self.output.write("interface {}(nil)" if self.flags.go_syntax else _NIL)
        elif isinstance(value, Exposed):
            raise TemplateError(f"the object {value.kind} cannot be printed")
        else:
            self._value(value, verb)

    def _value(self, value: Any, verb: str) -> None:
        if isinstance(value, str):
            self._string(value, value, verb)
        elif isinstance(value, bool):
            if verb in ("t", "v"):
                self._pad("true" if value else "false")
            else:
                self._bad_verb(value, verb)
        elif isinstance(value, float):
            self._float(value, verb)
        elif isinstance(value, int):
            self._integer(value, verb)
        elif isinstance(value, dict):
            self._map(value, verb)
        elif isinstance(value, list):
            self._list(value, verb)
        elif isinstance(value, Stringer) and verb in "vsxXq" and not self.flags.go_syntax:
            self._string(value.text, value, verb)
        elif isinstance(value, Stringer):
            raise TemplateError(f"%{verb} is not supported for a value that only prints as text")
        else:
            raise TemplateError(f"a template cannot hold a Python {type(value).__name__}")

    def _pad(self, text: str) -> None:
        self.output.require(self.flags.width or 0)
        self.output.write(self.flags.padded(text))

    def _require_digits(self) -> None:
        self.output.require(max(self.flags.width or 0, self.flags.precision or 0))

    def _bad_verb(self, value: Any, verb: str) -> None:
        self.output.write(f"%!{verb}({type_name(value)}=")
        self._value(value, "v")
        self.output.write(")")

    def _truncated(self, text: str) -> str:
        return text if self.flags.precision is None else text[: self.flags.precision]

    def _string(self, text: str, value: Any, verb: str) -> None:
        # Quoted and hexadecimal text is made of many small pieces, most of them longer than the character.
        self.output.require(len(self._truncated(text)))
        if verb == "s" or (verb == "v" and not self.flags.go_syntax):
            self._pad(self._truncated(text))
        elif verb in ("q", "v"):
            text = self._truncated(text)
            if self.flags.sharp and can_backquote(text):
                self._pad(f"`{text}`")
            else:
                self._pad(quoted(text, ascii_only=self.flags.plus))
        elif verb in ("x", "X"):
            self._hexadecimal(text, verb)
        else:
            self._bad_verb(value, verb)

    def _hexadecimal(self, text: str, verb: str) -> None:
        data = to_bytes(text)[: self.flags.precision]
        prefix = "0x" if self.flags.sharp and data else ""
        encoded = prefix + (data.hex(" ").replace(" ", f" {prefix}") if self.flags.space else data.hex())
        self._pad(encoded.upper() if verb == "X" else encoded)

    def _float(self, value: float, verb: str) -> None:
        self._require_digits()
        if verb in "eEfFgGv":
            self.output.write(numbers.real(value, "f" if verb == "F" else verb, self.flags))
        elif verb in "bxX":
            raise TemplateError(f"%{verb} of a float is not supported")
        else:
            self._bad_verb(value, verb)

    def _integer(self, value: int, verb: str) -> None:
        self._require_digits()
        flags = self.flags
        if verb == "v" and flags.go_syntax and isinstance(value, Byte):
            self.output.write(numbers.integer(value, "x", _sharp(flags)))
        elif verb in "vdboOxX":
            self.output.write(numbers.integer(value, verb, flags))
        elif verb == "c":
            self._pad(rune(value))
        elif verb == "q":
            self._pad(quoted_rune(value, ascii_only=flags.plus))
        elif verb == "U":
            self.output.write(numbers.code_point(value, flags))
        else:
            self._bad_verb(value, verb)

    def _map(self, value: dict[str, Any], verb: str) -> None:
        self.output.write(type_name(value) + "{" if self.flags.go_syntax else "map[")
        for index, name in enumerate(sorted(value)):
            self._separate(index)
            self._element(name, verb)
            self.output.write(":")
            self._element(value[name], verb)
        self.output.write("}" if self.flags.go_syntax else "]")

    def _list(self, value: list[Any], verb: str) -> None:
        self.output.write(type_name(value) + "{" if self.flags.go_syntax else "[")
        for index, item in enumerate(value):
            self._separate(index)
            self._element(item, verb)
        self.output.write("}" if self.flags.go_syntax else "]")

    def _separate(self, index: int) -> None:
        if index:
            self.output.write(", " if self.flags.go_syntax else " ")


def _sharp(flags: Flags) -> Flags:
    return Flags(True, flags.zero, flags.plus, flags.minus, flags.space, True, flags.width, flags.precision)  # noqa: FBT003 - in the order of the fields
