"""Which endpoint, who we are there, and how patient we are.

Order of precedence: environment (`RS_*`), then Pulumi configuration (`drp:*`), then the default. The environment wins
because a bare `pulumi refresh` or `pulumi destroy` runs with the configuration frozen in the state, and a rotated
token must get through all the same.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from drp_provider.errors import SettingsError

EMBEDDED = "embedded"
NAMESPACE = "drp:"
PROGRAM_SETTINGS = frozenset({"ownerMark"})
"""Keys of the same namespace that the program reads, and not the provider."""


class Settings(BaseSettings):
    """How to reach DRP; every field is read from `RS_<FIELD>` or from `drp:<field>` in camelCase."""

    model_config = SettingsConfigDict(env_prefix="RS_", env_ignore_empty=True, frozen=True, extra="ignore")

    endpoint: str = Field(description="Base URL of the endpoint (`https://HOST:8092`), or `embedded`.", min_length=1)
    token: SecretStr | None = Field(default=None, description="Bearer token; wins over the key.")
    key: SecretStr | None = Field(
        default=None, description="`user:password`, exchanged for a token at the first request."
    )
    ca_file: Path | None = Field(default=None, description="PEM file with the certificate, or its authority, to trust.")
    insecure: bool = Field(default=False, description="`true` accepts any certificate, as drpcli does.")
    timeout: float = Field(default=30.0, gt=0, description="Seconds to wait for one answer of the endpoint.")
    embedded_store: Path = Field(
        default=Path(".drp/endpoint.db"), description="File in which the embedded endpoint keeps its objects."
    )
    embedded_machines: int = Field(default=8, ge=0, le=1000, description="Simulated machines in a new embedded store.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then what the stack configuration gave."""
        return env_settings, init_settings

    @property
    def base_url(self) -> str:
        """The endpoint without what people paste after it."""
        return self.endpoint.rstrip("/").removesuffix("/api/v3").rstrip("/")

    @property
    def is_embedded(self) -> bool:
        """Whether the endpoint is the one inside this package."""
        return self.endpoint == EMBEDDED


def load(config: Mapping[str, Any]) -> Settings:
    """Settings from the environment and from a stack's configuration (`{"drp:endpoint": …}`).

    Raises:
        SettingsError: no endpoint is named, or a value is not of its type.
    """
    given = _from_config(config)
    _forget_the_credentials_of_another_endpoint(given)
    if os.environ.get("RS_TOKEN") or os.environ.get("RS_KEY"):
        # Credentials come from one place: a token in the configuration must not outlive a key in the environment.
        given.pop("token", None)
        given.pop("key", None)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    if not settings.is_embedded:
        _check_url(settings.endpoint)
    _check_credentials(settings)
    return settings


def _from_config(config: Mapping[str, Any]) -> dict[str, Any]:
    names = {to_camel(field): field for field in Settings.model_fields}
    given = {key.removeprefix(NAMESPACE): value for key, value in config.items() if key.startswith(NAMESPACE)}
    unknown = sorted(given.keys() - names.keys() - PROGRAM_SETTINGS)
    if unknown:
        raise SettingsError(f"drp:{unknown[0]} is no setting of the provider: check the spelling in the configuration.")
    return {names[key]: value for key, value in given.items() if key in names}


def _forget_the_credentials_of_another_endpoint(given: dict[str, Any]) -> None:
    """What the configuration holds for its own endpoint is not sent to the one in the environment."""
    configured, chosen = given.get("endpoint"), os.environ.get("RS_ENDPOINT")
    if chosen and configured not in (None, EMBEDDED, chosen):
        given.pop("token", None)
        given.pop("key", None)


def _check_url(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.username is not None or parts.password is not None:
        raise SettingsError("The DRP endpoint holds a user name in its URL: write https://HOST:8092 and set RS_KEY.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"The DRP endpoint {endpoint!r} is not a URL: write https://HOST:8092, or `embedded`.")


def _check_credentials(settings: Settings) -> None:
    for name, secret in (("token", settings.token), ("key", settings.key)):
        value = secret.get_secret_value() if secret else ""
        if not value.isprintable() or (name == "token" and not value.isascii()):
            raise SettingsError(f"RS_{name.upper()} (drp:{name}) holds characters that HTTP cannot carry: set it anew.")
    if settings.key and ":" not in settings.key.get_secret_value():
        raise SettingsError("RS_KEY (drp:key) is not of the form user:password: write both, with a colon between.")


def _explain(error: ValidationError) -> str:
    field = str(error.errors()[0]["loc"][0])
    reason = error.errors()[0]["msg"]
    camel = to_camel(field)
    return (
        f"The setting {camel} is not usable ({reason}): correct RS_{field.upper()} or `pulumi config set drp:{camel}`."
    )
