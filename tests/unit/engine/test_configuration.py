"""The stack's configuration reaches the provider by the door that Pulumi documents."""

from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pydantic.alias_generators import to_camel

from drp_provider.engine.provider import SETTINGS, DrpProvider
from drp_provider.errors import SettingsError
from drp_provider.settings import PROGRAM_SETTINGS, Settings


class Hidden(Config):
    """The configuration of a release of pulumi that has `get` and `require` and nothing else."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__values = values

    def get(self, key: str) -> Any:
        return self.__values.get(key)


def test_the_provider_knows_the_name_of_each_setting() -> None:
    assert tuple(sorted(SETTINGS)) == SETTINGS
    assert set(SETTINGS) == {*map(to_camel, Settings.model_fields), *PROGRAM_SETTINGS}


@pytest.fixture
def provider(bare_environment: pytest.MonkeyPatch) -> DrpProvider:
    bare_environment.setenv("DRP_DEBUG", "1")  # `configure` would shorten the tracebacks of this process
    return DrpProvider("profile:Profile")


@pytest.mark.parametrize("name", ["embeddedMachines", "endpoint", "insecure", "timeout"])
def test_a_wrong_setting_is_seen_without_a_list_of_keys(name: str, provider: DrpProvider) -> None:
    given = {"drp:endpoint": "https://localhost:8092", f"drp:{name}": "no value"}
    with pytest.raises(SettingsError, match="no value" if name == "endpoint" else f"drp:{name} is n"):
        provider.configure(ConfigureRequest(Hidden(given)))


def test_a_misspelt_setting_is_named(provider: DrpProvider) -> None:
    given = {"drp:endpoint": "https://localhost:8092", "drp:timout": "3", "other:timout": "3"}
    with pytest.raises(SettingsError, match=r"drp:timout is not a setting of the provider: did you mean drp:timeout\?"):
        provider.configure(ConfigureRequest(Config(given, "tests")))
