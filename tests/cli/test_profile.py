"""Profiles through the real command: what is sent, what is stored, what is refused."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack

pytestmark = pytest.mark.cli

ONE = 'drp.Profile("web", params={"web/port": 80, "web/host": "a"}, meta={"icon": "server"})'


def test_a_profile_is_created_changed_and_deleted_with_one_request_each(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    assert stack.up(ONE).ok
    assert proxy.calls() == ["POST profiles"]
    assert admin.params("web") == {"web/port": 80, "web/host": "a"}
    assert admin.get("profiles/web")["Meta"]["pulumi-owner"] == "tests/dev/web"

    proxy.forget()
    unchanged = stack.up(ONE, "--expect-no-changes")
    assert unchanged.ok, unchanged.text
    assert proxy.calls() == []

    changed = stack.up(ONE.replace("80", "81"))
    assert changed.ok, changed.text
    assert proxy.calls() == ["PATCH profiles/web"]
    assert proxy.requests[-1].body == [
        {"op": "test", "path": "/Params/web~1port", "value": 80},
        {"op": "replace", "path": "/Params/web~1port", "value": 81},
    ]

    proxy.forget()
    assert stack.refresh().ok
    assert proxy.calls() == ["GET profiles/web"]

    proxy.forget()
    assert stack.destroy().ok
    assert proxy.calls() == ["GET profiles/web", "DELETE profiles/web"]
    assert not admin.exists("profiles/web")


def test_the_preview_shows_each_path_and_asks_the_endpoint_nothing(stack: Stack, proxy: FaultProxy) -> None:
    assert stack.up(ONE).ok
    proxy.forget()
    shown = stack.preview('drp.Profile("web", params={"web/port": 81, "web/name": "n"}, meta={"icon": "server"})')
    assert shown.ok, shown.text
    assert "~ web/port: 80 => 81" in shown.text
    assert '+ web/name: "n"' in shown.text
    assert '- web/host: "a"' in shown.text
    assert proxy.requests == []


def test_a_new_key_costs_two_requests_and_a_dropped_one_costs_one(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    assert stack.up(ONE).ok
    admin.set_param("web", "other/key", "theirs")
    proxy.forget()
    assert stack.up(ONE.replace('"a"}', '"a", "web/new": True}')).ok
    assert proxy.calls() == ["GET profiles/web", "PATCH profiles/web"]
    assert proxy.requests[-1].body[0]["op"] == "test"
    assert proxy.requests[-1].body[0]["path"] == "/Params"

    proxy.forget()
    assert stack.up(ONE).ok
    assert proxy.calls() == ["PATCH profiles/web"]
    assert admin.params("web") == {"web/port": 80, "web/host": "a", "other/key": "theirs"}


def test_a_change_behind_our_back_is_refused_until_it_has_been_seen(stack: Stack, admin: AdminClient) -> None:
    assert stack.up(ONE).ok
    admin.set_param("web", "web/port", 8080)
    admin.set_param("web", "web/host", "b")
    wanted = ONE.replace("80", "81")

    refused = stack.up(wanted)
    assert not refused.ok
    assert "params.web/port: reviewed 80 / live 8080 / wanted 81" in refused.text
    assert "nothing was changed" in refused.text
    assert "pulumi refresh" in refused.text
    assert 'force=["web/port"]' in refused.text
    assert "Traceback" not in refused.text
    assert admin.params("web") == {"web/port": 8080, "web/host": "b"}

    drift = stack.refresh()
    assert drift.ok
    assert "~ web/port: 80 => 8080" in drift.text
    assert stack.up(wanted).ok
    assert admin.params("web") == {"web/port": 81, "web/host": "a"}


def test_a_change_that_somebody_else_made_already_is_no_conflict(stack: Stack, admin: AdminClient) -> None:
    assert stack.up(ONE).ok
    admin.set_param("web", "web/port", 81)
    changed = stack.up(ONE.replace("80", "81").replace('"a"', '"c"'))
    assert changed.ok, changed.text
    assert admin.params("web") == {"web/port": 81, "web/host": "c"}


def test_force_overwrites_the_named_key_only(stack: Stack, admin: AdminClient) -> None:
    assert stack.up(ONE).ok
    admin.set_param("web", "web/port", 8080)
    forced = stack.up(ONE.replace("80", "81").replace("meta=", 'force=["web/port"], meta='))
    assert forced.ok, forced.text
    assert admin.params("web")["web/port"] == 81

    admin.set_param("web", "web/host", "theirs")
    refused = stack.up(ONE.replace("80", "81").replace('"a"', '"c"').replace("meta=", 'force=["web/port"], meta='))
    assert not refused.ok
    assert 'params.web/host: reviewed "a" / live "theirs" / wanted "c"' in refused.text


def test_a_vanished_profile_is_reported_refreshed_away_and_created_again(stack: Stack, admin: AdminClient) -> None:
    assert stack.up(ONE).ok
    admin.delete("profiles/web")
    gone = stack.up(ONE.replace("80", "81"))
    assert not gone.ok
    assert "profile 'web' is gone from the endpoint: run `pulumi refresh`" in gone.text
    assert stack.refresh().ok
    assert stack.resources("Profile") == []
    assert stack.up(ONE.replace("80", "81")).ok
    assert admin.params("web")["web/port"] == 81


def test_an_existing_profile_is_adopted_with_an_empty_diff_and_given_back_on_destroy(
    stack: Stack, admin: AdminClient
) -> None:
    admin.post("profiles", {"Name": "web", "Description": "old", "Params": {"web/port": 80, "theirs": [1]}})
    refused = stack.up(ONE)
    assert not refused.ok
    assert "profile 'web' exists already and is not this stack's" in refused.text
    assert "adopt=True" in refused.text
    assert admin.params("web") == {"web/port": 80, "theirs": [1]}

    adopting = 'drp.Profile("web", params={"web/port": 80, "web/host": "a"}, adopt=True)'
    assert stack.up(adopting).ok
    assert admin.params("web") == {"web/port": 80, "theirs": [1], "web/host": "a"}
    assert stack.up(adopting, "--expect-no-changes").ok
    assert "pulumi-owner" not in admin.get("profiles/web")["Meta"]

    admin.set_param("web", "web/port", 8080)
    assert stack.destroy().ok
    assert admin.params("web") == {"web/port": 8080, "theirs": [1]}
    assert admin.get("profiles/web")["Description"] == "old"


def test_adopting_refuses_a_declared_key_with_another_value(stack: Stack, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "web", "Params": {"web/port": 8080}})
    refused = stack.up(ONE.replace("meta=", "adopt=True, meta="))
    assert not refused.ok
    assert "params.web/port: live 8080 / wanted 80" in refused.text
    assert admin.params("web") == {"web/port": 8080}


def test_two_stacks_own_disjoint_keys_of_one_profile(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    assert stack.up('drp.Profile("web", params={"a/one": 1})').ok
    second = Stack(stack.folder.parent, proxy.url, name="second", state=stack.folder.parent / "state")
    assert second.up('drp.Profile("other", name="web", params={"b/two": 2}, adopt=True)').ok
    assert stack.up('drp.Profile("web", params={"a/one": 10})').ok
    assert second.up('drp.Profile("other", name="web", params={"b/two": 20}, adopt=True)').ok
    assert admin.params("web") == {"a/one": 10, "b/two": 20}
    assert second.destroy().ok
    assert admin.params("web") == {"a/one": 10}


def test_a_plain_field_is_guarded_like_a_param_and_emptied_when_dropped(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    assert stack.up('drp.Profile("web")').ok
    proxy.forget()
    assert stack.up('drp.Profile("web", description="one")').ok
    assert proxy.calls() == ["PATCH profiles/web"]
    admin.patch("profiles/web", {"op": "replace", "path": "/Description", "value": "theirs"})
    refused = stack.up('drp.Profile("web", description="two")')
    assert not refused.ok
    assert 'description: reviewed "one" / live "theirs" / wanted "two"' in refused.text
    assert stack.refresh().ok
    assert stack.up('drp.Profile("web")').ok
    assert admin.get("profiles/web")["Description"] == ""


def test_another_name_makes_the_new_profile_before_the_old_one_goes(stack: Stack, proxy: FaultProxy) -> None:
    assert stack.up('drp.Profile("web", params={"web/port": 80})').ok
    proxy.forget()
    assert stack.up('drp.Profile("web", name="web-two", params={"web/port": 80})').ok
    assert proxy.calls() == ["POST profiles", "GET profiles/web", "DELETE profiles/web"]


def test_a_replacement_of_the_same_name_is_not_taken_away_by_the_delete_of_the_old_one(
    stack: Stack, admin: AdminClient
) -> None:
    assert stack.up(ONE).ok
    urn = stack.resources("Profile")[0]["urn"]
    replaced = stack.up(None, "--replace", urn)
    assert replaced.ok, replaced.text
    assert admin.params("web") == {"web/port": 80, "web/host": "a"}
    assert stack.refresh().ok
    assert stack.up(None, "--expect-no-changes").ok


def test_two_resources_cannot_hold_one_profile(stack: Stack, admin: AdminClient) -> None:
    refused = stack.up('drp.Profile("web")\ndrp.ClusterProfile("web", name="web")')
    assert not refused.ok
    assert "exists already" in refused.text
