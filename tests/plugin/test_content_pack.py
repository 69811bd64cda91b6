"""Content packs through the real plugin and a real endpoint: requests, results and errors."""

from collections.abc import Iterator
from typing import Any

import pytest

from drp_emulator import EmulatedEndpoint
from drp_provider.engine.codec import NULL
from drp_provider.engine.content.pack_files import load_pack
from tests.support.admin import KEY, AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.plugin import ROOT, UNKNOWN, Plugin, PluginError

PACK = "content_pack:ContentPack"


def content(*tasks: str, **meta: str) -> dict[str, Any]:
    return {"meta": meta, "sections": {"tasks": {task: {"Name": task, "Description": "d"} for task in tasks}}}


def inputs(name: str, *tasks: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "content": content(*tasks), "version": "v1.0.0", "owner": f"p/s/{name}", **more}


def upload(admin: AdminClient, name: str, *tasks: str, **meta: Any) -> None:
    pack = content(*tasks)
    admin.post("contents", {**pack, "meta": {"Name": name, "Version": "v1.0.0", **meta}})


def remove(admin: AdminClient, name: str) -> None:
    assert admin.send("DELETE", f"contents/{name}").status_code == 204


@pytest.fixture(scope="module")
def destroyer(shared_door: FaultProxy) -> Iterator[Plugin]:
    """Return the provider process of a destroy, in which no program declares a resource."""
    with Plugin({"RS_ENDPOINT": shared_door.url, "RS_KEY": ":".join(KEY)}) as running:
        yield running


def test_a_pack_is_one_request_whatever_it_holds(
    plugin: Plugin, destroyer: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    wanted = inputs(name, f"{name}-a", f"{name}-b")
    id_, outputs = plugin.create(PACK, wanted)
    assert proxy.calls() == ["POST contents"]
    assert (id_, outputs["adopted"], outputs["warnings"], outputs["version"]) == (name, False, [], "v1.0.0")
    assert admin.get(f"contents/{name}")["meta"]["Meta"] == {"pulumi-owner": f"p/s/{name}"}
    assert admin.get(f"tasks/{name}-a")["Bundle"] == name
    proxy.forget()
    plugin.update(PACK, id_, outputs, inputs(name, f"{name}-a", version="v1.1.0"))
    assert proxy.calls() == [f"PUT contents/{name}"]
    assert not admin.exists(f"tasks/{name}-b")
    proxy.forget()
    destroyer.delete(PACK, id_, outputs)
    destroyer.delete(PACK, id_, outputs)
    assert proxy.calls() == [f"{verb} contents/{name}" for verb in ("GET", "DELETE", "GET", "GET")]
    assert not admin.exists(f"tasks/{name}-a")


def test_nulls_and_numbers_arrive_as_the_program_wrote_them(plugin: Plugin, admin: AdminClient, name: str) -> None:
    schema = {"type": "string", "x-null": NULL, "enum": ["a", None], "maxLength": 8, "x-n": 1.5, "x-m": {}, "x-l": []}
    pack = {"sections": {"params": {f"{name}/p": {"Name": f"{name}/p", "Schema": schema}}}}
    id_, outputs = plugin.create(PACK, {"name": name, "content": pack})
    sent = admin.get(f"contents/{name}")["sections"]["params"][f"{name}/p"]["Schema"]
    assert sent == {**schema, "x-null": None}
    assert outputs["content"]["sections"]["params"][f"{name}/p"]["Schema"]["x-null"] == NULL
    _, again, read = plugin.read(PACK, id_, outputs)
    assert again == outputs
    assert plugin.diff(PACK, outputs, read).changes == 1


def test_name_and_version_come_from_meta_or_content(plugin: Plugin, name: str) -> None:
    given = {"name": name, "content": content("t1", Name="other", Version=" v2.0.0\n", Type="dynamic")}
    completed, faults = plugin.check(PACK, given)
    assert (completed["version"], completed["content"]["meta"], faults) == ("v2.0.0", {}, [])
    versions = {
        plugin.check(PACK, {"name": name, "content": pack})[0]["version"]
        for pack in (content("t1"), content("t1"), content("t2"), content("t1", Description="x"))
    }
    assert len(versions) == 3
    assert all(version.startswith("v0.0.0+sha256.") for version in versions)
    assert plugin.check(PACK, {**given, "version": "v3"})[0]["version"] == "v3"


@pytest.mark.parametrize("unknown", ["content", "sections", "object"])
def test_what_is_not_known_yet_leaves_the_version_unknown(plugin: Plugin, name: str, unknown: str) -> None:
    pack = {
        "content": UNKNOWN,
        "sections": {"meta": {}, "sections": UNKNOWN},
        "object": {"meta": {}, "sections": {"tasks": {"t1": UNKNOWN}}},
    }[unknown]
    completed, faults = plugin.check(PACK, {"name": name, "content": pack})
    assert (completed["version"], faults) == (UNKNOWN, [])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "name: ' ' is not a valid name of a content pack"),
        ({"name": "a/b"}, "name: 'a/b' is not a valid name of a content pack"),
        ({"name": "BasicStore"}, "name: 'BasicStore' is the endpoint's own: choose another name"),
        (
            {"content": {"sections": {"task": {"t": {}}}}},
            "sections.task is not a section of a content pack: did you mean",
        ),
        ({"content": {"sections": {"tasks": {"t1": 5}}}}, "content: sections.tasks.t1 must be a map"),
        ({"content": {"sections": {"tasks": 5}}}, "content: sections.tasks must be a map of objects by Name"),
        ({"content": {"sections": 5}}, "content: sections must be a map"),
        ({"content": {"tasks": {}}}, "content: tasks is not a part of a content pack"),
        ({"content": {"sections": {"tasks": {"t1": {"Name": "t2"}}}}}, "sections.tasks.t1 has another Name inside"),
        ({"content": {"sections": {"tasks": {"1t": {}}}}}, "sections.tasks.1t: '1t' is not a DRP name"),
        ({"content": {"sections": {"params": {"1p": {}}}}}, "sections.params.1p: '1p' is not a DRP param name"),
        ({"content": {"meta": {"Autor": "me"}}}, "meta.Autor is not a meta field of a content pack"),
        ({"content": {"meta": {"Author": 5}}}, "content: meta.Author must be text"),
        ({"content": {"meta": {"Meta": {"pulumi-owner": "x"}}}}, "meta.Meta.pulumi-owner is the provider's own mark"),
        (
            {"content": {"sections": {"profiles": {"p1": {"Params": {"x": 1e300}}}}}},
            "content: sections.profiles.p1.Params.x DRP keeps whole numbers exactly only between",
        ),
        ({"content": {"sections": {}}, "bogus": 1}, "bogus: is not an input of this resource"),
    ],
)
def test_what_drp_would_refuse_is_said_in_the_preview(
    plugin: Plugin, proxy: FaultProxy, wrong: dict[str, Any], said: str
) -> None:
    _, faults = plugin.check(PACK, {"name": "my-pack", "content": {}, **wrong})
    assert len(faults) == 1
    assert said in faults[0]
    assert proxy.calls() == []


def test_drift_is_seen_object_by_object(plugin: Plugin, admin: AdminClient, name: str) -> None:
    one, two, three = (f"{name}-{part}" for part in ("a", "b", "c"))
    id_, outputs = plugin.create(PACK, inputs(name, one, two))
    assert plugin.read(PACK, id_, outputs)[1] == outputs
    theirs = {
        "meta": {"Name": name, "Version": "v9"},
        "sections": {"tasks": {three: {"Name": three}, one: {"Name": one}}},
    }
    assert admin.send("PUT", f"contents/{name}", theirs).status_code == 200
    _, seen, read = plugin.read(PACK, id_, outputs)
    assert seen["content"]["sections"] == {"tasks": {one: {"Name": one}, three: {"Name": three}}}
    assert (read["version"], seen["version"]) == ("v9", "v9")
    remove(admin, name)
    assert plugin.read(PACK, id_, outputs)[0] == ""


def test_what_an_endpoint_fills_in_is_no_drift(plugin: Plugin, proxy: FaultProxy, name: str) -> None:
    _, outputs = plugin.create(PACK, inputs(name, f"{name}-a"))
    filled = (
        '{"Validated": false, "Available": false, "Errors": [], "ReadOnly": false, "Bundle": "", "Endpoint": "",'
        f' "Meta": {{"feature-flags": "sane-exit-codes"}}, "Name": "{name}-a", "Description": "d", "Templates": null,'
        ' "RequiredParams": []}'
    )
    body = (
        f'{{"meta": {{"Name": "{name}", "Version": "v1.0.0", "Type": "dynamic", "Source": "", "Writable": false}},'
        f' "sections": {{"tasks": {{"{name}-a": {filled}}}, "stages": {{}}}}}}'
    )
    proxy.answer("GET", 200, body.encode(), "application/json", times=1)
    assert plugin.read(PACK, name, outputs)[1] == outputs


def test_an_existing_pack_is_refused_or_adopted(
    plugin: Plugin, destroyer: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    upload(admin, name, f"{name}-a")
    with pytest.raises(PluginError, match=f"content pack '{name}' exists already, in version v1.0.0.*set adopt=True"):
        plugin.create(PACK, inputs(name, f"{name}-b"))
    proxy.forget()
    id_, outputs = plugin.create(PACK, inputs(name, f"{name}-b", adopt=True))
    assert proxy.calls() == ["POST contents", f"GET contents/{name}", f"PUT contents/{name}"]
    assert outputs["adopted"] is True
    assert admin.exists(f"tasks/{name}-b")
    assert not admin.exists(f"tasks/{name}-a")
    plugin.update(PACK, id_, outputs, inputs(name, f"{name}-c", adopt=True))
    assert admin.get(f"contents/{name}")["meta"]["Meta"] == {}
    proxy.forget()
    destroyer.delete(PACK, id_, outputs)
    assert proxy.calls() == []
    assert admin.exists(f"tasks/{name}-c")
    remove(admin, name)


def test_a_pack_that_is_there_just_so_is_adopted_without_a_write(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    upload(admin, name, f"{name}-a")
    with pytest.raises(PluginError, match="exists already"):
        plugin.create(PACK, inputs(name, f"{name}-a"))
    proxy.forget()
    assert plugin.create(PACK, inputs(name, f"{name}-a", adopt=True))[1]["adopted"] is True
    assert proxy.calls() == ["POST contents", f"GET contents/{name}"]
    remove(admin, name)


def test_an_interrupted_upload_is_found_by_its_mark(plugin: Plugin, admin: AdminClient, name: str) -> None:
    upload(admin, name, f"{name}-a", Meta={"pulumi-owner": f"p/s/{name}"})
    assert plugin.create(PACK, inputs(name, f"{name}-b"))[1]["adopted"] is False
    assert admin.exists(f"tasks/{name}-b")


def test_an_interrupted_upload_is_found_by_its_content(plugin: Plugin, admin: AdminClient, name: str) -> None:
    upload(admin, name, f"{name}-a")
    assert plugin.create(PACK, inputs(name, f"{name}-a", owner=""))[1]["adopted"] is False


def test_an_equal_pack_of_another_stack_is_not_ours(plugin: Plugin, admin: AdminClient, name: str) -> None:
    upload(admin, name, f"{name}-a", Meta={"pulumi-owner": "other/stack/pack"})
    with pytest.raises(PluginError, match="exists already"):
        plugin.create(PACK, inputs(name, f"{name}-a"))


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
@pytest.mark.parametrize("mark", ["p/s/x", ""])
def test_a_silent_upload_is_looked_up(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, fault: str, mark: str
) -> None:
    getattr(proxy, fault)("POST")
    _, outputs = plugin.create(PACK, inputs(name, f"{name}-a", owner=mark))
    assert outputs["adopted"] is False
    sent = ["POST contents", f"GET contents/{name}"]
    assert proxy.calls() == (sent if fault == "lose_reply" else [*sent, "POST contents"])
    assert admin.exists(f"tasks/{name}-a")


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_a_silent_update_is_looked_up(
    plugin: Plugin, proxy: FaultProxy, admin: AdminClient, name: str, fault: str
) -> None:
    id_, outputs = plugin.create(PACK, inputs(name, f"{name}-a"))
    proxy.forget()
    getattr(proxy, fault)("PUT")
    plugin.update(PACK, id_, outputs, inputs(name, f"{name}-b"))
    assert admin.exists(f"tasks/{name}-b")
    sent = [f"PUT contents/{name}", f"GET contents/{name}"]
    assert proxy.calls() == (sent if fault == "lose_reply" else [*sent, f"PUT contents/{name}"])


def test_a_pack_that_is_gone_is_said_so_by_the_update(plugin: Plugin, admin: AdminClient, name: str) -> None:
    id_, outputs = plugin.create(PACK, inputs(name, f"{name}-a"))
    remove(admin, name)
    with pytest.raises(PluginError, match=f"content pack '{name}' is gone from the endpoint: run `pulumi refresh`"):
        plugin.update(PACK, id_, outputs, inputs(name, f"{name}-b"))


def test_objects_of_others_are_named_with_their_owner(plugin: Plugin, admin: AdminClient, name: str) -> None:
    upload(admin, f"{name}-theirs", f"{name}-a")
    admin.post("tasks", {"Name": f"{name}-b"})
    with pytest.raises(PluginError) as caught:
        plugin.create(PACK, inputs(name, f"{name}-a", f"{name}-b", f"{name}-c"))
    assert (
        f"content pack '{name}' was not uploaded, because it may not override the objects of others: tasks/{name}-a "
        f"exists already, of content pack {name}-theirs, tasks/{name}-b exists already, made by hand or by another "
        "program; "
        "rename yours, or delete theirs first."
    ) in str(caught.value)
    assert not admin.exists(f"contents/{name}")


def test_what_is_in_use_stays_and_object_and_user_are_named(
    plugin: Plugin, destroyer: Plugin, admin: AdminClient, name: str
) -> None:
    task, profile = f"{name}-a", f"{name}-p"
    pack: dict[str, Any] = {"sections": {"tasks": {task: {}}, "profiles": {profile: {}}}}
    id_, outputs = plugin.create(PACK, {"name": name, "content": pack, "version": "v1"})
    admin.post("stages", {"Name": f"{name}-s", "Tasks": [task]})
    admin.patch("machines/Name:node-3", {"op": "add", "path": "/Profiles/-", "value": profile})
    uses = f"profile {profile} by machine node-3, task {task} by stage {name}-s; remove these uses first"
    with pytest.raises(PluginError, match=f"'{name}' was not deleted, because it or its objects are in use: {uses}"):
        destroyer.delete(PACK, id_, outputs)
    with pytest.raises(PluginError, match=f"'{name}' was not changed, because it or its objects are in use: {uses}"):
        plugin.update(PACK, id_, outputs, {"name": name, "content": {}, "version": "v2"})
    assert admin.exists(f"tasks/{task}")
    assert admin.get(f"contents/{name}")["meta"]["Version"] == "v1"


def test_a_pack_that_another_needs_stays(plugin: Plugin, destroyer: Plugin, admin: AdminClient, name: str) -> None:
    id_, outputs = plugin.create(PACK, inputs(name))
    upload(admin, f"{name}-top", Prerequisites=f"{name}: >=1.0")
    with pytest.raises(
        PluginError, match=f"are in use: content pack {name} by content pack {name}-top; remove these uses"
    ):
        destroyer.delete(PACK, id_, outputs)


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {
                "profiles": {"my-p": {"Params": {"my/int": "canary"}}},
                "params": {"my/int": {"Schema": {"type": "integer"}}},
            },
            "profiles/my-p: param my/int violates its schema: (root): Invalid type. Expected: integer, given: string",
        ),
        (
            {"tasks": {"my-t": {"Description": 5}}},
            "tasks: cannot unmarshal number into Go struct field Task.Description of type string",
        ),
        ({"params": {"my/p": {"Schema": {"type": "bogus"}}}}, "params/my/p: has a primitive type that is NOT VALID"),
    ],
)  # fmt: skip
def test_an_invalid_object_is_named_without_its_value(
    plugin: Plugin, admin: AdminClient, name: str, sections: dict[str, Any], said: str
) -> None:
    with pytest.raises(PluginError) as caught:
        plugin.create(PACK, {"name": name, "content": {"sections": sections}})
    assert f"contents/{name} was refused ({said}" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert not admin.exists(f"contents/{name}")


def test_a_missing_prerequisite_is_named(plugin: Plugin, name: str) -> None:
    pack = content(Prerequisites="gone-one: >=1.0")
    with pytest.raises(PluginError, match=f"Content {name} requires content gone-one, which is not present"):
        plugin.create(PACK, {"name": name, "content": pack})


def test_what_is_not_usable_yet_is_an_output(plugin: Plugin, name: str) -> None:
    pack = {"sections": {"stages": {f"{name}-s": {"Tasks": ["missing"]}}, "ux_views": {"v": {}}}}
    _, outputs = plugin.create(PACK, {"name": name, "content": pack})
    assert outputs["warnings"] == [
        f"stages/{name}-s: Task missing (at 0) does not exist",
        "Section ux_views does not exist",
    ]


def test_another_name_takes_the_old_pack_away_first(plugin: Plugin, name: str) -> None:
    answer = plugin.diff(PACK, inputs(name, "t1"), inputs(f"{name}-new", "t1"))
    assert (list(answer.replaces), answer.deleteBeforeReplace) == (["name"], True)


def test_a_pack_that_the_program_still_declares_is_not_deleted(plugin: Plugin, admin: AdminClient, name: str) -> None:
    id_, outputs = plugin.create(PACK, inputs(name, f"{name}-a"))
    plugin.delete(PACK, id_, outputs)
    # `create` of this plugin checks first, as an update does: the program declares the pack.
    assert admin.exists(f"contents/{name}")


def test_a_missing_right_is_named(proxy: FaultProxy, admin: AdminClient, name: str) -> None:
    token = admin.token_for(name, {"scope": "contents", "action": "get", "specific": "*"})
    with Plugin({"RS_ENDPOINT": proxy.url, "RS_TOKEN": token}) as plugin, pytest.raises(PluginError) as caught:
        plugin.create(PACK, inputs(name, "t1"))
    assert f"the credentials lack the right to create on contents {name}" in str(caught.value)


def test_json_of_another_service_is_no_pack(plugin: Plugin, proxy: FaultProxy, name: str) -> None:
    _, outputs = plugin.create(PACK, inputs(name, f"{name}-a"))
    for method, act in (
        ("GET", lambda: plugin.read(PACK, name, outputs)),
        ("PUT", lambda: plugin.update(PACK, name, outputs, inputs(name, version="v3"))),
    ):
        proxy.faults.clear()
        proxy.answer(method, 200, b'{"status": "ok"}', "application/json", times=9)
        sentence = "JSON that is not the requested DRP object" if method == "GET" else "a success without the object"
        with pytest.raises(PluginError, match=f"returned {sentence}"):
            act()


def test_the_pack_of_this_repository_is_taken_without_a_warning(plugin: Plugin, name: str) -> None:
    pack = load_pack(ROOT / "content")
    id_, outputs = plugin.create(PACK, {"name": name, "content": pack})
    assert outputs["warnings"] == []
    assert outputs["version"] == pack["meta"]["Version"]
    assert plugin.read(PACK, id_, outputs)[1] == outputs


def test_the_older_version_of_drp_takes_the_same_packs(name: str) -> None:
    with EmulatedEndpoint(machines=1, dialect="v3.13") as old, FaultProxy(old.url) as proxy:
        key = {"RS_ENDPOINT": proxy.url, "RS_KEY": ":".join(KEY)}
        with Plugin(key) as plugin:
            id_, outputs = plugin.create(PACK, inputs(name, f"{name}-a"))
            assert plugin.read(PACK, id_, outputs)[1] == outputs


def test_an_adopted_pack_stays_adopted_over_a_lost_answer(
    plugin: Plugin, destroyer: Plugin, proxy: FaultProxy, admin: AdminClient, name: str
) -> None:
    admin.post("contents", {"meta": {"Name": name, "Version": "v0"}, "sections": {}})
    proxy.lose_reply("PUT")
    id_, outputs = plugin.create(PACK, {**inputs(name, f"{name}-a"), "adopt": True})
    assert outputs["adopted"] is True
    destroyer.delete(PACK, id_, outputs)
    assert admin.exists(f"contents/{name}")
