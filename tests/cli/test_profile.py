"""Profiles and params through the real command: what is sent, what is stored, what is refused."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

ONE = 'drp.Profile("web", params={"web/port": 80, "web/host": "a"}, meta={"icon": "server"})\n'
LEADER = 'drp.Param("leader", name="my/leader", schema=SCHEMA)\n'
TEXT = '{"type": "string", "default": "none"}'


def test_each_change_costs_the_promised_requests(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    """Create, keep, change, refresh and delete a profile and a param; the preview asks the endpoint nothing."""
    program = ONE + LEADER.replace("SCHEMA", TEXT)
    succeeded(stack.up(program))
    assert sorted(proxy.calls()) == ["POST params", "POST profiles"]
    assert admin.params("web") == {"web/port": 80, "web/host": "a"}
    assert admin.get("profiles/web")["Meta"]["pulumi-owner"] == "tests/dev/web"
    assert admin.get("params/my/leader")["Schema"] == {"type": "string", "default": "none"}

    admin.set_param("web", "other/key", "theirs")
    proxy.forget()
    changed = program.replace('80, "web/host": "a"', '81, "web/name": "n"').replace('"type": "string", ', "")
    shown = succeeded(stack.preview(changed)).text
    assert "~ web/port: 80 => 81" in shown
    assert '+ web/name: "n"' in shown
    assert '- web/host: "a"' in shown
    assert proxy.requests == []

    # A new key costs a look.
    succeeded(stack.up())
    assert sorted(proxy.calls()) == ["GET profiles/web", "PATCH params/my%2Fleader", "PATCH profiles/web"]
    patched = next(request.body for request in proxy.requests if request.path.endswith("profiles/web") and request.body)
    assert (patched[0]["op"], patched[0]["path"]) == ("test", "/Params")
    assert admin.params("web") == {"web/port": 81, "web/name": "n", "other/key": "theirs"}

    # A change, or a key that is dropped, costs none.
    proxy.forget()
    succeeded(stack.up(changed.replace('81, "web/name": "n"', "82")))
    assert proxy.calls() == ["PATCH profiles/web"]
    assert {"op": "test", "path": "/Params/web~1port", "value": 81} in proxy.requests[-1].body
    assert {"op": "replace", "path": "/Params/web~1port", "value": 82} in proxy.requests[-1].body
    assert admin.params("web") == {"web/port": 82, "other/key": "theirs"}

    proxy.forget()
    succeeded(stack.up(None, "--expect-no-changes"))
    assert proxy.calls() == []
    succeeded(stack.refresh())
    assert sorted(proxy.calls()) == ["GET params/my%2Fleader", "GET profiles/web"]

    proxy.forget()
    succeeded(stack.up('drp.Profile("web", name="web-two", params={"web/port": 82})'))
    moved = [call for call in proxy.calls() if "profiles" in call]
    assert moved == ["POST profiles", "GET profiles/web", "DELETE profiles/web"]
    assert not admin.exists("params/my/leader")

    proxy.forget()
    succeeded(stack.destroy())
    assert proxy.calls() == ["GET profiles/web-two", "DELETE profiles/web-two"]


OTHERS = """
    ports = {"web/port": PORT, "web/host": HOST}
    drp.Profile("changed", params=ports)
    drp.Profile("same", params=ports)
    drp.Profile("forced", params=ports, force=["web/port"])
    drp.Profile("gone", params=ports)
    drp.Profile("emptied", params=ports)
    drp.Profile("field", description=HOST)
"""


def test_changes_of_others_are_refused_until_seen(stack: Stack, admin: AdminClient) -> None:
    """Each profile meets another kind of foreign change; a refresh shows them all, and the next `up` succeeds."""
    wanted = OTHERS.replace("PORT", "81").replace("HOST", '"c"')
    succeeded(stack.up(OTHERS.replace("PORT", "80").replace("HOST", '"a"')))
    admin.set_param("changed", "web/port", 8080)
    admin.set_param("changed", "web/host", "b")
    admin.set_param("same", "web/port", 81)
    admin.set_param("forced", "web/port", 8080)
    admin.delete("profiles/gone")
    admin.patch("profiles/emptied", {"op": "replace", "path": "/Params/web~1port", "value": None})
    admin.patch("profiles/field", {"op": "replace", "path": "/Description", "value": "theirs"})

    refused = stack.up(wanted, "--continue-on-error")
    assert not refused.ok
    assert "params.web/port: reviewed 80 / live 8080 / wanted 81" in refused.text
    assert 'params.web/host: reviewed "a" / live "b" / wanted "c"' in refused.text
    assert "nothing was changed" in refused.text
    assert "pulumi refresh" in refused.text
    assert 'force=["web/port"' in refused.text
    assert "profile 'gone' is gone from the endpoint: run `pulumi refresh`" in refused.text
    assert "reviewed 80 / live null / wanted 81" in refused.text
    assert 'description: reviewed "a" / live "theirs" / wanted "c"' in refused.text
    assert "Traceback" not in refused.text
    assert admin.params("changed") == {"web/port": 8080, "web/host": "b"}
    # A value that another client has set to the wanted one is no conflict, and `force` overwrites what it names.
    for name in ("same", "forced"):
        assert admin.params(name) == {"web/port": 81, "web/host": "c"}

    # A value of others under a key that `force` does not name is a conflict for that resource as well.
    admin.set_param("forced", "web/host", "theirs")
    narrow = stack.up(wanted.replace('"c"', '"d"'), "--continue-on-error")
    assert 'params.web/host: reviewed "c" / live "theirs" / wanted "d"' in narrow.text

    shown = succeeded(stack.preview(wanted, "--refresh")).text
    assert "~ web/port: 80 => 8080" in shown
    assert "~ web/port: 8080 => 81" in shown
    drift = succeeded(stack.refresh()).text
    assert "~ web/port: 80 => 8080" in drift
    assert "null" in drift
    assert "gone" not in [resource["id"] for resource in stack.resources("Profile")]
    succeeded(stack.up(wanted.replace("description=HOST", "").replace('description="c"', "")))
    for name in ("changed", "same", "forced", "gone", "emptied"):
        assert admin.params(name) == {"web/port": 81, "web/host": "c"}
    assert admin.get("profiles/field")["Description"] == ""


def test_existing_objects_are_adopted_or_refused(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    """What `adopt` takes over has an empty diff afterwards, and a destroy gives it back; two stacks can share one."""
    ours = {"web/port": 80}
    left = {"cluster-profile": "old", "my/leader": "old", "my/data": 1}
    admin.post("profiles", {"Name": "web", "Description": "old", "Params": {"web/port": 80, "theirs": [1]}})
    admin.post("profiles", {"Name": "other", "Params": {"web/port": 8080}})
    admin.post("profiles", {"Name": "old", "Params": left})
    refused = stack.up(
        f"""
        drp.Profile("web", params={ours})
        drp.Profile("other", params={ours}, adopt=True)
        drp.ClusterProfile("old", runtime_params={{"my/leader": "none"}})
        drp.Profile("twice")
        drp.ClusterProfile("twice", name="twice")
        """,
        "--continue-on-error",
    )
    assert not refused.ok
    assert "profile 'web' exists already and is not this stack's" in refused.text
    assert "adopt=True" in refused.text
    assert "params.web/port: live 8080 / wanted 80" in refused.text
    assert "cluster profile 'old' exists already" in refused.text
    assert "my/data, my/leader" in refused.text
    assert "profile 'twice' exists already" in refused.text
    assert admin.params("web") == {"web/port": 80, "theirs": [1]}
    assert admin.params("other") == {"web/port": 8080}
    assert admin.params("old") == left

    adopting = """
        drp.Profile("web", params={"web/port": 80, "web/host": "a"}, adopt=True)
        drp.ClusterProfile("old", runtime_params={"my/leader": "none"}, adopt=True)
        drp.Profile("shared", params={"a/one": 1})
    """
    succeeded(stack.up(adopting))
    assert admin.params("web") == {"web/port": 80, "theirs": [1], "web/host": "a"}
    assert admin.params("old") == left
    assert "pulumi-owner" not in admin.get("profiles/web")["Meta"]
    succeeded(stack.up(None, "--expect-no-changes"))

    second = Stack(stack.folder.parent, proxy.url, name="second", state=stack.folder.parent / "state")
    succeeded(second.up('drp.Profile("other", name="shared", params={"b/two": 2}, adopt=True)'))
    succeeded(stack.up(adopting.replace('"a/one": 1', '"a/one": 10')))
    assert admin.params("shared") == {"a/one": 10, "b/two": 2}
    succeeded(second.destroy())
    assert admin.params("shared") == {"a/one": 10}

    admin.set_param("web", "web/port", 8080)
    succeeded(stack.destroy())
    assert admin.params("web") == {"web/port": 8080, "theirs": [1]}
    assert admin.get("profiles/web")["Description"] == "old"
    assert not admin.exists("profiles/shared")
