"""The failure of a schema's reference, apart from the validators because these take 150 ms to import."""

from typing import Any

_SHOWN = 200


class InvalidReference(Exception):
    """A reference leads to something that is no schema."""

    def __init__(self, reference: Any) -> None:
        super().__init__(f"Reference {str(reference)[:_SHOWN]} is not to a schema")
