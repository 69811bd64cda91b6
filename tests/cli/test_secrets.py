"""Values that Pulumi holds secret are in no error, however they became secret."""

import pytest

from tests.support.operator import Operator
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


def test_a_secret_that_a_transform_adds_is_not_printed(stack: Stack, operator: Operator) -> None:
    made = stack.up(EVERY_PLACE.replace("VALUE", f"{CANARY}-1"))
    assert made.ok, made.text
    for name in [*PLACES, "open"]:
        operator.set_param(name, "web/password", f"{CANARY}-theirs" if name != "open" else "theirs")
    refused = stack.up(EVERY_PLACE.replace("VALUE", f"{CANARY}-2"), "--continue-on-error")
    assert refused.text.count(f"params.web/password: {HIDDEN}\n") == len(PLACES)
    assert refused.text.count(SENTENCE) == len(PLACES)
    assert 'params.web/password: reviewed "open1" / live "theirs" / wanted "open2"\n' in refused.text
    assert CANARY not in made.text + refused.text


@pytest.mark.parametrize("style", ["resource_transform(new)", "stack_transformation(old)"])
def test_a_secret_that_a_transform_of_the_stack_adds_is_hidden(stack: Stack, operator: Operator, style: str) -> None:
    program = ON_THE_STACK.replace("REGISTER", f"pulumi.runtime.register_{style}")
    made = stack.up(program.replace("VALUE", f"{CANARY}-1"))
    assert made.ok, made.text
    operator.set_param("web", "web/password", f"{CANARY}-theirs")
    refused = stack.up(program.replace("VALUE", f"{CANARY}-2"))
    assert f"params.web/password: {HIDDEN}" in refused.text
    assert SENTENCE in refused.text
    assert CANARY not in made.text + refused.text
