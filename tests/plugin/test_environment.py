"""The provider compares the program's Python environment with its own, and stores neither."""

import os
import sys
from collections.abc import Iterator

import pytest

from drp_provider.engine.provider import ENVIRONMENT
from tests.support.plugin import Plugin

MODEL = "profile:Profile"
HERE = os.path.realpath(sys.prefix)
INPUTS = {"name": "web", "params": {"my/x": 1}}


@pytest.fixture(params=["", "VIRTUALENV", "TOOLCHAIN"])
def started(request: pytest.FixtureRequest) -> Iterator[tuple[Plugin, str]]:
    """Start a provider process with an option of Pulumi.yaml."""
    options = {f"PULUMI_RUNTIME_{request.param}": "any"} if request.param else {}
    with Plugin({"RS_ENDPOINT": "http://127.0.0.1:1", "RS_KEY": "user:password", **options}) as running:
        yield running, str(request.param)


def test_another_environment_is_refused_with_the_way_out(started: tuple[Plugin, str]) -> None:
    plugin, option = started
    _, faults = plugin.check(MODEL, {**INPUTS, ENVIRONMENT: "/srv/venv"})
    ways = (
        f"put {HERE}/bin first on PATH, or remove `virtualenv` and `toolchain` from Pulumi.yaml"
        if option
        else "put /srv/venv/bin first on PATH, or set PULUMI_PYTHON_CMD=/srv/venv/bin/python"
    )
    sentence = f"The program runs in the Python environment /srv/venv, but the provider in {HERE}: {ways}, "
    assert faults == [sentence + "so that both use one environment."]


def test_the_environment_is_no_input(plugin: Plugin) -> None:
    said, faults = plugin.check(MODEL, {**INPUTS, ENVIRONMENT: HERE})
    assert faults == []
    assert said == plugin.check(MODEL, INPUTS)[0]
    assert HERE not in str(said)
