"""Values as `drpcli` reads them: YAML, of which JSON is a part.

Most values are JSON or one word. Only what is neither brings in a YAML parser.
"""

from __future__ import annotations

from drp_emulator.drpcli import gojson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_WORD = _LETTERS | frozenset("0123456789_-./")
_WORDS_WITH_A_MEANING = frozenset(("y", "yes", "n", "no", "on", "off", "true", "false", "null"))
_UUID_DASHES = (8, 13, 18, 23)
_UUID_LENGTH = 36
_NUMBERS = {
    "int": r"^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$",
    "float": r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$",
}
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF-")


class Unreadable(ValueError):
    """The text is not YAML, or of a kind that is not covered here."""


def parse(text: str) -> Any:
    """Return the value of a YAML or JSON text.

    Raises:
        Unreadable: It is none that can be read here.
    """
    text = text.strip()
    if is_plain_word(text):
        return text
    try:
        return gojson.parse(text)
    except gojson.Malformed:
        return _parsed_by_the_library(text)


def is_plain_word(text: str) -> bool:
    """Return whether YAML surely takes the text for itself: a name, a path or a Uuid."""
    if len(text) == _UUID_LENGTH and all(text[place] == "-" for place in _UUID_DASHES):
        return _HEXADECIMAL.issuperset(text) and text.count("-") == len(_UUID_DASHES)
    return text[:1] in _LETTERS and _WORD.issuperset(text) and text.lower() not in _WORDS_WITH_A_MEANING


def dump(value: Any) -> str:
    """Return the value as YAML in block style.

    Raises:
        Unreadable: PyYAML is not there.
    """
    from drp_emulator.drpcli.goyaml_dump import dumped

    yaml = _library()
    return dumped(yaml, _loader(yaml), value)


def _parsed_by_the_library(text: str) -> Any:
    if not text:
        return None
    yaml = _library()
    try:
        return _as_go_has_it(yaml.load(text, Loader=_loader(yaml)))
    except yaml.YAMLError as error:
        raise Unreadable("yaml: " + " ".join(str(error).split())) from None


def _library() -> ModuleType:
    from drp_emulator.drpcli.packages import imported

    try:
        return imported("yaml")
    except ImportError:
        raise Unreadable(
            "this needs PyYAML, which is not installed for the emulator: write JSON, or install pyyaml"
        ) from None


def _loader(yaml: Any) -> Any:
    """PyYAML's loader with the differences of Go's: `y` is a boolean, `1e3` a number, dates and `12:30` are text."""
    import re

    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # the base is known at run time only
        def construct_yaml_bool(self, node: Any) -> Any:
            return self.construct_scalar(node).lower() in ("y", "yes", "on", "true")

    replaced = ("timestamp", "int", "float")
    Loader.yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in pairs if tag.rpartition(":")[2] not in replaced]
        for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_constructor("tag:yaml.org,2002:bool", Loader.construct_yaml_bool)
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^[yYnN]$"), list("yYnN"))
    for tag, pattern in _NUMBERS.items():
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list("-+.0123456789"))
    return Loader


def _as_go_has_it(value: Any) -> Any:
    """With text for every key of a map, as JSON needs it."""
    if isinstance(value, dict):
        return {_key(key): _as_go_has_it(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_go_has_it(item) for item in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise Unreadable(f"YAML values of type {type(value).__name__} are not covered: write JSON")


def _key(key: Any) -> str:
    return key if isinstance(key, str) else gojson.compact(key)
