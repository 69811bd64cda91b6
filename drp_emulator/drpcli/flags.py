"""The command line: flags anywhere among the words, as Go's pflag takes them."""

from __future__ import annotations

import os

from drp_emulator.drpcli.problems import NotCovered, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Of every command. The value tells a switch from a flag with a value.
_SHORT = {
    "E": "endpoint", "U": "username", "P": "password", "T": "token", "F": "format", "r": "ref", "t": "trace",
    "Z": "trace-token", "f": "force", "x": "no-token", "X": "exit-early", "d": "debug", "N": "no-color",
    "u": "url-proxy", "J": "print-fields", "C": "colors", "H": "no-header", "j": "truncate-length", "c": "catalog",
    "D": "download-proxy", "h": "help",
}  # fmt: skip
_OLD_NAMES = {"noToken": "no-token", "exitEarly": "exit-early", "traceToken": "trace-token"}
_WITH_VALUE = frozenset(("endpoint", "username", "password", "token", "format", "ref", "trace", "trace-token"))
_SWITCHES = frozenset(("force", "no-token", "exit-early", "debug", "no-color"))
# Of some commands.
_MORE_WITH_VALUE = frozenset(("params", "slim", "limit", "offset"))
_MORE_SWITCHES = frozenset(("aggregate", "decode", "compose", "expand"))
_ELSEWHERE = frozenset(_SHORT.values()) - _WITH_VALUE - _SWITCHES

_DEFAULT_ENDPOINT = "https://127.0.0.1:8092"
_DEFAULT_KEY = "rocketskates:r0cketsk8ts"
_TRUE, _FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")


class Flags:
    """Where to connect and how to print, from the command line and the environment.

    Args:
        given: The flags of the command line.
        environment: The environment.

    Raises:
        Problem: A variable makes no sense.
    """

    def __init__(self, given: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._given = given
        endpoints = environment.get("RS_ENDPOINT") or environment.get("RS_ENDPOINTS") or _DEFAULT_ENDPOINT
        self.endpoint = given.get("endpoint") or endpoints.split()[0]
        self.token = given.get("token") or environment.get("RS_TOKEN", "")
        name, colon, password = (environment.get("RS_KEY") or _DEFAULT_KEY).partition(":")
        if not colon or not name or not password:
            raise Problem("RS_KEY contains an invalid username:password pair!")
        self.key = f"{given.get('username', name)}:{given.get('password', password)}"
        self.format = given.get("format") or environment.get("RS_FORMAT") or "json"
        if self.format not in ("json", "yaml"):
            raise NotCovered(f"the format {self.format}")
        self.reference = given.get("ref", "")
        self.force = self.switched("force")
        self.errors_are_fatal = (
            self.switched("exit-early") or environment.get("RS_OBJECT_ERRORS_ARE_FATAL", "") == "true"
        )
        self.trace = {
            header: given[name]
            for header, name in (("X-Log-Request", "trace"), ("X-Log-Token", "trace-token"))
            if given.get(name)
        }

    def switched(self, name: str) -> bool:
        """Return whether the switch is on."""
        return self._given.get(name, "false") in _TRUE

    def value(self, name: str) -> str:
        """Return the flag's value, or nothing."""
        return self._given.get(name, "")


def read(arguments: Sequence[str]) -> tuple[Flags, list[str]]:
    """Return the flags, and the words between them.

    Raises:
        NotCovered: drpcli has the flag and this does not.
        Problem: The flag is unknown or misses its value.
    """
    given: dict[str, str] = {}
    words: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            words.extend(rest)
        elif argument.startswith("--"):
            name, equals, value = argument[2:].partition("=")
            name = _OLD_NAMES.get(name, name)
            given[name] = value if equals and _takes_value(name) else _switch(name, value) if equals else ""
            if not equals:
                given[name] = _value(name, rest)
        elif argument.startswith("-") and len(argument) > 1:
            _read_short(argument[1:], rest, given)
        else:
            words.append(argument)
    return Flags(given, os.environ), words


def _read_short(letters: str, rest: object, given: dict[str, str]) -> None:
    for place, letter in enumerate(letters):
        name = _SHORT.get(letter)
        if name is None:
            raise Problem(f"unknown shorthand flag: '{letter}' in -{letters}")
        attached = letters[place + 1 :].removeprefix("=")
        if _takes_value(name) and attached:
            given[name] = attached
            return
        given[name] = _value(name, rest)


def _value(name: str, rest: object) -> str:
    if not _takes_value(name):
        return "true"
    following = next(rest, None)  # type: ignore[call-overload]  # an iterator over the arguments
    if following is None:
        raise Problem(f"flag needs an argument: --{name}")
    return str(following)


def _switch(name: str, value: str) -> str:
    if value not in _TRUE + _FALSE:
        raise Problem(f'invalid argument "{value}" for "--{name}" flag: strconv.ParseBool: parsing "{value}"')
    return value


def _takes_value(name: str) -> bool:
    if name in _WITH_VALUE or name in _MORE_WITH_VALUE:
        return True
    if name in _SWITCHES or name in _MORE_SWITCHES:
        return False
    if name in _ELSEWHERE:
        raise NotCovered(f"the flag --{name}")
    raise Problem(f"unknown flag: --{name}")
