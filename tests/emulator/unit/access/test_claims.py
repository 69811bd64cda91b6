"""Claims grant exactly what they name."""

import pytest

from drp_emulator.access.claims import Claim, Principal


def _principal(scope: str, action: str, specific: str) -> Principal:
    claim = Claim.from_document({"scope": scope, "action": action, "specific": specific})
    return Principal("someone", (claim,))


@pytest.mark.parametrize(
    ("claim", "asked", "granted"),
    [
        (("*", "*", "*"), ("profiles", "delete", "web"), True),
        (("profiles", "get", "web"), ("profiles", "get", "web"), True),
        (("profiles", "get", "web"), ("profiles", "get", "other"), False),
        (("profiles", "get", "web"), ("machines", "get", "web"), False),
        (("profiles", "get", "web"), ("profiles", "list", ""), False),
        (("profiles", "get, list", "*"), ("profiles", "list", ""), True),
        (("profiles,params", "get", "a,b"), ("params", "get", "b"), True),
        (("profiles", "patch", "*"), ("profiles", "update", "web"), True),
        (("profiles", "update:/Params", "*"), ("profiles", "update", "web"), False),
    ],
)
def test_a_claim_covers(claim: tuple[str, str, str], asked: tuple[str, str, str], granted: bool) -> None:
    assert _principal(*claim).may(*asked) is granted


@pytest.mark.parametrize(
    ("action", "pointer", "granted"),
    [
        ("update", "/Name", True),
        ("*", "", True),
        ("update:/Params", "/Params/a~1b", True),
        ("update:/Params/a", "/Params/a/deep", True),
        ("update:/Params/a", "/Params/ab", False),
        ("update:/Params/a", "/Params", False),
        ("update:/Params", "", False),
        ("get", "/Params", False),
    ],
)
def test_a_right_to_part_of_an_object_ends_there(action: str, pointer: str, granted: bool) -> None:
    assert _principal("profiles", action, "*").may_change("profiles", "web", [pointer]) is granted


def test_everyone_has_a_few_rights_about_oneself() -> None:
    someone = Principal("someone", ())
    assert someone.may("users", "token", "someone")
    assert someone.may("users", "password", "someone")
    assert not someone.may("users", "token", "other")
    assert not someone.may("users", "update", "someone")


def test_claims_stay_out_of_the_printed_form() -> None:
    assert "superuser" not in repr(_principal("superuser", "*", "*"))
