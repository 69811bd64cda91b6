"""Provider settings: endpoint, credentials, timeouts.

Order of precedence: environment (`RS_*`), then Pulumi configuration (`drp:*`), then the default. The environment wins
because a bare `pulumi refresh` or `pulumi destroy` runs with the configuration frozen in the state, and a rotated
token must still take effect.
"""

import difflib
import os
import re
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
MOST_SECONDS = 24 * 3600
PROGRAM_SETTINGS = frozenset({"ownerMark"})
"""Keys of the same namespace that the program reads, not the provider."""
_REASONS = {
    "bool": "is neither true nor false",
    "float": "is not a number",
    "int": "is not a whole number",
    "string_too_short": "is empty",
}
"""Reasons by the first characters of pydantic's error type."""


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
    timeout: float = Field(
        default=30.0, gt=0, le=MOST_SECONDS, description="Seconds to wait for one response of the endpoint."
    )
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
        """Return the sources in order of precedence: environment, then stack configuration."""
        return env_settings, init_settings

    @property
    def base_url(self) -> str:
        """Return the endpoint's URL without a path such as `/api/v3`."""
        return self.endpoint.rstrip("/").removesuffix("/api/v3").rstrip("/")

    @property
    def is_embedded(self) -> bool:
        """Return whether the endpoint is the embedded one."""
        return self.endpoint == EMBEDDED


def load(config: Mapping[str, Any]) -> Settings:
    """Return the settings in the environment and in a stack's configuration (`{"drp:endpoint": …}`).

    Raises:
        SettingsError: the endpoint is missing, or a value has the wrong type.
    """
    given = _from_config(config)
    _drop_credentials_of_another_endpoint(given)
    if os.environ.get("RS_TOKEN") or os.environ.get("RS_KEY"):
        # Credentials come from one source: a token in the configuration must not override a key in the environment.
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
        similar = difflib.get_close_matches(unknown[0], [*names, *PROGRAM_SETTINGS], n=1)
        hint = (
            f"did you mean drp:{similar[0]}?"
            if similar
            else f"write one of {', '.join(f'drp:{name}' for name in names)}."
        )
        raise SettingsError(f"drp:{unknown[0]} is not a setting of the provider: {hint}")
    return {names[key]: value for key, value in given.items() if key in names}


def _drop_credentials_of_another_endpoint(given: dict[str, Any]) -> None:
    """Drop the configured credentials if the environment names another endpoint: they must not be sent to that one."""
    configured, chosen = given.get("endpoint"), os.environ.get("RS_ENDPOINT")
    if chosen and configured not in (None, EMBEDDED, chosen):
        given.pop("token", None)
        given.pop("key", None)


def _check_url(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    else:
        if parts.username is not None or parts.password is not None:
            raise SettingsError("The DRP endpoint has a user name in its URL: write https://HOST:8092 and set RS_KEY.")
        usable = usable and not parts.query and not parts.fragment
    if not usable or not endpoint.isprintable() or " " in endpoint:
        raise SettingsError(
            f"The DRP endpoint {_shown(endpoint)} is not a URL: write https://HOST:8092, or `embedded`."
        )


def _shown(endpoint: str) -> str:
    """Return the text without the part before an `@`, which may be a password."""
    return repr(re.sub(r"[^/]*@", "[hidden]@", endpoint))


def _check_credentials(settings: Settings) -> None:
    for name, secret in (("token", settings.token), ("key", settings.key)):
        value = secret.get_secret_value() if secret else ""
        if not value.isprintable() or (name == "token" and not value.isascii()):
            raise SettingsError(
                f"RS_{name.upper()} (drp:{name}) holds characters that HTTP cannot carry: set it again."
            )
    if settings.key and ":" not in settings.key.get_secret_value():
        raise SettingsError("RS_KEY (drp:key) is not of the form user:password: write both, with a colon between.")


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    field = str(first["loc"][0])
    words = (reason for kind, reason in _REASONS.items() if str(first["type"]).startswith(kind))
    reason = next(words, first["msg"].replace("Input should", "must"))
    if os.environ.get(f"RS_{field.upper()}"):
        return f"RS_{field.upper()} {reason}: correct the variable in the environment."
    camel = to_camel(field)
    return f"drp:{camel} {reason}: correct it with `pulumi config set drp:{camel} VALUE`."
