"""The sections of a content pack, and what a pack says about itself. The program's side needs it: no heavy imports."""

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
"""What a pack says about itself, text all of it (DRP `models/content.go`, ContentMetaData)."""

SERVER_META = frozenset({"Type", "Writable", "Overwritable"})
"""Fields of a pack that the endpoint sets, whatever it is sent."""

SERVER_FIELDS = frozenset(
    {"Validated", "Available", "Errors", "ReadOnly", "Bundle", "Endpoint", "Partial", "RunnerWait"}
)
"""Fields of any object that the endpoint sets, whatever it is sent."""

SERVER_FLAGS = "feature-flags"
"""The key that the endpoint adds to an object's Meta."""

RAW = frozenset({"Params", "Schema"})
"""Fields whose value is any JSON; all others have a type."""


def unknown_section(name: str) -> str:
    """The end of a sentence about a section that DRP does not have."""
    near = difflib.get_close_matches(name, KEYS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"DRP has {', '.join(sorted(KEYS))}"
    return f"is no section of a content pack: {hint}"
