"""Lists: what a query selects, in what order, and how it is counted."""

import pytest

from .client import Client, fresh_name


@pytest.fixture
def mark(api: Client) -> str:
    """A word that picks out the objects of this test among all others."""
    return fresh_name()


@pytest.fixture
def fleet(api: Client, mark: str) -> str:
    """Four machines, alpha to delta, with a number each; returns the filter for them."""
    api.make("params", Name=f"{mark}/size", Schema={"type": "integer", "default": 2})
    api.make("params", Name=f"{mark}/text", Schema={"type": "string"})
    api.make("params", Name=f"{mark}/flag", Schema={"type": "boolean"})
    profile = api.make("profiles", Name=mark, Params={f"{mark}/text": "from profile"})["Name"]
    for place, name in enumerate(("alpha", "beta", "gamma", "delta")):
        params: dict[str, object] = {} if name == "beta" else {f"{mark}/size": place * 10}
        if name == "gamma":
            params[f"{mark}/flag"] = True
        api.make(
            "machines",
            Name=f"{mark}-{name}",
            Address=f"192.168.77.{(9, 10, 100, 2)[place]}",
            Params=params,
            Profiles=[profile] if name == "alpha" else [],
            Meta={"color": "red" if place % 2 else "blue", "mark": mark},
        )
    return f"Meta.mark={mark}"


def test_a_filter_sees_what_stage_and_global_give(api: Client, fleet: str, mark: str) -> None:
    stage = api.make("stages", Params={f"{mark}/text": "from stage"})["Name"]
    uuid = next(machine["Uuid"] for machine in api.get(f"/machines?{fleet}&Name={mark}-delta").json())
    assert api.patch(f"/machines/{uuid}", {"op": "replace", "path": "/Stage", "value": stage}).status_code == 200
    assert _names(api, f"{fleet}&{mark}/text=from stage") == ["delta"]
    api.post(f"/profiles/global/params/{mark}/text", "from global")
    try:
        assert sorted(_names(api, f"{fleet}&{mark}/text=from global")) == ["beta", "gamma"]
    finally:
        api.delete(f"/profiles/global/params/{mark}/text")


def _names(api: Client, query: str) -> list[str]:
    answer = api.get(f"/machines?{query}")
    assert answer.status_code == 200, answer.text
    return [machine["Name"].rpartition("-")[2] for machine in answer.json()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Name={m}-beta", ["beta"]),
        ("Name=Eq({m}-beta)", ["beta"]),
        ("Name=Ne({m}-beta)", ["alpha", "delta", "gamma"]),
        ("Name=Lt({m}-beta)", ["alpha"]),
        ("Name=Lte({m}-beta)", ["alpha", "beta"]),
        ("Name=Gt({m}-delta)", ["gamma"]),
        ("Name=Gte({m}-delta)", ["delta", "gamma"]),
        ("Name=Re(a$)", ["alpha", "beta", "delta", "gamma"]),
        ("Name=Re(-.amma$)", ["gamma"]),
        ("Name=Between({m}-beta,{m}-delta)", ["beta", "delta"]),
        ("Name=Except({m}-beta,{m}-delta)", ["alpha", "gamma"]),
        ("Name=In({m}-beta,{m}-gamma,none)", ["beta", "gamma"]),
        ("Name=Nin({m}-beta,{m}-gamma)", ["alpha", "delta"]),
        ("Name=Bogus({m}-beta)", []),
        ("Name={m}-beta&Name={m}-alpha", ["alpha", "beta"]),
        ("Address=Lt(192.168.77.10)", ["alpha", "delta"]),
        ("Runnable=false", []),
        ("Runnable=true", ["alpha", "beta", "delta", "gamma"]),
        ("Meta.color=red", ["beta", "delta"]),
        ("Meta.color=Ne(red)", ["alpha", "gamma"]),
        ("Meta.bogus=", ["alpha", "beta", "delta", "gamma"]),
        ("Profiles={m}", ["alpha"]),
        ("Params={m}/flag,{m}/size", ["gamma"]),
        ("{m}/size=Gte(10)", ["delta", "gamma"]),
        ("{m}/size=2", ["beta"]),
        ("{m}/size=2.0", ["beta"]),
        ("{m}/size=Between(0,2)", ["alpha", "beta"]),
        ("{m}/size=Ne(2)", ["alpha", "delta", "gamma"]),
        ("{m}/text=from profile", ["alpha"]),
        ("{m}/text=Ne(other)", ["alpha", "beta", "delta", "gamma"]),
        ("{m}/flag=false", ["alpha", "beta", "delta"]),
        ("{m}/flag=true&Meta.color=blue", ["gamma"]),
    ],
)
def test_a_filter_selects(api: Client, fleet: str, mark: str, query: str, expected: list[str]) -> None:
    assert sorted(_names(api, f"{fleet}&{query.replace('{m}', mark)}")) == expected


def test_order_and_cut(api: Client, fleet: str) -> None:
    assert _names(api, f"{fleet}&sort=Name") == ["alpha", "beta", "delta", "gamma"]
    assert _names(api, f"{fleet}&sort=Name&reverse=true") == ["gamma", "delta", "beta", "alpha"]
    assert _names(api, f"{fleet}&sort=Address") == ["delta", "alpha", "beta", "gamma"]
    assert _names(api, f"{fleet}&sort=Name&offset=1&limit=2") == ["beta", "delta"]
    assert _names(api, f"{fleet}&sort=Name&limit=0") == []
    assert _names(api, f"{fleet}&sort=Name&offset=9") == []


def test_the_default_order_is_by_key(api: Client) -> None:
    keys = [machine["Uuid"] for machine in api.get("/machines").json()]
    assert keys == sorted(keys)


def test_counts_are_in_the_headers_of_get_and_head(api: Client, fleet: str) -> None:
    total = len(api.get("/machines").json())
    for method in ("GET", "HEAD"):
        headers = api.send(method, f"/machines?{fleet}&limit=3").headers
        assert headers["X-DRP-LIST-TOTAL-COUNT"] == str(total)
        assert headers["X-DRP-LIST-COUNT"] == "3"
        assert headers.get("X-DRP-LIST-FILTER-COUNT") == ("4" if api.modern else None)


def test_slim_and_params_trim_the_answer_and_say_so(api: Client, fleet: str, mark: str) -> None:
    (slim,) = api.get(f"/machines?Name={mark}-alpha&slim=Params,Meta").json()
    assert (slim["Params"], slim["Meta"], slim["Partial"]) == ({}, {}, True)
    path = f"/machines/Name:{mark}-gamma"
    kept = api.get(f"{path}?params={mark}/flag").json()
    assert (kept["Params"], kept["Partial"]) == ({f"{mark}/flag": True}, True)
    assert api.get(path).json()["Partial"] is False


def test_a_profile_is_found_by_its_param(api: Client, mark: str) -> None:
    api.make("params", Name=f"{mark}/n", Schema={"type": "number"})
    for number in (0.5, 1, 12):
        api.make("profiles", Params={f"{mark}/n": number})
    found = api.get(f"/profiles?{mark}/n=Gt(0.9)").json()
    assert sorted(profile["Params"][f"{mark}/n"] for profile in found) == [1, 12]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{m}/size=zz", "invalid character 'z' looking for beginning of value"),
        ("{m}/size=Re(1)", "invalid character"),
        ("{m}/text=Re(x)", "cannot match via regular expression"),
        ("sort={m}/size", "Not sortable: {m}/size"),
        ("{m}/none=1", "Filter not found: {m}/none"),
        ("Name=Re(()", "error parsing regexp"),
    ],
)
def test_a_query_that_cannot_be_is_not_acceptable(api: Client, fleet: str, mark: str, query: str, message: str) -> None:
    answer = api.get(f"/machines?{query.replace('{m}', mark)}")
    assert answer.status_code == 406
    if "invalid character" not in message or "zz" in query:
        assert message.replace("{m}", mark) in answer.json()["Messages"][0]
