"""Where settings come from, and what is promised when nothing is said."""

import re
from pathlib import Path

import pytest

from drp_provider.connect import require_endpoint
from drp_provider.errors import SettingsError
from drp_provider.settings import Settings, load


@pytest.fixture(autouse=True)
def nothing_from_the_caller(bare_environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return bare_environment


def test_the_defaults_are_as_promised() -> None:
    settings = load({"drp:endpoint": "https://drp:8092"})
    assert settings.model_dump() == {
        "endpoint": "https://drp:8092",
        "token": None,
        "key": None,
        "ca_file": None,
        "insecure": False,
        "timeout": 30.0,
        "embedded_store": Path(".drp/endpoint.db"),
        "embedded_machines": 8,
    }


def test_the_environment_wins_over_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RS_ENDPOINT", "https://environment:8092")
    monkeypatch.setenv("RS_TIMEOUT", "5")
    settings = load({"drp:endpoint": "https://configuration:8092", "drp:timeout": "7", "drp:insecure": "true"})
    assert (settings.endpoint, settings.timeout, settings.insecure) == ("https://environment:8092", 5.0, True)


def test_configuration_is_spelled_in_camel_case() -> None:
    """Unknown keys are ignored."""
    settings = load({"drp:endpoint": "embedded", "drp:embeddedMachines": "3", "drp:ownerMark": "false", "aws:x": "y"})
    assert (settings.is_embedded, settings.embedded_machines) == (True, 3)


def test_a_key_of_the_environment_replaces_a_configured_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RS_KEY", "me:mine")
    settings = load({"drp:endpoint": "https://drp:8092", "drp:token": "old"})
    assert settings.token is None
    assert settings.key is not None
    assert settings.key.get_secret_value() == "me:mine"


def test_an_empty_variable_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RS_TOKEN", "")
    monkeypatch.setenv("RS_TIMEOUT", "")
    settings = load({"drp:endpoint": "https://drp:8092", "drp:key": "me:mine"})
    assert settings.token is None
    assert settings.timeout == 30.0


def test_credentials_are_not_shown() -> None:
    settings = load({"drp:endpoint": "https://drp:8092", "drp:key": "me:canary", "drp:token": "canary"})
    assert "canary" not in repr(settings)
    assert "canary" not in str(settings)


def test_settings_do_not_change() -> None:
    settings = load({"drp:endpoint": "embedded"})
    with pytest.raises(ValueError, match="frozen"):
        settings.endpoint = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"drp:endpoint": "drp:8092"}, "The DRP endpoint 'drp:8092' is not a URL"),
        ({"drp:endpoint": "https://drp:80x92"}, "The DRP endpoint 'https://drp:80x92' is not a URL"),
        ({"drp:endpoint": "https://drp:99999"}, "The DRP endpoint 'https://drp:99999' is not a URL"),
        ({"drp:endpoint": "https://[::1"}, "is not a URL: write https://HOST:8092"),
        ({"drp:endpoint": "https://drp:8092?x=1"}, "is not a URL: write https://HOST:8092"),
        ({"drp:endpoint": " https://drp:8092"}, "The DRP endpoint ' https://drp:8092' is not a URL"),
        ({"drp:endpoint": "https://me:canary@drp:x"}, r"The DRP endpoint 'https://\[hidden\]@drp:x' is not a URL"),
        ({"drp:endpoint": "https://me:pw@drp:8092"}, "has a user name in its URL"),
        (
            {"drp:endpoint": "https://drp", "drp:timeout": "soon"},
            "^drp:timeout is not a number: correct it with `pulumi config set drp:timeout VALUE`.$",
        ),
        ({"drp:endpoint": "https://drp", "drp:timeout": "0"}, "drp:timeout must be greater than 0"),
        ({"drp:endpoint": "https://drp", "drp:timeout": "nan"}, "drp:timeout must be"),
        ({"drp:endpoint": "https://drp", "drp:timeout": "inf"}, "drp:timeout must be less than or equal to 86400"),
        ({"drp:endpoint": "https://drp", "drp:insecure": "maybe"}, "drp:insecure is neither true nor false"),
        ({"drp:endpoint": "embedded", "drp:embeddedMachines": "1.5"}, "drp:embeddedMachines is not a whole number"),
        ({"drp:endpoint": "embedded", "drp:embeddedMachines": "-1"}, "drp:embeddedMachines must be greater than or"),
        (
            {"drp:endpoint": "embedded", "drp:tokn": "x"},
            r"^drp:tokn is not a setting of the provider: did you mean drp:token\?$",
        ),
        (
            {"drp:endpoint": "embedded", "drp:xyz": "x"},
            "drp:xyz is not a setting of the provider: write one of drp:endpoint",
        ),
        ({"drp:endpoint": "https://drp", "drp:key": "nocolon"}, "is not of the form user:password"),
    ],
)
def test_an_unusable_value_is_named_with_the_way_out(config: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load(config)


def test_a_value_in_the_environment_is_corrected_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RS_TIMEOUT", "5s")
    with pytest.raises(SettingsError, match=r"^RS_TIMEOUT is not a number: correct the variable in the environment\.$"):
        load({"drp:endpoint": "embedded", "drp:timeout": "5"})


@pytest.mark.parametrize(
    ("config", "environment", "sentence"),
    [
        (
            {"drp:endpont": "https://drp"},
            {},
            "drp:endpont is not a setting of the provider: did you mean drp:endpoint?",
        ),
        ({"drp:endpoint": "https://drp", "drp:timeout": "abc"}, {}, "drp:timeout is not a number"),
        ({"drp:endpoint": "https://drp:80x92"}, {}, "is not a URL"),
        ({"drp:endpoint": "embedded"}, {"RS_INSECURE": "maybe"}, "RS_INSECURE is neither true nor false"),
        ({}, {}, "No DRP endpoint is configured"),
    ],
)
def test_a_preview_says_already_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, str], environment: dict[str, str], sentence: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        require_endpoint(config)


def test_every_setting_says_what_it_means() -> None:
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())


def test_configured_credentials_stay_at_their_endpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An endpoint that the environment names does not get them."""
    monkeypatch.setenv("RS_ENDPOINT", "https://other:8092")
    assert load({"drp:endpoint": "https://drp:8092", "drp:key": "me:mine"}).key is None
    assert load({"drp:endpoint": "https://other:8092", "drp:key": "me:mine"}).key is not None
    assert load({"drp:endpoint": "embedded", "drp:key": "me:mine"}).key is not None


@pytest.mark.parametrize(
    "pasted", ["https://drp:8092", "https://drp:8092/", "https://drp:8092/api/v3", "HTTPS://drp:8092"]
)
def test_an_endpoint_may_be_pasted_with_what_follows_it(pasted: str) -> None:
    assert load({"drp:endpoint": pasted}).base_url.lower() == "https://drp:8092"
