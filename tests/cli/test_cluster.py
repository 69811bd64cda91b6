"""The cluster component through the real command."""

import pytest

from tests.support.admin import AdminClient
from tests.support.fault_proxy import FaultProxy
from tests.support.stack import Stack

pytestmark = pytest.mark.cli

THREE = """
    cluster = ClusterProfile(
        "example", params={"my/version": "1.2"}, runtime_params={"my/leader": "none"},
        machines=["node-1", "node-2", "node-3"],
    )
    pulumi.export("out", {"name": cluster.name, "params": cluster.params, "machines": cluster.machines})
"""


def test_a_cluster_is_a_profile_that_names_itself_on_all_its_machines(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    created = stack.up(THREE)
    assert created.ok, created.text
    assert admin.params("example") == {"cluster-profile": "example", "my/version": "1.2", "my/leader": "none"}
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [["example"]] * 3
    assert sorted(proxy.calls()) == [
        *(f"PATCH machines/Name:node-{n}" for n in (1, 2, 3)),
        "POST profiles",
    ]
    shown = stack.run("stack", "output", "out", "--json").text
    assert '"cluster-profile":"example"' in shown.replace(" ", "").replace("\n", "")
    assert stack.up(None, "--expect-no-changes").ok
    assert stack.destroy().ok
    assert not admin.exists("profiles/example")
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [[]] * 3


def test_taking_one_machine_out_touches_that_machine_only(stack: Stack, proxy: FaultProxy, admin: AdminClient) -> None:
    assert stack.up(THREE).ok
    node_1 = admin.get("machines/Name:node-1")["Uuid"]
    proxy.forget()
    assert stack.up(THREE.replace('"node-1", ', "")).ok
    assert proxy.calls() == [f"GET machines/{node_1}", f"PATCH machines/{node_1}"]
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [[], ["example"], ["example"]]


def test_taking_one_output_out_of_the_list_leaves_the_other_machines_alone(stack: Stack, admin: AdminClient) -> None:
    program = """
        nodes = [pulumi.Output.from_input(f"node-{n}") for n in (1, 2, 3)]
        ClusterProfile("example", machines=nodes)
    """
    assert stack.up(program).ok
    assert stack.up(program.replace("(1, 2, 3)", "(2, 3)")).ok
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [[], ["example"], ["example"]]
    assert stack.refresh().ok
    assert stack.up(None, "--expect-no-changes").ok


def test_another_cluster_name_moves_the_machines_before_the_old_profile_goes(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    assert stack.up(THREE).ok
    proxy.forget()
    renamed = stack.up(THREE.replace('"example", params', '"example", name="better", params'))
    assert renamed.ok, renamed.text
    calls = proxy.calls()
    assert calls[:3] == ["GET machines", "GET jobs", "POST profiles"]
    assert calls[-1] == "DELETE profiles/example"
    assert admin.params("better")["cluster-profile"] == "better"
    assert [admin.profiles_of(f"node-{n}") for n in (1, 2, 3)] == [["better"]] * 3


def test_what_the_machines_write_is_theirs(stack: Stack, admin: AdminClient) -> None:
    assert stack.up(THREE).ok
    admin.set_param("example", "my/leader", "node-2")
    admin.set_param("example", "my/data", {"token": "t"})
    assert stack.refresh().ok
    assert stack.up(None, "--expect-no-changes").ok
    assert stack.up(THREE.replace("1.2", "1.3")).ok
    assert admin.params("example") == {
        "cluster-profile": "example",
        "my/version": "1.3",
        "my/leader": "node-2",
        "my/data": {"token": "t"},
    }


def test_a_runtime_param_that_appears_later_is_seeded_only_where_nothing_is(stack: Stack, admin: AdminClient) -> None:
    assert stack.up(THREE).ok
    admin.set_param("example", "my/one", "theirs")
    later = THREE.replace('"my/leader": "none"', '"my/leader": "none", "my/one": "seed", "my/two": "seed"')
    done = stack.up(later)
    assert done.ok, done.text
    assert admin.params("example")["my/one"] == "theirs"
    assert admin.params("example")["my/two"] == "seed"
    # Handing a key over, or forgetting it, removes nothing.
    assert stack.up(THREE.replace('runtime_params={"my/leader": "none"},', "")).ok
    assert admin.params("example")["my/leader"] == "none"


def test_reset_puts_the_runtime_params_back_and_clears_what_is_not_declared(
    stack: Stack, proxy: FaultProxy, admin: AdminClient
) -> None:
    assert stack.up(THREE).ok
    admin.set_param("example", "my/leader", "node-2")
    admin.set_param("example", "my/data", {"token": "t"})
    proxy.forget()
    done = stack.up(THREE.replace("machines=", 'reset="again", machines='))
    assert done.ok, done.text
    assert proxy.calls() == ["GET machines", "GET jobs", "GET profiles/example", "PATCH profiles/example"]
    assert admin.params("example") == {"cluster-profile": "example", "my/version": "1.2", "my/leader": "none"}


def test_leftovers_of_an_earlier_cluster_are_listed_and_kept_by_adopt(stack: Stack, admin: AdminClient) -> None:
    admin.post(
        "profiles", {"Name": "example", "Params": {"cluster-profile": "example", "my/leader": "old", "my/data": 1}}
    )
    refused = stack.up(THREE)
    assert not refused.ok
    assert "cluster profile 'example' exists already" in refused.text
    assert "my/data, my/leader" in refused.text
    adopted = stack.up(THREE.replace("machines=", "adopt=True, machines="))
    assert adopted.ok, adopted.text
    assert admin.params("example")["my/leader"] == "old"


def test_self_references_can_be_several_or_none(stack: Stack, admin: AdminClient) -> None:
    krib = 'ClusterProfile("krib", self_reference=["krib/cluster-profile", "etcd/cluster-profile"])'
    plain = 'ClusterProfile("plain", self_reference=[])'
    done = stack.up(f"{krib}\n{plain}")
    assert done.ok, done.text
    assert admin.params("krib") == {"krib/cluster-profile": "krib", "etcd/cluster-profile": "krib"}
    assert admin.params("plain") == {}


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (
            'ClusterProfile("example", params={"cluster-profile": "other"})',
            "params.cluster-profile must be the profile's own name 'example'",
        ),
        ('ClusterProfile("example", machines=["node-1", "node-1"])', "machine 'node-1' is listed twice"),
        ('ClusterProfile("example", machines="node-1")', "machines is one text; write a list: ['node-1']"),
    ],
)
def test_a_wrong_declaration_is_refused_in_the_preview_by_one_sentence(
    stack: Stack, program: str, sentence: str
) -> None:
    refused = stack.preview(program)
    assert not refused.ok
    assert sentence in refused.text
    assert "Traceback" not in refused.text


def test_an_unknown_keyword_is_a_type_error_at_the_call(stack: Stack) -> None:
    refused = stack.preview('ClusterProfile("example", parms={})')
    assert not refused.ok
    assert "unexpected keyword argument 'parms'" in refused.text
