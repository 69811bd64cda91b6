"""Create a client from settings. Only this module chooses between a real endpoint and the embedded one.

Slow modules are imported at their first use: a preview sends no requests, so it need not wait for HTTP.
"""

import os
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drp_provider.errors import SettingsError

if TYPE_CHECKING:
    from drp_provider.api.client import Client
    from drp_provider.settings import Settings

NO_ENDPOINT = (
    "No DRP endpoint is configured: set RS_ENDPOINT=https://HOST:8092 or `pulumi config set drp:endpoint URL`, "
    "or set drp:endpoint to `embedded` for the embedded endpoint."
)

_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,4})?/?")
_TEXTS = frozenset({"drp:endpoint", "drp:key", "drp:ownerMark", "drp:token"})
_TYPED = ("RS_EMBEDDED_MACHINES", "RS_INSECURE", "RS_TIMEOUT")
"""Settings whose text may be invalid. A preview loads settings only if one of these is set, since loading is slow."""

_lock = threading.Lock()
_clients: "dict[tuple[Any, ...], Client]" = {}


def require_endpoint(config: Mapping[str, Any]) -> None:
    """Fail early, in `preview` too, if a setting is not usable.

    Raises:
        SettingsError: the endpoint is missing, a setting is unknown, or a value has the wrong type.
    """
    endpoint = os.environ.get("RS_ENDPOINT") or config.get("drp:endpoint")
    is_named = endpoint == "embedded" or (endpoint and _PLAIN_URL.fullmatch(endpoint))
    if not is_named or config.keys() - _TEXTS or any(map(os.environ.get, _TYPED)):
        from drp_provider.settings import load

        load(config if endpoint else {**config, "drp:endpoint": "embedded"})  # raises the error that names the setting
    if not endpoint:
        raise SettingsError(NO_ENDPOINT)


def connect(config: Mapping[str, Any]) -> "Client":
    """Return the client for a stack's configuration; all resource types and threads of this process share it."""
    key = tuple(sorted(config.items()))
    with _lock:
        if key not in _clients:
            from drp_provider.settings import load

            _clients[key] = client_for(load(config))
        return _clients[key]


def client_for(settings: "Settings") -> "Client":
    """Return a new client with these settings."""
    from drp_provider.api.client import Client
    from drp_provider.api.transport import Transport

    return Client(Transport(**(_embedded(settings) if settings.is_embedded else _real(settings))))


def _embedded(settings: "Settings") -> dict[str, Any]:
    try:
        from drp_emulator.server.adapter import URL, EmulatorAdapter

        adapter = EmulatorAdapter(settings.embedded_store, machines=settings.embedded_machines)
        adapter.open()
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"drp:endpoint is `embedded`, which needs the emulator, but {error.name} is not installed: run "
            "`pip install 'pulumi-drp[emulator]'`, or name a DRP endpoint with drp:endpoint or RS_ENDPOINT."
        ) from None
    except ValueError as error:
        raise SettingsError(
            f"{str(error).rstrip('.')}; drp:embeddedStore or RS_EMBEDDED_STORE names the file."
        ) from error
    return {"base_url": URL, "key": adapter.key, "adapter": adapter}


def _real(settings: "Settings") -> dict[str, Any]:
    if settings.token is None and settings.key is None:
        raise SettingsError(
            f"No credentials for the DRP endpoint {settings.endpoint}: set RS_TOKEN or RS_KEY=user:password "
            "(drp:token, drp:key; both with --secret)."
        )
    if settings.ca_file is not None and not settings.ca_file.is_file():
        raise SettingsError(f"The CA file {settings.ca_file} is not a file: correct RS_CA_FILE (drp:caFile).")
    return {
        "base_url": settings.base_url,
        "token": settings.token.get_secret_value() if settings.token else None,
        "key": settings.key.get_secret_value() if settings.key else None,
        "verify": str(settings.ca_file) if settings.ca_file else not settings.insecure,
        "timeout": settings.timeout,
    }
