"""Ways in which people use a stack: secret credentials in its configuration, two endpoints, Param and refresh."""

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import KEY, Stack, succeeded

pytestmark = pytest.mark.cli


def test_credentials_from_the_configuration_work_for_every_command_and_a_new_key_wins_from_the_environment(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    del stack.environment["RS_ENDPOINT"], stack.environment["RS_KEY"]
    assert stack.run("config", "set", "drp:endpoint", proxy.url).ok
    assert stack.run("config", "set", "--secret", "drp:key", "rocketskates:stale").ok
    program = 'drp.Profile("web", params={"web/port": 80})'
    refused = stack.up(program)
    assert "the user name, password or token is wrong" in refused.text
    stack.environment["RS_KEY"] = KEY
    assert stack.up(program).ok
    # A bare refresh and destroy run with the configuration frozen in the state; the environment gets through.
    assert stack.refresh().ok
    assert stack.destroy().ok
    assert not admin.exists("profiles/web")


def test_one_program_reaches_two_endpoints(stack: Stack, admin: AdminClient) -> None:
    with EmulatedEndpoint(machines=1) as second:
        config = f'{{"drp:endpoint": "{second.url}", "drp:key": pulumi.Output.secret("{KEY}")}}'
        # An explicit provider is the way to a second endpoint, so nothing of the first may be in the environment.
        first = stack.environment.pop("RS_ENDPOINT")
        stack.run("config", "set", "drp:endpoint", first)
        done = stack.up(f"""
            other = pulumi.ProviderResource("pulumi-python", "other", {config})
            drp.Profile("here")
            drp.Profile("there", opts=pulumi.ResourceOptions(provider=other))
        """)
        assert done.ok, done.text
        assert admin.exists("profiles/here")
        assert not admin.exists("profiles/there")
        assert AdminClient(second.url).exists("profiles/there")


def test_a_param_is_defined_changed_and_enforced(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    program = 'drp.Param("leader", name="my/leader", schema={"type": "string", "default": "none"}, description="Who")'
    assert stack.up(program).ok
    assert proxy.calls() == ["POST params"]
    assert admin.get("params/my/leader")["Schema"] == {"type": "string", "default": "none"}
    assert stack.up(None, "--expect-no-changes").ok
    proxy.forget()
    assert stack.up(program.replace('"type": "string", ', "")).ok
    assert proxy.calls() == ["PATCH params/my%2Fleader"]
    assert stack.refresh().ok
    assert stack.destroy().ok
    assert not admin.exists("params/my/leader")


def test_no_endpoint_is_said_in_the_preview(stack: Stack) -> None:
    del stack.environment["RS_ENDPOINT"]
    refused = stack.preview('drp.Profile("web")')
    assert not refused.ok
    assert "SettingsError: No DRP endpoint is configured: set RS_ENDPOINT=https://HOST:8092" in refused.text


def test_retain_on_delete_keeps_the_entry_on_the_machine(stack: Stack, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "base"})
    program = """
        drp.MachineAssignment("a", machine="node-1", profile="base",
            opts=pulumi.ResourceOptions(retain_on_delete=True))
    """
    assert stack.up(program).ok
    assert stack.destroy().ok
    assert admin.profiles_of("node-1") == ["base"]


def test_a_renamed_resource_keeps_its_object(stack: Stack, admin: AdminClient) -> None:
    assert stack.up('drp.Profile("one", name="web", params={"web/port": 80})').ok
    renamed = stack.up("""
        drp.Profile("two", name="web", params={"web/port": 80}, opts=pulumi.ResourceOptions(
            aliases=[pulumi.Alias(name="one")]))
    """)
    assert renamed.ok, renamed.text
    assert admin.get("profiles/web")["Meta"]["pulumi-owner"] == "tests/dev/two"


def test_ignored_changes_are_neither_sent_nor_taken_back(stack: Stack, admin: AdminClient) -> None:
    program = """
        drp.Profile("web", params={"web/port": 80, "web/host": "a"},
            opts=pulumi.ResourceOptions(ignore_changes=['params["web/port"]']))
    """
    assert stack.up(program).ok
    assert stack.up(program.replace("80", "81").replace('"a"', '"b"')).ok
    assert admin.params("web") == {"web/port": 80, "web/host": "b"}


def test_an_unknown_machine_holds_up_only_what_needs_it(stack: Stack, admin: AdminClient) -> None:
    made = stack.up(
        """
        ClusterProfile("lost", machines=["node-1", "nobody"], wait_for=["a/b"])
        first = drp.Profile("first")
        drp.Profile("second", params={"my/first": first.name})
        """,
        "--continue-on-error",
    )
    assert not made.ok
    assert "machine 'nobody' is not on the endpoint" in made.text
    assert "has a problem" not in made.text
    assert admin.params("second") == {"my/first": "first"}


def test_a_preview_with_a_refresh_shows_live_drift_by_key(stack: Stack, admin: AdminClient) -> None:
    assert stack.up('drp.Profile("web", params={"web/version": "1.2", "web/list": [1, None]})').ok
    assert admin.params("web")["web/list"] == [1, None]
    admin.set_param("web", "web/version", "1.2-hotfix")
    shown = stack.preview(None, "--refresh")
    assert '~ web/version: "1.2" => "1.2-hotfix"' in shown.text
    assert '~ web/version: "1.2-hotfix" => "1.2"' in shown.text
    assert "~ web/list" not in shown.text


def test_a_changed_replacement_trigger_waits_again(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "base", "Params": {"my/data": 1}})
    program = """
        opts = pulumi.ResourceOptions(replacement_trigger=TRIGGER)
        drp.ClusterReady("base", profile="base", machines=[], params=["my/data"], opts=opts)
    """
    succeeded(stack.up(program.replace("TRIGGER", "1")))
    proxy.forget()
    succeeded(stack.up(None, "--expect-no-changes"))
    assert proxy.calls() == []
    succeeded(stack.up(program.replace("TRIGGER", "2")))
    assert "GET profiles/base" in proxy.calls()
