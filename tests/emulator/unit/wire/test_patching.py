"""Patches are applied as RFC 6902 says, apart from the places where DRP differs."""

import copy
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drp_emulator.wire.patching import Patch, PatchFailure

_KEYS = st.text("ab/~-0", min_size=1, max_size=3)
_DOCUMENTS = st.dictionaries(
    _KEYS,
    st.recursive(
        st.none() | st.booleans() | st.integers(0, 3), lambda inner: st.dictionaries(_KEYS, inner, max_size=3)
    ),
    max_size=4,
)


@given(_DOCUMENTS, _DOCUMENTS)
def test_a_generated_patch_leads_from_one_document_to_the_other(before: Any, after: Any) -> None:
    patch = Patch.decode(list(jsonpatch.make_patch(before, after)))
    assert patch.apply(copy.deepcopy(before)) == after


@given(_DOCUMENTS, _DOCUMENTS)
def test_a_test_of_the_whole_holds_only_for_the_same_document(one: Any, other: Any) -> None:
    patch = Patch.decode([{"op": "test", "path": "", "value": other}])
    if one == other:
        assert patch.apply(copy.deepcopy(one)) == one
    else:
        with pytest.raises(PatchFailure, match=r"Test op failed\."):
            patch.apply(copy.deepcopy(one))


def test_true_is_not_one() -> None:
    patch = Patch.decode([{"op": "test", "path": "/a", "value": 1}])
    with pytest.raises(PatchFailure):
        patch.apply({"a": True})


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "add", "path": "/-", "value": 9}, [1, 2, 3, 9]),
        ({"op": "add", "path": "/0", "value": 9}, [9, 1, 2, 3]),
        ({"op": "add", "path": "/-1", "value": 9}, [1, 2, 9, 3]),
        ({"op": "remove", "path": "/-1"}, [1, 2]),
        ({"op": "replace", "path": "/-3", "value": 9}, [9, 2, 3]),
        ({"op": "move", "from": "/0", "path": "/-"}, [2, 3, 1]),
        ({"op": "move", "from": "/0", "path": "/1"}, [2, 1, 3]),
        ({"op": "copy", "from": "/-1", "path": "/0"}, [3, 1, 2, 3]),
        ({"op": "add", "path": "/3", "value": 9}, "Index out of bounds"),
        ({"op": "move", "from": "/0", "path": "/2"}, "Index out of bounds"),
        ({"op": "remove", "path": "/-4"}, "Index out of bounds"),
        ({"op": "remove", "path": "/-"}, 'strconv.Atoi: parsing "-": invalid syntax'),
        ({"op": "remove", "path": f"/{'9' * 30}"}, "value out of range"),
    ],
)
def test_list_places(operation: dict[str, Any], result: Any) -> None:
    document = {"list": [1, 2, 3]}
    moved = {name: f"/list{value}" if name in ("path", "from") else value for name, value in operation.items()}
    if isinstance(result, list):
        assert Patch.decode([moved]).apply(document) == {"list": result}
    else:
        with pytest.raises(PatchFailure) as caught:
            Patch.decode([moved]).apply(document)
        assert result in caught.value.reason


def test_nothing_moves_into_itself() -> None:
    patch = Patch.decode([{"op": "move", "from": "/a", "path": "/a/b"}])
    with pytest.raises(PatchFailure, match="Cannot happen"):
        patch.apply({"a": {}})


def test_only_what_is_written_needs_a_right() -> None:
    patch = Patch.decode(
        [
            {"op": "test", "path": "/a"},
            {"op": "add", "path": "/b"},
            {"op": "move", "from": "/c", "path": "/d"},
            {"op": "copy", "from": "/e", "path": "/f"},
        ]
    )
    assert sorted(patch.changed_pointers()) == ["/b", "/c", "/d", "/f"]
