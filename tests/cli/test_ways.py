"""Ways in which people use a stack: secret credentials in its configuration, two endpoints, an unknown machine."""

import pytest

from drp_emulator import EmulatedEndpoint
from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import KEY, Stack, succeeded

pytestmark = pytest.mark.cli


def test_credentials_of_the_stack_work_and_a_variable_wins(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    del stack.environment["RS_ENDPOINT"], stack.environment["RS_KEY"]
    configuration = ("--plaintext", f"drp:endpoint={proxy.url}", "--secret", "drp:key=rocketskates:stale")
    succeeded(stack.run("config", "set-all", *configuration))
    program = 'drp.Profile("web", params={"web/port": 80})'
    refused = stack.up(program)
    assert "the user name, password or token is wrong" in refused.text
    stack.environment["RS_KEY"] = KEY
    succeeded(stack.up(program))
    # A bare refresh and destroy run with the configuration frozen in the state; the environment gets through.
    succeeded(stack.refresh())
    succeeded(stack.destroy())
    assert not admin.exists("profiles/web")


def test_one_program_reaches_two_endpoints(stack: Stack, admin: AdminClient) -> None:
    with EmulatedEndpoint(machines=1) as second:
        config = f'{{"drp:endpoint": "{second.url}", "drp:key": pulumi.Output.secret("{KEY}")}}'
        # An explicit provider is the way to a second endpoint, so nothing of the first may be in the environment.
        first = stack.environment.pop("RS_ENDPOINT")
        succeeded(stack.run("config", "set", "drp:endpoint", first))
        program = f"""
            other = pulumi.ProviderResource("pulumi-python", "other", {config})
            drp.Profile("here")
            drp.Profile("there", opts=pulumi.ResourceOptions(provider=other))
        """
        succeeded(stack.up(program))
        assert admin.exists("profiles/here")
        assert not admin.exists("profiles/there")
        assert AdminClient(second.url).exists("profiles/there")


def test_an_unknown_machine_stops_only_what_needs_it(stack: Stack, admin: AdminClient) -> None:
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
