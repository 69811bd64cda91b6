"""The sections and meta fields of a content pack. Programs import this module, so it imports nothing slow."""

import difflib
from collections.abc import Mapping

_BY_NAME = (
    *("bootenvs", "params", "profiles", "stages", "tasks", "workflows"),
    *("blueprints", "contexts", "identity_providers", "plugins", "preferences", "resource_brokers", "roles"),
    *("store_objects", "subnets", "tenants", "trigger_providers", "triggers", "users", "zones"),
)
_BY_ID = ("catalog_items", "filters", "pools", "ux_options", "ux_settings", "ux_views", "version_sets")

KEYS: Mapping[str, str] = {
    **dict.fromkeys(_BY_NAME, "Name"),
    **dict.fromkeys(_BY_ID, "Id"),
    "machines": "Uuid",
    "reservations": "Addr",
    "templates": "ID",
}
"""Every section that DRP knows, with the member that is an object's key (DRP `models/*.go`, KeyName)."""

META_FIELDS = (
    *("Name", "Version", "Description", "Source", "Documentation", "RequiredFeatures", "Prerequisites"),
    *("Color", "Icon", "Author", "DisplayName", "License", "Copyright", "CodeSource", "Order", "Tags", "DocUrl"),
)
"""The meta fields of a pack, all of them text (DRP `models/content.go`, ContentMetaData)."""

SERVER_META = frozenset({"Type", "Writable", "Overwritable"})
"""Meta fields of a pack that the endpoint sets; it ignores values that clients send."""

SERVER_FIELDS = frozenset(
    {"Validated", "Available", "Errors", "ReadOnly", "Bundle", "Endpoint", "Partial", "RunnerWait"}
)
"""Fields of any object that the endpoint sets; it ignores values that clients send."""

SERVER_FLAGS = "feature-flags"
"""The key that the endpoint adds to an object's Meta."""

RAW = frozenset({"Params", "Schema"})
"""Fields whose value is any JSON; all others have a type."""


def unknown_section(name: str) -> str:
    """Return the rest of an error message about a section that DRP does not have."""
    similar = difflib.get_close_matches(name, KEYS, n=1)
    hint = f"did you mean {similar[0]}?" if similar else f"DRP has {', '.join(sorted(KEYS))}"
    return f"is not a section of a content pack: {hint}"
