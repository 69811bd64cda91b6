"""Read YAML and JSON files as DRP does. An error names the line.

DRP reads YAML by Go's yaml.v2, which is neither YAML 1.1 nor 1.2: `yes`, `on` and `y` are true, a date and `1:30` are
text, `1e3` is a number. If DRP's type is text (a `Description`, a template's `Contents`, all of `Meta`), this module
keeps the text of the file: `Version: 1.10` is "1.10", although DRP's own bundler makes it "1.1".
"""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drp_provider.errors import InvalidInput
from drp_provider.models.sections import RAW

_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?(0[bB]_*[01][01_]*|0[xX]_*[0-9a-fA-F][0-9a-fA-F_]*|0[oO]?_*[0-7][0-7_]*|[1-9][0-9_]*|0)")
_LONGEST_WHOLE = 24
"""Characters. A longer number does not fit into 64 bits and is read as a float."""
_NOT_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TEXTS = frozenset({"Name", "ID", "Id", "Description", "Documentation", "Contents", "Path", "BootEnv", "Version"})
_TEXT_LISTS = frozenset(
    {"Stages", "Tasks", "Profiles", "RequiredParams", "OptionalParams", "Prerequisites", "ExtraRoles"}
)
_TEXT_MAPS = frozenset({"Meta", "meta"})


def read_text(path: Path) -> str:
    """Return a file's text with its own line ends.

    Raises:
        InvalidInput: the file cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}): check the path and its rights.") from None


def read_document(path: Path, *, text: bool = False) -> Any:
    """Return the JSON value in a `.json`, `.yaml` or `.yml` file; with `text`, plain YAML scalars are text.

    Raises:
        InvalidInput: the file is wrong; the error names file and line.
    """
    written = read_text(path)
    return _json(path, written) if path.suffix == ".json" else _Yaml(path).read(written, text=text)


def _json(path: Path, text: str) -> Any:
    def to_map(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidInput(f"{path} holds the key {twice!r} twice in one map: keep one of the two.")
        return found

    def reject(word: str) -> Any:
        raise InvalidInput(f"{path} holds {word}, which is not JSON: use a number or text.")

    try:
        return json.loads(text, object_pairs_hook=to_map, parse_constant=reject)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{path}:{error.lineno} is not JSON ({error.msg}): correct the file.") from None


class _Yaml:
    """A reader of one file by its YAML nodes, because only nodes have their line and their original text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: set[int] = set()

    def read(self, written: str, *, text: bool) -> Any:
        import yaml

        base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        # Go's rules instead of PyYAML's: tag a plain scalar `plain`, and resolve it when its key is known.
        loader = type("_Loader", (base,), {"yaml_implicit_resolvers": {None: [("plain", re.compile(""))]}})
        try:
            node = yaml.compose(written, Loader=loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._error(mark.line if mark else 0, f"is not YAML ({error.problem})") from None
        except yaml.YAMLError as error:
            raise self._error(0, f"is not YAML ({getattr(error, 'reason', 'a character is not allowed')})") from None
        return None if node is None else self._value(node, text=text)

    def _error(self, line: int, reason: str) -> InvalidInput:
        return InvalidInput(f"{self._path}:{line + 1} {reason}: correct the file.")

    def _value(self, node: Any, *, text: bool = False, raw: bool = False) -> Any:
        line = node.start_mark.line
        if node.id == "scalar":
            return self._scalar(node, text=text)
        if id(node) in self._open:
            raise self._error(line, "holds an alias of a value that contains it")
        self._open.add(id(node))
        if node.id == "sequence":
            value: Any = [self._value(member, text=text, raw=raw) for member in node.value]
        else:
            value = self._map(node, text=text, raw=raw)
        self._open.discard(id(node))
        return value

    def _map(self, node: Any, *, text: bool, raw: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, member in node.value:
            if key_node.id != "scalar":
                raise self._error(key_node.start_mark.line, "has a list or map as a key")
            key = key_node.value
            if key == _MERGE and key_node.tag == "plain":
                merged = {**self._merged(member, raw=raw), **merged}
                continue
            if key in found:
                raise self._error(key_node.start_mark.line, f"has the key {key!r} a second time")
            inside = raw or key in RAW
            is_text = text or (not inside and _is_text(key, member))
            found[key] = self._value(member, text=is_text, raw=inside)
        return {**merged, **found}

    def _merged(self, node: Any, *, raw: bool) -> dict[str, Any]:
        value = self._value(node, raw=raw)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, Mapping) for part in parts):
            raise self._error(node.start_mark.line, "merges a value that is not a map")
        return {key: member for part in reversed(parts) for key, member in part.items()}

    def _scalar(self, node: Any, *, text: bool) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if kind not in {"plain", "str", "!", "int", "float", "bool", "null", "timestamp"}:
            raise self._error(node.start_mark.line, f"has the tag {node.tag}, which JSON cannot hold")
        if kind in {"str", "!", "timestamp"}:
            return node.value
        if text:
            return None if node.value in _NULL else node.value
        if _NOT_JSON.fullmatch(node.value):
            raise self._error(node.start_mark.line, f"holds {node.value}, which JSON cannot hold")
        return _resolved(node.value)


def _is_text(key: str, member: Any) -> bool:
    if member.id == "scalar":
        return key in _TEXTS
    return key in (_TEXT_LISTS if member.id == "sequence" else _TEXT_MAPS)


def _resolved(word: str) -> Any:
    """Return the value of a plain scalar by the rules of Go's yaml.v2."""
    if word in _NULL:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if len(word) <= _LONGEST_WHOLE and _WHOLE.fullmatch(word):
        return _whole(word.replace("_", ""))
    if _NUMBER.fullmatch(word):
        number = float(word)
        return number if math.isfinite(number) else word
    return word


def _whole(digits: str) -> int:
    bare = digits.lstrip("+-")
    number = int(bare, 8) if re.fullmatch("0[0-7]+", bare) else int(bare, 0)
    return -number if digits.startswith("-") else number
