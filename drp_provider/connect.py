"""Settings become a client: the one place that chooses between a real endpoint and the embedded one.

Everything heavy is imported here at its first use: a preview asks no endpoint and should not wait for HTTP.
"""

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drp_provider.errors import SettingsError

if TYPE_CHECKING:
    from drp_provider.api.client import Client
    from drp_provider.settings import Settings

NO_ENDPOINT = (
    "No DRP endpoint is configured: set RS_ENDPOINT=https://HOST:8092 or `pulumi config set drp:endpoint URL`, "
    "or drp:endpoint to `embedded` for the built-in one."
)

_lock = threading.Lock()
_clients: "dict[tuple[Any, ...], Client]" = {}


def require_endpoint(config: Mapping[str, Any]) -> None:
    """Fail early, in `preview` too, where no endpoint is named, or what is named is no URL.

    Raises:
        SettingsError: neither the environment nor the configuration names one, or it is no URL.
    """
    endpoint = os.environ.get("RS_ENDPOINT") or config.get("drp:endpoint")
    if not endpoint:
        raise SettingsError(NO_ENDPOINT)
    if endpoint != "embedded" and "://" not in endpoint:
        from drp_provider.settings import load

        load(config)  # says what is wrong with it


def connect(config: Mapping[str, Any]) -> "Client":
    """The client for a stack's configuration; one for all resource types and threads of this process."""
    key = tuple(sorted(config.items()))
    with _lock:
        if key not in _clients:
            from drp_provider.settings import load

            _clients[key] = client_for(load(config))
        return _clients[key]


def client_for(settings: "Settings") -> "Client":
    """A client with settings of its own."""
    from drp_provider.api.client import Client
    from drp_provider.api.transport import Transport

    return Client(Transport(**(_embedded(settings) if settings.is_embedded else _real(settings))))


def _embedded(settings: "Settings") -> dict[str, Any]:
    from drp_provider.embedded.doors.adapter import EmbeddedAdapter

    adapter = EmbeddedAdapter(settings.embedded_store, machines=settings.embedded_machines)
    try:
        adapter.open()
    except ValueError as error:
        raise SettingsError(
            f"{str(error).rstrip('.')}: name another file with drp:embeddedStore or RS_EMBEDDED_STORE."
        ) from error
    return {"base_url": "http://embedded.drp", "key": "rocketskates:r0cketsk8ts", "adapter": adapter}


def _real(settings: "Settings") -> dict[str, Any]:
    if settings.token is None and settings.key is None:
        raise SettingsError(
            f"No credentials for the DRP endpoint {settings.endpoint}: set RS_TOKEN or RS_KEY=user:password "
            "(drp:token, drp:key; both with --secret)."
        )
    if settings.ca_file is not None and not settings.ca_file.is_file():
        raise SettingsError(f"The CA file {settings.ca_file} does not exist: correct RS_CA_FILE (drp:caFile).")
    return {
        "base_url": settings.base_url,
        "token": settings.token.get_secret_value() if settings.token else None,
        "key": settings.key.get_secret_value() if settings.key else None,
        "verify": str(settings.ca_file) if settings.ca_file else not settings.insecure,
        "timeout": settings.timeout,
    }
