"""One thing on the endpoint, another resource in the program: what is still declared is never taken away."""

import pytest

from tests.support.admin import AdminClient
from tests.support.stack import Stack, succeeded

pytestmark = pytest.mark.cli

BEFORE = """
    drp.Profile("web", params={"web/port": 80})
    drp.Profile("one", name="renamed", params={"web/port": 80})
    drp.Profile("ignoring", params={"web/port": 80, "web/host": "a"})
    drp.Profile("secret", params={"web/password": "canary", "web/nested": {"pw": "canary"}})
    drp.MachineAssignment("kept", machine="node-8", profile=drp.Profile("base").name,
                          opts=pulumi.ResourceOptions(retain_on_delete=True))
    ClusterProfile("example", machines=["node-1", "node-2"])
"""
AFTER = """
    value = pulumi.Output.secret("canary")
    drp.ClusterProfile("web", params={"web/port": 80})
    drp.Profile("two", name="renamed", params={"web/port": 80},
                opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="one")]))
    drp.Profile("ignoring", params={"web/port": 81, "web/host": "b"},
                opts=pulumi.ResourceOptions(ignore_changes=['params["web/port"]']))
    drp.Profile("secret", params={"web/password": value, "web/nested": {"pw": value}})
    drp.Profile("base", opts=pulumi.ResourceOptions(retain_on_delete=True))
    ClusterProfile("example", machines={"a": "node-1", "b": NODE_2, "c": NODE_3})
"""


def test_what_another_resource_declares_is_kept(stack: Stack, admin: AdminClient) -> None:
    """Resources change their type, name, label or secrecy, are replaced by force, and keep what they stand for."""
    succeeded(stack.up(BEFORE))
    for name in ("web", "example"):
        admin.set_param(name, "theirs", 1)
    uuid = admin.get("machines/Name:node-2")["Uuid"]

    # Machines under new labels stay in the cluster, even if the first run fails.
    failed = stack.up(AFTER.replace("NODE_2", '"node-2"').replace("NODE_3", '"nobody"'), "--continue-on-error")
    assert "machine 'nobody' is not on the endpoint" in failed.text
    succeeded(stack.up(AFTER.replace("NODE_2", f'"{uuid}"').replace("NODE_3", '"node-3"')))
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [["example"]] * 3
    assert admin.params("web") == {"cluster-profile": "web", "web/port": 80, "theirs": 1}
    assert admin.get("profiles/renamed")["Meta"]["pulumi-owner"] == "tests/dev/two"
    assert admin.params("ignoring") == {"web/port": 80, "web/host": "b"}
    assert admin.profiles_of("node-8") == ["base"]
    assert "canary" not in str(stack.state())

    urns = [resource["urn"] for type_ in ("ClusterProfile", "MachineAssignment") for resource in stack.resources(type_)]
    succeeded(stack.up(None, *(word for urn in urns if "$" in urn for word in ("--replace", urn))))
    assert admin.params("example") == {"cluster-profile": "example", "theirs": 1}
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [["example"]] * 3

    # Another shape of a secret value is secret as well.
    admin.set_param("secret", "web/nested", {"password": "canary-theirs"})
    seen = succeeded(stack.refresh())
    assert "canary" not in seen.text + str(stack.state())
    succeeded(stack.up())
    succeeded(stack.up(None, "--expect-no-changes"))
    # A destroy that runs the program declares everything and still takes everything away.
    succeeded(stack.run("destroy", "--yes", "--skip-preview", "--run-program"))
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [[]] * 3
    assert not admin.exists("profiles/example")
    assert not admin.exists("profiles/web")
    assert admin.profiles_of("node-8") == ["base"]
