"""One thing on the endpoint, another resource in the program: what is still declared is never taken away."""

import pytest

from tests.support.admin import AdminClient
from tests.support.stack import Stack

pytestmark = pytest.mark.cli


def test_a_profile_that_becomes_a_cluster_profile_keeps_what_the_machines_wrote(
    stack: Stack, admin: AdminClient
) -> None:
    assert stack.up('drp.Profile("web", params={"web/port": 80})').ok
    admin.set_param("web", "theirs", 1)
    done = stack.up('drp.ClusterProfile("web", params={"web/port": 80})')
    assert done.ok, done.text
    assert admin.params("web") == {"cluster-profile": "web", "web/port": 80, "theirs": 1}
    assert stack.up(None, "--expect-no-changes").ok
    assert stack.destroy().ok
    assert not admin.exists("profiles/web")


def test_a_forced_replacement_of_the_cluster_keeps_its_profile_and_its_machines(
    stack: Stack, admin: AdminClient
) -> None:
    assert stack.up('ClusterProfile("example", machines=["node-1", "node-2"])').ok
    admin.set_param("example", "theirs", 1)
    urns = [resource["urn"] for type_ in ("ClusterProfile", "MachineAssignment") for resource in stack.resources(type_)]
    replaced = stack.up(None, *(word for urn in urns if "$" in urn for word in ("--replace", urn)))
    assert replaced.ok, replaced.text
    assert admin.params("example") == {"cluster-profile": "example", "theirs": 1}
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2)] == [["example"]] * 2
    assert stack.up(None, "--expect-no-changes").ok


def test_machines_under_new_labels_stay_in_the_cluster_though_the_first_run_failed(
    stack: Stack, admin: AdminClient
) -> None:
    assert stack.up('ClusterProfile("example", machines=["node-1", "node-2"])').ok
    relabelled = 'ClusterProfile("example", machines={"a": "node-1", "b": "node-2", "c": "nobody"})'
    failed = stack.up(relabelled)
    assert "machine 'nobody' is not on the endpoint" in failed.text
    uuid = admin.get("machines/Name:node-2")["Uuid"]
    done = stack.up(relabelled.replace("nobody", "node-3").replace('"b": "node-2"', f'"b": "{uuid}"'))
    assert done.ok, done.text
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [["example"]] * 3
    assert stack.refresh().ok
    assert stack.up(None, "--expect-no-changes").ok
    # A destroy that runs the program declares everything and still takes everything away.
    assert stack.run("destroy", "--yes", "--skip-preview", "--run-program").ok
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [[]] * 3
    assert not admin.exists("profiles/example")


def test_a_value_that_becomes_secret_is_no_longer_in_clear_in_the_state(stack: Stack, admin: AdminClient) -> None:
    program = 'drp.Profile("web", params={"web/password": VALUE, "web/nested": {"pw": VALUE}})'
    assert stack.up(f'VALUE = "canary"\n{program}').ok
    done = stack.up(f'VALUE = pulumi.Output.secret("canary")\n{program}')
    assert done.ok, done.text
    assert "canary" not in str(stack.state())
    # Another shape of a secret value is secret as well.
    admin.set_param("web", "web/nested", {"password": "canary-theirs"})
    seen = stack.refresh()
    assert seen.ok
    assert "canary" not in seen.text
    assert "canary" not in str(stack.state())
