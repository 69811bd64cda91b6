"""Values that Pulumi holds secret are in no error, however they became secret."""

from pathlib import Path

import pytest

from tests.support.admin import AdminClient
from tests.support.agent import Agent
from tests.support.stack import Stack

pytestmark = pytest.mark.cli

CANARY = "canary-5f0e1c"
HIDDEN = "reviewed [hidden] / live [hidden] / wanted [hidden]"
SENTENCE = "Values are hidden because a Pulumi transform of this program may have made them secret."

TRANSFORMS = """
    def concealing(result):
        def conceal(args):
            if "params" not in args.props:
                return None
            params = {k: pulumi.Output.secret(v) for k, v in args.props["params"].items()}
            return result({**args.props, "params": params}, args.opts)
        return conceal

    new, old = concealing(pulumi.ResourceTransformResult), concealing(pulumi.ResourceTransformationResult)
    Options = pulumi.ResourceOptions
"""
COMPONENT = """
    class Shop(pulumi.ComponentResource):
        def __init__(self, name, value, **opts):
            super().__init__("tests:index:Shop", name, {}, pulumi.ResourceOptions(**opts))
            shelf = pulumi.ComponentResource("tests:index:Shelf", name, {}, pulumi.ResourceOptions(parent=self))
            drp.Profile(name, params={"web/password": value}, opts=pulumi.ResourceOptions(parent=shelf))
"""
EVERY_PLACE = (
    TRANSFORMS
    + COMPONENT
    + """
    def make(value):
        given = {"web/password": value}
        drp.Profile("own", params=given, opts=Options(transforms=[new]))
        drp.Profile("own-old", params=given, opts=Options(transformations=[old]))
        Shop("ancestor", value, transforms=[new])
        Shop("ancestor-old", value, transformations=[old])
        ClusterProfile("component", params=given, opts=Options(transforms=[new]))
        Shop("open", "open" + value[-1])

    make("VALUE")
"""
)
PLACES = ["own", "own-old", "ancestor", "ancestor-old", "component"]
ON_THE_STACK = f"""{TRANSFORMS}
    REGISTER
    drp.Profile("web", params={{"web/password": "VALUE"}})
"""


def test_a_secret_that_a_transform_adds_is_not_printed(stack: Stack, admin: AdminClient) -> None:
    made = stack.up(EVERY_PLACE.replace("VALUE", f"{CANARY}-1"))
    assert made.ok, made.text
    for name in [*PLACES, "open"]:
        admin.set_param(name, "web/password", f"{CANARY}-theirs" if name != "open" else "theirs")
    refused = stack.up(EVERY_PLACE.replace("VALUE", f"{CANARY}-2"), "--continue-on-error")
    assert refused.text.count(f"params.web/password: {HIDDEN}\n") == len(PLACES)
    assert refused.text.count(SENTENCE) == len(PLACES)
    assert 'params.web/password: reviewed "open1" / live "theirs" / wanted "open2"\n' in refused.text
    assert CANARY not in made.text + refused.text


@pytest.mark.parametrize("style", ["resource_transform(new)", "stack_transformation(old)"])
def test_a_secret_that_a_transform_of_the_stack_adds_is_hidden(stack: Stack, admin: AdminClient, style: str) -> None:
    program = ON_THE_STACK.replace("REGISTER", f"pulumi.runtime.register_{style}")
    made = stack.up(program.replace("VALUE", f"{CANARY}-1"))
    assert made.ok, made.text
    admin.set_param("web", "web/password", f"{CANARY}-theirs")
    refused = stack.up(program.replace("VALUE", f"{CANARY}-2"))
    assert f"params.web/password: {HIDDEN}" in refused.text
    assert SENTENCE in refused.text
    assert CANARY not in made.text + refused.text


def test_a_secret_that_ignored_changes_keep_stays_masked(stack: Stack, admin: AdminClient) -> None:
    program = 'drp.Profile("web", params={"web/password": VALUE}, description="D"OPTIONS)'
    ignoring = program.replace("OPTIONS", ', opts=pulumi.ResourceOptions(ignore_changes=["params"])')
    done = [
        stack.up(program.replace("VALUE", f'pulumi.Output.secret("{CANARY}-1")').replace("OPTIONS", "")),
        stack.up(ignoring.replace("VALUE", '"open"').replace("D", "other")),
    ]
    assert [each.ok for each in done] == [True, True]
    assert admin.params("web") == {"web/password": f"{CANARY}-1"}
    admin.set_param("web", "web/password", "theirs")
    refused = stack.up(program.replace("VALUE", '"open"').replace("OPTIONS", ""))
    assert "params.web/password: reviewed [secret] / live [secret] / wanted [secret]" in refused.text
    assert CANARY not in refused.text


def test_a_secret_of_a_pack_that_a_script_prints_is_masked(stack: Stack, admin: AdminClient) -> None:
    program = """
        password = pulumi.Output.secret("CANARY")
        script = pulumi.Output.concat("#!/bin/sh\\nset -e\\nlogin --password='", password, "'\\n")
        pack = drp.ContentPack("pack", content={"meta": {}, "sections": {
            "templates": {"login.sh": {"ID": "login.sh", "Contents": script}},
            "params": {"my/password": {"Name": "my/password", "Schema": {"type": "string", "default": password}}},
            "tasks": {"login": {"Name": "login", "Templates": [{"Name": "run", "ID": "login.sh"}]}},
            "stages": {"login": {"Name": "login", "Tasks": ["login"]}},
            "workflows": {"login": {"Name": "login", "Stages": ["login"]}},
        }})
        ClusterProfile(
            "web", machines=["node-1"], content=pack, workflow="login", wait_for=WAIT, masked_values=["PIN-77"]
        )
    """.replace("CANARY", CANARY)
    started = stack.up(program.replace("WAIT", "None"))
    assert started.ok, started.text
    Agent(admin, "node-1").work(fail_at="login", log=f"+ login --password={CANARY}\nPIN-77 of 'node-1'\n")
    refused = stack.up(program.replace("WAIT", "()"))
    assert "machine node-1 failed in task login" in refused.text
    assert "=[secret]" in refused.text
    assert "[secret] of 'node-1'" in refused.text
    assert _files_that_show_it(stack) == []
    assert CANARY not in started.text + refused.text


def test_the_values_to_mask_are_encrypted_in_the_state(stack: Stack, admin: AdminClient) -> None:
    admin.post("profiles", {"Name": "web"})
    program = (
        f'drp.ClusterReady("web", profile="web", machines=[], masked_values=["{CANARY}", {{"deep": ["{CANARY}"]}}])'
    )
    for done in (stack.up(program), stack.up(program, "--refresh", "--expect-no-changes")):
        assert done.ok, done.text
        assert CANARY not in done.text
    assert _files_that_show_it(stack) == []


def _files_that_show_it(stack: Stack) -> list[Path]:
    """The files of the back end, its backups and history included."""
    written = [path for path in (stack.folder.parent / "state").rglob("*") if path.is_file()]
    assert written
    return [path for path in written if CANARY.encode() in path.read_bytes()]
