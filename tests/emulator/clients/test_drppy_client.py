"""RackN's own Python client, generated from the server's API description, against the endpoint."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import drppy_client
import pytest
from drppy_client.rest import ApiException

from drp_emulator import EmulatedEndpoint

USER, PASSWORD = "rocketskates", "r0cketsk8ts"


class Api:
    """The client's classes for each type of object, on one connection."""

    def __init__(self, endpoint: EmulatedEndpoint, **login: str) -> None:
        settings = drppy_client.Configuration()
        settings.host = f"{endpoint.url}/api/v3"
        settings.ssl_ca_cert = str(endpoint.certificate)
        settings.username = login.get("username", "")
        settings.password = login.get("password", "")
        if "token" in login:
            settings.api_key["Authorization"] = login["token"]
            settings.api_key_prefix["Authorization"] = "Bearer"
        self.client = drppy_client.ApiClient(settings)

    def __getattr__(self, name: str) -> Any:
        """`api.profiles` is the client's ProfilesApi."""
        return getattr(drppy_client, f"{name.title()}Api")(self.client)


@pytest.fixture(scope="module")
def api(endpoint: EmulatedEndpoint) -> Iterator[Api]:
    made = Api(endpoint, username=USER, password=PASSWORD)
    yield made
    made.client.rest_client.pool_manager.clear()


@contextmanager
def refused(status: int) -> Iterator[dict[str, Any]]:
    """Expect an error answer; its body is filled in for a closer look."""
    body: dict[str, Any] = {}
    with pytest.raises(ApiException) as caught:
        yield body
    assert caught.value.status == status
    if caught.value.body:
        body.update(json.loads(caught.value.body))
        assert list(body) == ["Model", "Key", "Type", "Messages", "Code"]
        assert body["Code"] == status


def test_it_logs_in_with_a_password_and_then_with_the_token(api: Api, endpoint: EmulatedEndpoint) -> None:
    # The client's own get_user_token leaves `{name}` in the path, so its lower layer asks.
    answer, *_ = api.client.call_api(f"/users/{USER}/token", "GET", response_type="object", auth_settings=["basicAuth"])
    token = answer["Token"]
    with_token = Api(endpoint, token=token)
    assert [user.name for user in with_token.users.list_users()] == [USER]
    with_token.client.rest_client.pool_manager.clear()


def test_a_wrong_password_is_refused(endpoint: EmulatedEndpoint) -> None:
    stranger = Api(endpoint, username=USER, password="wrong")
    with refused(403) as error:
        stranger.profiles.list_profiles()
    assert error["Messages"] == ["Access Denied"]
    stranger.client.rest_client.pool_manager.clear()


def test_without_a_login_the_answer_is_401_and_empty(endpoint: EmulatedEndpoint) -> None:
    stranger = Api(endpoint)
    with refused(401) as error:
        stranger.profiles.list_profiles()
    assert error == {}
    stranger.client.rest_client.pool_manager.clear()


def test_a_user_without_rights_is_told_which_claim_is_missing(api: Api, endpoint: EmulatedEndpoint, name: str) -> None:
    api.users.create_user({"Name": name})
    api.client.call_api(
        f"/users/{name}/password",
        "PUT",
        body={"Password": "long enough"},
        header_params={"Content-Type": "application/json"},
        auth_settings=["basicAuth"],
    )
    guest = Api(endpoint, username=name, password="long enough")
    assert guest.profiles.list_profiles() == []
    with refused(403) as error:
        guest.profiles.create_profile({"Name": f"{name}-profile"})
    assert error["Type"] == "AUTH"
    assert error["Messages"][1].startswith("Requires: profiles create")
    guest.client.rest_client.pool_manager.clear()


def test_it_reads_what_the_endpoint_says_of_itself(api: Api, dialect: str) -> None:
    if dialect == "v3.13":
        # The client insists on members that servers of that time did not send.
        with pytest.raises(ValueError, match="must not be `None`"):
            api.info.get_info()
        return
    info = api.info.get_info()
    assert info.version.startswith("v4.8")
    assert "api-v3" in info.features
    assert {stat.name: stat.count for stat in info.stats}["machines.count"] >= 8


def test_it_lists_the_types_of_objects_and_their_indexes(api: Api, dialect: str) -> None:
    types = api.objects.list_objects()
    assert {"machines", "profiles", "params", "stages", "tasks", "templates", "workflows"} <= set(types)
    assert ("pools" in types) == (dialect == "v4.8")
    assert api.indexes.get_index("machines")["Name"].unique


def test_it_pages_through_the_machines_in_order(api: Api) -> None:
    names = [
        machine.name
        for offset in (0, 3, 6)
        for machine in api.machines.list_machines(offset=offset, limit=3, sort="Name")
    ]
    assert names[:8] == [f"node-{number}" for number in range(1, 9)]
    backwards = api.machines.list_machines(limit=100, sort="Name", reverse=True)
    assert [machine.name for machine in backwards] == sorted((machine.name for machine in backwards), reverse=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("Name", "Eq", "node-3"), ["node-3"]),
        (("Name", "In", "node-2,node-5"), ["node-2", "node-5"]),
        (("Name", "Between", "node-2", "node-4"), ["node-2", "node-3", "node-4"]),
        (("Name", "Re", "^node-[78]$"), ["node-7", "node-8"]),
        (
            ("Name", "Re", "^node-[1-8]$", "sort", "Name", "reverse", "limit", "2"),
            ["node-8", "node-7"],
        ),
        (("Name", "Eq", "nobody"), []),
    ],
)
def test_it_filters_machines(api: Api, arguments: tuple[str, ...], expected: list[str]) -> None:
    found = api.machines.filter(*arguments)
    names = [machine.name for machine in found]
    assert names == expected if "sort" in arguments else sorted(names) == expected


def test_it_counts_what_a_filter_finds_without_fetching_it(api: Api, dialect: str) -> None:
    stats = api.machines.list_stats_machines(name="Re(^node-[1-4]$)", limit=3)
    counts = {stat.name: stat.count for stat in stats}
    assert counts["count"] == 3
    assert counts["total-count"] >= 8
    if dialect == "v4.8":
        assert counts["filter-count"] == 4


def test_an_unknown_filter_is_refused(api: Api) -> None:
    with refused(406) as error:
        api.machines.filter("Bogus", "Eq", "x")
    assert error["Messages"] == ["Filter not found: Bogus"]


def test_it_finds_a_machine_by_name_and_by_uuid(api: Api) -> None:
    by_name = api.machines.get_machine("Name:node-1")
    by_uuid = api.machines.get_machine(by_name.uuid)
    assert by_uuid.name == "node-1"
    assert by_uuid.to_dict() == by_name.to_dict()
    api.machines.head_machine(by_name.uuid)
    with refused(404):
        api.machines.get_machine("node-1")


BODIES: dict[str, Callable[[str], dict[str, Any]]] = {
    "profile": lambda name: {"Name": name, "Description": "old", "Params": {"a/b": [1, {"c": 2}]}},
    "param": lambda name: {
        "Name": name,
        "Description": "old",
        "Secure": False,
        "Schema": {"type": "string"},
    },
    "machine": lambda name: {"Name": name, "Description": "old"},
    "stage": lambda name: {"Name": name, "Description": "old", "BootEnv": "", "Tasks": []},
    "workflow": lambda name: {"Name": name, "Description": "old", "Stages": []},
    "task": lambda name: {"Name": name, "Description": "old"},
    "template": lambda name: {"ID": name, "Description": "old", "Contents": "text {{ 1 }}"},
}


@pytest.mark.parametrize("kind", BODIES)
def test_an_object_lives_from_create_to_delete(api: Api, name: str, kind: str) -> None:
    methods = getattr(api, f"{kind}s")

    def call(verb: str, *arguments: Any) -> Any:
        return getattr(methods, f"{verb}_{kind}")(*arguments)

    body = BODIES[kind](name)
    made = call("create", body)
    key = made.uuid if kind == "machine" else name
    assert made.description == "old"
    assert call("get", key).to_dict() == made.to_dict()
    call("head", key)
    index = "ID" if kind == "template" else "Name"
    assert [one.to_dict() for one in methods.filter(index, "Eq", name)] == [made.to_dict()]
    with refused(422 if kind == "machine" else 409):  # a machine's key is its uuid
        call("create", body)

    change = [
        {"op": "test", "path": "/Description", "value": "old"},
        {"op": "replace", "path": "/Description", "value": "new"},
    ]
    assert call("patch", change, key).description == "new"
    with refused(409) as error:
        call("patch", change, key)
    assert error["Type"] == "PATCH"
    assert error["Messages"][0] == "Patch error at line 0: Test op failed."
    assert call("get", key).description == "new"

    whole = api.client.sanitize_for_serialization(call("get", key))
    assert call("put", {**whole, "Description": "put"}, key).description == "put"
    assert call("delete", key).description == "put"
    for verb in ("get", "delete"):
        with refused(404) as error:
            call(verb, key)
        assert error["Messages"] == ["Not Found"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("profile", {"Name": "1-is-no-letter"}),
        ("param", {"Name": "wrong/schema", "Secure": False, "Schema": {"type": "bogus"}}),
        ("machine", {"Name": "new-machine", "Profiles": ["nowhere"]}),
        ("machine", {"Name": "new-machine", "Workflow": "nowhere"}),
    ],
)
def test_what_does_not_validate_is_refused_with_a_reason(api: Api, kind: str, body: dict[str, Any]) -> None:
    with refused(422) as error:
        getattr(getattr(api, f"{kind}s"), f"create_{kind}")(body)
    assert error["Type"] == "ValidationError"
    assert error["Messages"]


def test_a_profile_in_use_is_kept_and_its_machine_named(api: Api, name: str) -> None:
    api.profiles.create_profile({"Name": name})
    machine = api.machines.create_machine({"Name": name, "Profiles": [name]})
    with refused(422) as error:
        api.profiles.delete_profile(name)
    assert machine.uuid in error["Messages"][0]
    api.machines.delete_machine(machine.uuid)
    api.profiles.delete_profile(name)


def test_a_machine_takes_a_profile_and_gives_it_back(api: Api, name: str) -> None:
    api.profiles.create_profile({"Name": name, "Params": {"who/am-i": "profile"}})
    machine = api.machines.get_machine("Name:node-2")
    append = [{"op": "add", "path": "/Profiles/-", "value": name}]
    taken = api.machines.patch_machine(append, machine.uuid)
    assert taken.profiles == [*machine.profiles, name]
    assert api.machines.get_machine_params(machine.uuid, aggregate="true")["who/am-i"] == "profile"
    with refused(422) as error:
        api.machines.patch_machine(append, machine.uuid)
    assert "Duplicate profile" in error["Messages"][0]
    index = len(machine.profiles)
    given = api.machines.patch_machine(
        [
            {"op": "test", "path": f"/Profiles/{index}", "value": name},
            {"op": "remove", "path": f"/Profiles/{index}"},
        ],
        "Name:node-2",
    )
    assert given.profiles == machine.profiles


@pytest.mark.parametrize("kind", ["profile", "stage"])
def test_params_are_set_read_changed_and_removed_one_by_one(api: Api, name: str, kind: str) -> None:
    methods = getattr(api, f"{kind}s")

    def call(verb: str, *arguments: Any, **keywords: Any) -> Any:
        return getattr(methods, verb.replace("KIND", kind))(*arguments, **keywords)

    call("create_KIND", BODIES[kind](name) | {"Params": {}})
    assert call("post_KIND_param", {"deep": [1, 2]}, name, "my/data") == {"deep": [1, 2]}
    assert call("get_KIND_param", name, "my/data") == {"deep": [1, 2]}
    assert call("get_KIND_param", name, "my/absent") is None
    call("post_KIND_params", {"a/one": 1, "a/two": "zwei"}, name)
    change = [
        {"op": "test", "path": "/a~1one", "value": 1},
        {"op": "replace", "path": "/a~1one", "value": 2},
    ]
    assert call("patch_KIND_params", change, name) == {"a/one": 2, "a/two": "zwei"}
    with refused(409) as error:
        call("patch_KIND_params", change, name)
    assert "Test op failed." in " ".join(error["Messages"])
    call("delete_KIND_param", name, "a/two")
    assert call("get_KIND_params", name) == {"a/one": 2}
    with refused(404):
        call("delete_KIND_param", name, "a/two")


def test_a_param_of_a_machine_is_set_through_its_definition(api: Api, name: str) -> None:
    param = f"{name}/ports"
    api.params.create_param({"Name": param, "Secure": False, "Schema": {"type": "array"}})
    uuid = api.machines.get_machine("Name:node-3").uuid
    api.machines.post_machine_param([80, 443], uuid, param)
    assert api.machines.get_machine_param(uuid, param) == [80, 443]
    holders = api.machines.filter("Params", "Eq", param, "Name", "Re", "^node-")
    assert [machine.name for machine in holders] == ["node-3"]
    api.machines.delete_machine_param(uuid, param)
    assert api.machines.get_machine_param(uuid, param) is None


def test_a_slim_list_leaves_out_what_is_not_asked_for(api: Api, name: str) -> None:
    api.profiles.create_profile({"Name": name, "Params": {"a/one": 1, "a/two": 2}})
    assert api.profiles.filter("Name", "Eq", name, "slim", "Params")[0].params == {}
    only = api.profiles.filter("Name", "Eq", name, "params", "a/two")[0]
    assert (only.params, only.partial) == ({"a/two": 2}, True)


def test_a_value_is_held_to_its_params_schema(api: Api, name: str) -> None:
    param = f"{name}/size"
    api.params.create_param({"Name": param, "Secure": False, "Schema": {"type": "integer"}})
    api.profiles.create_profile({"Name": name})
    with refused(409) as error:
        api.profiles.post_profile_param("large", name, param)
    assert "Expected: integer, given: string" in error["Messages"][0]
    with refused(422):
        api.profiles.patch_profile(
            [{"op": "add", "path": f"/Params/{param.replace('/', '~1')}", "value": "large"}], name
        )
    api.profiles.post_profile_param(5, name, param)


def test_a_schema_default_shows_only_in_an_aggregate(api: Api, name: str) -> None:
    param = f"{name}/color"
    schema = {"type": "string", "default": "blue"}
    api.params.create_param({"Name": param, "Secure": False, "Schema": schema})
    uuid = api.machines.get_machine("Name:node-5").uuid
    assert api.machines.get_machine_param(uuid, param) is None
    assert api.machines.get_machine_param(uuid, param, aggregate="true") == "blue"


def test_meta_is_read_and_patched_on_its_own(api: Api, name: str) -> None:
    api.profiles.create_profile({"Name": name, "Meta": {"icon": "cloud"}})
    assert api.meta.get_meta("profiles", name) == {"icon": "cloud"}
    change = [
        {"op": "test", "path": "/icon", "value": "cloud"},
        {"op": "replace", "path": "/icon", "value": "rocket"},
    ]
    assert api.meta.patch_meta("profiles", name, change) == {"icon": "rocket"}
    with refused(409):
        api.meta.patch_meta("profiles", name, change)


def test_a_workflow_of_stages_and_tasks_is_put_on_a_machine(api: Api, name: str) -> None:
    api.tasks.create_task({"Name": f"{name}-task"})
    api.stages.create_stage({"Name": f"{name}-stage", "Tasks": [f"{name}-task"]})
    made = api.workflows.create_workflow({"Name": name, "Stages": [f"{name}-stage"]})
    assert made.available
    machine = api.machines.create_machine({"Name": name, "Workflow": name})
    assert machine.workflow == name
    assert f"{name}-task" in machine.tasks
    with refused(409) as error:
        api.tasks.delete_task(f"{name}-task")
    assert error["Type"] == "StillInUseError"
