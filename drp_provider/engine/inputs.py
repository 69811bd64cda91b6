"""The types of inputs that several resources share, and the inputs that every whole DRP object takes.

It runs in the program's process. A user's own component can take `**common: Unpack[drp.ObjectInputs]` too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, SupportsIndex, TypedDict, TypeVar, overload

import pulumi
from pulumi import Input

Member_co = TypeVar("Member_co", covariant=True)


class SequenceNotStr(Protocol[Member_co]):
    """A list or a tuple, and no text: type checkers take a `str` for a `Sequence[str]`.

    The parameter of `__contains__` tells them apart: a list takes any object there, a text only text.
    """

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Member_co: ...
    @overload
    def __getitem__(self, index: slice, /) -> Sequence[Member_co]: ...
    def __contains__(self, value: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Member_co]: ...
    def __reversed__(self) -> Iterator[Member_co]: ...
    def index(self, value: Any, start: int = 0, stop: int = ..., /) -> int: ...  # noqa: D102 - a sequence's own
    def count(self, value: Any, /) -> int: ...  # noqa: D102 - a sequence's own


class ObjectInputs(TypedDict, total=False):
    """The inputs of every resource that is a whole DRP object. A test holds that docstrings repeat these texts."""

    name: Input[str]
    """DRP's name of the object (`Name`). Default: the resource name. Another name replaces the object."""
    description: Input[str]
    """One line for operators (`Description`). Default: none."""
    documentation: Input[str]
    """Longer text, reStructuredText or Markdown (`Documentation`). Default: none."""
    meta: Input[Mapping[str, Input[str]]]
    """Annotations by name, such as `icon` and `color`; the values are text (`Meta`). Default: none."""
    adopt: bool
    """True takes over an object that exists already. A destroy then keeps it. Default: False."""
    force: SequenceNotStr[str]
    """Names of keys, such as `my/key`, to overwrite although another client has changed them. Default: none."""
    opts: pulumi.ResourceOptions
    """Pulumi's resource options."""
