"""The state of every stack holds these strings: they must always load, and tokens must never change."""

import base64

import dill
import pytest
from pulumi.dynamic import DiffResult

from drp_provider import (
    ClusterProfile,
    ClusterReady,
    ContentPack,
    MachineAssignment,
    MachineSettings,
    MachineWorkflow,
    Param,
    Profile,
)
from drp_provider.engine.provider import DrpProvider
from tests.support.plugin import reference

GOLDEN = {
    "assignment:MachineAssignment": (
        "gASVUwAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIwcYXNzaWdubWVudDpNYWNoaW5l"
        "QXNzaWdubWVudJSFlFKULg=="
    ),
    "cluster_profile:ClusterProfile": (
        "gASVVQAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIweY2x1c3Rlcl9wcm9maWxlOkNs"
        "dXN0ZXJQcm9maWxllIWUUpQu"
    ),
    "cluster_ready:ClusterReady": (
        "gASVUQAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIwaY2x1c3Rlcl9yZWFkeTpDbHVz"
        "dGVyUmVhZHmUhZRSlC4="
    ),
    "content_pack:ContentPack": (
        "gASVTwAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIwYY29udGVudF9wYWNrOkNvbnRl"
        "bnRQYWNrlIWUUpQu"
    ),
    "machine_settings:MachineSettings": (
        "gASVVwAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIwgbWFjaGluZV9zZXR0aW5nczpN"
        "YWNoaW5lU2V0dGluZ3OUhZRSlC4="
    ),
    "machine_workflow:MachineWorkflow": (
        "gASVVwAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIwgbWFjaGluZV93b3JrZmxvdzpN"
        "YWNoaW5lV29ya2Zsb3eUhZRSlC4="
    ),
    "param:Param": (
        "gASVQgAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIwLcGFyYW06UGFyYW2UhZRSlC4="
    ),
    "profile:Profile": (
        "gASVRgAAAAAAAACMHGRycF9wcm92aWRlci5lbmdpbmUucHJvdmlkZXKUjAtEcnBQcm92aWRlcpSTlIwPcHJvZmlsZTpQcm9maWxllIWUUpQu"
    ),
}


@pytest.mark.parametrize("model", sorted(GOLDEN))
def test_a_stored_provider_loads_and_is_written_as_before(model: str) -> None:
    provider = dill.loads(base64.b64decode(GOLDEN[model]))
    assert isinstance(provider, DrpProvider)
    assert reference(model) == GOLDEN[model]


def test_a_provider_string_holds_two_names_and_nothing_else(bare_environment: pytest.MonkeyPatch) -> None:
    assert len(base64.b64decode(reference("profile:Profile"))) < 120
    assert reference("profile:Profile") != reference("param:Param")


@pytest.mark.parametrize(
    ("resource", "token"),
    [
        (ClusterProfile, "pulumi-python:dynamic/drp:ClusterProfile"),
        (ClusterReady, "pulumi-python:dynamic/drp:ClusterReady"),
        (ContentPack, "pulumi-python:dynamic/drp:ContentPack"),
        (MachineAssignment, "pulumi-python:dynamic/drp:MachineAssignment"),
        (MachineSettings, "pulumi-python:dynamic/drp:MachineSettings"),
        (MachineWorkflow, "pulumi-python:dynamic/drp:MachineWorkflow"),
        (Param, "pulumi-python:dynamic/drp:Param"),
        (Profile, "pulumi-python:dynamic/drp:Profile"),
    ],
)
def test_a_type_token_never_changes(resource: type, token: str) -> None:
    assert f"pulumi-python:{resource._resource_type_name}" == token  # type: ignore[attr-defined]


def test_another_encoding_of_the_provider_alone_is_no_change() -> None:
    provider = DrpProvider("profile:Profile")
    olds, news = {"name": "web", "__provider": "one"}, {"name": "web", "__provider": "another"}
    answer: DiffResult = provider.diff("web", olds, news)
    assert answer.changes is False
