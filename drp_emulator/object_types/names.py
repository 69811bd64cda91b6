"""Which names DRP accepts."""

import unicodedata

_EXTRAS = {"ordinary": " -_.", "machine": " -_.", "param": " -_./", "template": " -_./"}


def is_valid(name: str, rule: str, *, modern: bool) -> bool:
    """Return whether `name` follows the rule: a letter, then at least one more allowed character.

    Machines may start with a number; only params and templates may hold a slash; users of
    version 4 an at sign.
    """
    extras = _EXTRAS.get(rule, _EXTRAS["ordinary"] + ("@" if modern else ""))
    first = "LN" if rule == "machine" else "L"
    if len(name) <= 1 or _class(name[0]) not in first:
        return False
    return all(_class(letter) in "LN" or letter in extras for letter in name[1:])


def _class(letter: str) -> str:
    return unicodedata.category(letter)[0]
