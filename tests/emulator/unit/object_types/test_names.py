"""Which names are accepted."""

import pytest

from drp_emulator.object_types.names import is_valid


@pytest.mark.parametrize(
    ("name", "rule", "valid"),
    [
        ("web", "ordinary", True),
        ("w", "ordinary", False),
        ("", "ordinary", False),
        ("1bad", "ordinary", False),
        ("1good", "machine", True),
        ("a b-c_d.e", "ordinary", True),
        ("a/b", "ordinary", False),
        ("a/b", "param", True),
        ("a\n", "ordinary", False),
        ("web\n", "ordinary", False),
        ("übung", "ordinary", True),
        ("日本", "ordinary", True),
        ("_web", "ordinary", False),
        ("web!", "ordinary", False),
        ("a@b", "ordinary", False),
        ("a@b", "user", True),
    ],
)
def test_a_name_follows_its_rule(name: str, rule: str, valid: bool) -> None:
    assert is_valid(name, rule, modern=True) is valid


def test_only_version_4_allows_an_at_sign_in_user_names() -> None:
    assert not is_valid("a@b", "user", modern=False)
