"""The two servers this endpoint can speak like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """One line of DRP servers; `modern` is everything from version 4 on."""

    name: str
    version: str
    modern: bool

    def worded(self, key: str, message: str) -> str:
        """Return the validation message as this server words it: version 4 puts the key in front."""
        return f"{key}: {message}" if self.modern else message


V4 = Dialect("v4.8", "v4.8.0", modern=True)
V3 = Dialect("v3.13", "v3.13.6", modern=False)
DIALECTS = {dialect.name: dialect for dialect in (V4, V3)}


def dialect_named(name: str) -> Dialect:
    """Look a dialect up.

    Raises:
        ValueError: There is no such dialect.
    """
    if name not in DIALECTS:
        known = " and ".join(DIALECTS)
        raise ValueError(f"There is no dialect {name!r}; the emulated endpoint speaks {known}.")
    return DIALECTS[name]
