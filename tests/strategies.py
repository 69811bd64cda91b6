"""Random documents for property tests: keys with `/` and `~`, every kind of JSON value."""

from hypothesis import strategies as st

from drp_provider.engine.codec import NULL
from drp_provider.patch.values import ABSENT

KEYS = st.sampled_from(["my/a", "my/b", "my~c", "my~1d", "my/~0/e", "f.g", "my h", "other/i", "aa"])
DRP_KEYS = st.sampled_from(["my/a", "my/b", "my/c/d", "my-e", "f.g", "my h", "other/i", "aa", "über/j"])
"""Names that DRP takes for params: it knows no `~`."""
SCALARS = (
    st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    # The marker of null is the one text that no program may use as a value: `check` refuses it.
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8).filter(lambda text: text != NULL)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
PARAMS = st.dictionaries(KEYS, VALUES, max_size=6)
DRP_PARAMS = st.dictionaries(DRP_KEYS, VALUES, max_size=6)
WRITES = st.lists(st.none() | st.tuples(DRP_KEYS, VALUES | st.just(ABSENT)), max_size=6)
"""What another writer does before each request: nothing, or a param that it sets or removes."""
LOSSES = st.lists(st.sampled_from(["reply", "request", None, None, None]), max_size=6)
"""What is lost of each request."""
