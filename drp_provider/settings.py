"""Which endpoint, who we are there, and how patient we are.

Order of precedence: environment (`RS_*`), then Pulumi configuration (`drp:*`), then the default. The environment wins
because a bare `pulumi refresh` or `pulumi destroy` runs with the configuration frozen in the state, and a rotated
token must get through all the same.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from drp_provider.errors import SettingsError

EMBEDDED = "embedded"
NAMESPACE = "drp:"


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
    def is_embedded(self) -> bool:
        """Whether the endpoint is the one inside this package."""
        return self.endpoint == EMBEDDED


def load(config: Mapping[str, Any]) -> Settings:
    """Settings from the environment and from a stack's configuration (`{"drp:endpoint": …}`).

    Raises:
        SettingsError: no endpoint is named, or a value is not of its type.
    """
    given = _from_config(config)
    if os.environ.get("RS_TOKEN") or os.environ.get("RS_KEY"):
        # Credentials come from one place: a token in the configuration must not outlive a key in the environment.
        given.pop("token", None)
        given.pop("key", None)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    if not settings.is_embedded and not settings.endpoint.startswith(("http://", "https://")):
        raise SettingsError(
            f"The DRP endpoint {settings.endpoint!r} is not a URL: write https://HOST:8092, or `embedded`."
        )
    return settings


def _from_config(config: Mapping[str, Any]) -> dict[str, Any]:
    names = {to_camel(field): field for field in Settings.model_fields}
    given = {key.removeprefix(NAMESPACE): value for key, value in config.items() if key.startswith(NAMESPACE)}
    return {names[key]: value for key, value in given.items() if key in names}


def _explain(error: ValidationError) -> str:
    field = str(error.errors()[0]["loc"][0])
    reason = error.errors()[0]["msg"]
    camel = to_camel(field)
    return (
        f"The setting {camel} is not usable ({reason}): correct RS_{field.upper()} or `pulumi config set drp:{camel}`."
    )
