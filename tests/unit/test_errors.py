"""Errors survive copying and pickling, as tools that run programs in other processes do it."""

import copy
import pickle

import pytest

from drp_provider import errors
from drp_provider.coordination import WaitTimeout
from drp_provider.errors import ApiError, Conflict, Difference, DrpError, OutcomeUnknown

EXAMPLES = [
    *(
        getattr(errors, name)("no", code=409, model="profiles", key="x", type_="PATCH", messages=["a", "b"])
        for name in errors.__all__
        if isinstance(getattr(errors, name), type) and issubclass(getattr(errors, name), ApiError)
    ),
    Conflict("profile 'x'", [Difference("params.a", "1", "2", "3")], "look at it"),
    OutcomeUnknown("no answer", retry_after=2.5),
    WaitTimeout("too late"),
    DrpError("no"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_after_pickling_and_copying(error: DrpError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert _members(twin) == _members(error)


def _members(error: DrpError) -> dict[str, object]:
    return {name: [*map(str, value)] if name == "differences" else value for name, value in vars(error).items()}
