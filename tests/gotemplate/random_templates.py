"""Templates at random: most are valid, many are nearly so."""

import random
from collections.abc import Sequence

DATA = {
    "s": "text",
    "e": "",
    "n": 3,
    "z": 0,
    "t": True,
    "nil": None,
    "l": ["a", "b"],
    "m": {"b": "two", "a": 1.5, "c": None},
    "mix": [1, "x", None, ["y"], {"k": "v"}],
    "u": "é€",
}
_FIELDS = (
    ".s",
    ".e",
    ".n",
    ".z",
    ".t",
    ".nil",
    ".l",
    ".m",
    ".m.a",
    ".m.c",
    ".m.no",
    ".mix",
    ".u",
    ".no",
    ".",
    "$",
    "$.s",
    "$x",
    "$y",
)
_CONSTANTS = ("0", "1", "-2", "3.5", "1e3", "0x1f", "'a'", '"q"', '"a\\n"', "`r`", "true", "false", "nil", '""')
_CALLS = (
    *(("print", 3), ("println", 2), ("len", 1), ("not", 1), ("eq", 2), ("eq", 3), ("ne", 2), ("lt", 2), ("le", 2)),
    *(("gt", 2), ("ge", 2), ("and", 2), ("or", 2), ("and", 3), ("or", 3), ("index", 2), ("index", 1), ("slice", 2)),
    *(("slice", 3), ("html", 1), ("js", 1), ("urlquery", 1), ("printf", 1), ('printf "%v|%5v"', 2)),
    *(('printf "%s %q"', 2), ('printf "%d%%"', 1), ('printf "%-6s|%06.2f"', 2), ('printf "%t %T"', 2)),
)
# These cannot fail, whatever stands in the variables; so that most templates render.
_SOUND = (
    *(
        "len $.s",
        "len $.l",
        "len $.m",
        "index $.l 1",
        'index $.m "b"',
        'index $.m "no"',
        "index $.mix 3 0",
        "slice $.s 1 3",
    ),
    *(
        "slice $.l 1",
        "lt 1 2",
        "ge $.n 3.0",
        'eq $.s "text" "x"',
        "ne $.z 1.0",
        "not $x",
        "and $.t $y",
        "or $.e $.s $x",
    ),
    *(
        "print $x $.s",
        "print $.mix",
        'printf "%v-%5v" $.n $.m',
        'printf "%q" $.u',
        "html $.s",
        "js $.u",
        "$.s | len",
        "$.l",
    ),
    *(
        'printf "%6.2f|%-6s|" $.n $.s',
        '.s | printf "%s%d" "a"',
        "$.m.a",
        "$x",
        "$y",
        ".",
        "$.n",
        "3",
        '"q"',
        "$.t",
        "$.e",
    ),
)
_ITERABLE = ("$.l", "$.m", "$.mix", ".nil", "$.l", "$.no", "slice $.l 1", "(index $.mix 3)", "$.l", "$.no.no")
_SPACE = (" ", "  ", "\n", "\t", "\r\n", "")
_TEXT = ("a", "b c", " ", "\n", "  x\n", "\t", "-", "}", "} }", "$", ".", "é", "\v", "\u00a0", "", "")
_NOISE = (
    "}}",
    "{{",
    "|",
    "(",
    ")",
    ":=",
    "=",
    ",",
    "end",
    "else",
    "if",
    "range",
    "define",
    '"',
    "`",
    "'",
    "-",
    "/*",
    "*/",
    "%",
    "\\",
)


class Maker:
    """Random templates from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def template(self) -> str:
        """A template; one in twelve is damaged."""
        text = self._action("$x := 0") + self._action("$y := $.s") if self._chance(0.9) else ""
        text += self._body(3)
        if self._chance(0.9):
            variables = self._pick(("", "{{$x := 1}}{{$y := .}}", "{{$x := 1}}{{$y := .}}"))
            text += self._action('define "a"') + variables + self._body(0) + self._action("end")
        if self._chance(1 / 12):
            at = self._random.randrange(len(text) + 1)
            text = text[:at] + self._pick(_NOISE) + text[at + self._random.randrange(3) :]
        return text

    def white_space(self) -> str:
        """A template of texts, markers and little else."""
        return "".join(
            self._pick((*_SPACE, *_TEXT)) + self._pick(("", "", self._action('"v"'), self._comment())) for _ in range(8)
        )

    def _pick(self, choices: Sequence[str]) -> str:
        return self._random.choice(choices)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _action(self, content: str) -> str:
        left = self._pick(("{{", "{{", "{{ ", "{{- ", "{{-\n"))
        return left + content + self._pick(("}}", "}}", " }}", " -}}", "\n-}}", "\t -}}"))

    def _comment(self) -> str:
        return self._pick(("{{/* c */}}", "{{- /* c */}}", "{{/* c */ -}}", "{{- /* c */ -}}", "{{-\n/**/\t-}}"))

    def _body(self, depth: int) -> str:
        return "".join(self._piece(depth) for _ in range(self._random.randrange(1, 4)))

    def _piece(self, depth: int) -> str:
        kind = self._random.randrange(12 if depth else 6)
        if kind < 2:
            return self._pick(_TEXT)
        if kind < 4:
            return self._action(self._pipeline(2))
        if kind < 6:
            assignment = self._pick(("$x := ", "$y := ", "$x = "))
            return self._comment() if self._chance(0.3) else self._action(assignment + self._pipeline(1))
        if kind < 11:
            return self._branch(depth)
        return self._action('template "a" ' + self._pick(("$", "$", "$", "", ".", ".m")))

    def _branch(self, depth: int) -> str:
        word = self._pick(("if", "if", "with", "range", "range"))
        variable = self._pick(("", "", "", "$x := ", "$i, $x := " if word == "range" else "$y := "))
        value = self._pick(_ITERABLE) if word == "range" and self._chance(0.9) else self._pipeline(1)
        text = self._action(f"{word} {variable}{value}") + self._body(depth - 1)
        if word == "range" and self._chance(0.2):
            text += self._action(self._pick(("break", "continue")))
        if word != "range" and self._chance(0.2):
            text += self._action(f"else {word} {self._pipeline(1)}") + self._body(depth - 1)
        if self._chance(0.3):
            text += self._action("else") + self._body(depth - 1)
        return text + self._action("end")

    def _pipeline(self, depth: int) -> str:
        if self._chance(0.85):
            return self._pick(_SOUND)
        text = self._operand(depth) if self._chance(0.5) else self._call(depth)
        while self._chance(0.15):
            text += self._pick((" | ", "|")) + self._pick(
                ("print", "len", "not", 'printf "%v"', "index .m", "eq 1", ".s")
            )
        return text

    def _call(self, depth: int) -> str:
        name, count = self._random.choice(_CALLS)
        return " ".join((name, *(self._operand(depth) for _ in range(count))))

    def _operand(self, depth: int) -> str:
        kind = self._random.randrange(6)
        if kind < 3:
            return self._pick(_FIELDS)
        if kind < 5 or not depth:
            return self._pick(_CONSTANTS)
        return f"({self._pipeline(depth - 1)})" + self._pick(("", "", "", ".a", ".k"))
