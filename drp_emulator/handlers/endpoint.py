"""What the endpoint says about itself, and what concerns its users."""

import re

from drp_emulator.access import auth, credentials, tokens
from drp_emulator.object_types.indexes import describe, index_names
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.rules import saving
from drp_emulator.wire import gotext
from drp_emulator.wire.documents import Document
from drp_emulator.wire.error_replies import ErrorReply, forbidden, not_found

_FEATURES = (
    *("api-v3", "sane-exit-codes", "profileless-machine", "workflows", "default-workflow"),
    *("roles", "separate-meta-api", "slim-objects", "partial-objects", "multiarch"),
    *("secure-params", "actions-in-task-list", "bundle-objects", "task-prerequisites", "regex-string-filters"),
)
_DEFAULT_TTL_SECONDS = 3600
# What drpcli asks for: `--ttl 8h`.
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(mo|[smhdwy])[a-z]*")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 2592000, "y": 31536000}
_MODERN_FACTS: Document = {
    "secure_file_port": 0,
    "secure_prov_enabled": False,
    "server_hostname": "localhost",
    "manager": False,
    "errors": [],
    "ha_enabled": False,
    "ha_virtual_address": "",
    "ha_is_active": False,
    "ha_status": "",
    "ha_active_id": "",
    "ha_passive_state": [],
    "ClusterState": {},
    # Not of v4.8 yet, but RackN's newer clients refuse an answer without them.
    "dns_enabled": False,
    "dns_port": 0,
}


def info(context: RequestContext) -> Reply:
    """GET /info."""
    if not context.principal.may("info", "get"):
        raise not_found(context.method, "info", "")
    return Reply(information(context))


def information(context: RequestContext) -> Document:
    """Return everything /info says; a token comes with it too."""
    identity = context.transaction.fact("id")
    scopes: Document = {
        prefix: {action: {} for action in ("create", "delete", "get", "list", "update")}
        for prefix in object_types(context.dialect)
    }
    return {
        "arch": "amd64",
        "os": "linux",
        "version": context.dialect.version,
        "id": identity,
        "local_id": identity,
        "ha_id": "",
        "api_port": int(context.request.environ.get("SERVER_PORT", "80")),
        **dict.fromkeys(("file_port", "dhcp_port", "binl_port", "tftp_port"), 0),
        **dict.fromkeys(("tftp_enabled", "dhcp_enabled", "binl_enabled", "prov_enabled"), False),
        "address": "127.0.0.1",
        "stats": [
            {"name": "machines.count", "count": context.transaction.count("machines")},
            {"name": "subnets.count", "count": 0},
        ],
        "features": list(_FEATURES),
        "scopes": scopes,
        "License": {},
        **(_modern_facts(identity) if context.dialect.modern else {}),
    }


def _modern_facts(identity: str) -> Document:
    return {**_MODERN_FACTS, "ha_consensus_id": identity, "uuid": identity}


def types(context: RequestContext) -> Reply:
    """GET /objects: the types this endpoint really serves."""
    return Reply(sorted([*object_types(context.dialect), "preferences"]))


def all_indexes(context: RequestContext) -> Reply:
    """GET /indexes."""
    return Reply({prefix: _indexes(context, prefix) for prefix in object_types(context.dialect)})


def type_indexes(context: RequestContext) -> Reply:
    """GET /indexes/T."""
    return Reply(_indexes(context, context.arguments["prefix"]))


def one_index(context: RequestContext) -> Reply:
    """GET /indexes/T/I."""
    known = _indexes(context, context.arguments["prefix"])
    name = context.arguments["index"]
    if name not in known:
        raise not_found(context.method, "indexes", f"{context.arguments['prefix']}/{name}")
    return Reply(known[name])


def preferences(context: RequestContext) -> Reply:
    """GET /prefs."""
    if not context.principal.may("prefs", "list"):
        return Reply({})
    return Reply(context.transaction.preferences())


def set_preferences(context: RequestContext) -> Reply:
    """POST /prefs: sets the ones given, leaves the rest."""
    values = context.payload()
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise ErrorReply(400, context.method, "json: cannot unmarshal into Go value of type map[string]string")
    context.demand("post", "", scope="prefs")
    for name, value in values.items():
        if name not in context.transaction.preferences():
            raise ErrorReply(422, "ValidationError", f"Unknown Preference {name}", model="prefs", key=name)
        context.transaction.set_preference(name, value)
    return Reply(context.transaction.preferences(), status=201)


def token(context: RequestContext) -> Reply:
    """GET /users/X/token."""
    name, user = context.existing(readable=False)
    context.demand("token", name)
    ttl = _time_to_live(context, name)
    roles = context.words("roles") if "roles" in context.request.args else None
    value = auth.issue(user, context.transaction, ttl, roles)
    return Reply({"Token": value, "Info": information(context)})


def machine_token(context: RequestContext) -> Reply:
    """GET /machines/X/token: what the machine itself may do."""
    key, machine = context.existing(readable=False)
    context.demand("token", key)
    value = tokens.for_machine(machine, context.transaction, _time_to_live(context, key))
    return Reply({"Token": value, "Info": information(context)})


def whoami(context: RequestContext) -> Reply:
    """POST /whoami: the machine with one of these hardware addresses, and a token for it."""
    asked = context.payload()
    addresses = asked.get("MacAddrs") if isinstance(asked, dict) else None
    if not isinstance(addresses, list):
        raise ErrorReply(400, context.method, "json: cannot unmarshal into Go value of type models.Whoami")
    wanted = {str(address).casefold() for address in addresses}
    for machine in context.transaction.all("machines"):
        has = {address.casefold() for address in machine["HardwareAddrs"]}
        if wanted & has and context.principal.may("machines", "get", machine["Uuid"]):
            value = tokens.for_machine(machine, context.transaction)
            return Reply({**asked, "Result": {"Score": 100, "Uuid": machine["Uuid"], "Token": value}})
    raise not_found(context.method, "whoami", "")


def set_password(context: RequestContext) -> Reply:
    """PUT /users/X/password; ends every token the user has."""
    body = context.payload()
    name, user = context.existing(readable=False)
    if not context.principal.may("users", "password", name):
        raise forbidden(context.request.path, "users", "password", name)
    password = body.get("Password") if isinstance(body, dict) else None
    if not isinstance(password, str) or not password:
        raise ErrorReply(400, context.method, "Password must be a string", model="users", key=name)
    user["Secret"] = credentials.random_word()
    context.transaction.set_password_hash(name, credentials.hashed(password))
    return Reply(saving.replace(context, context.kind, context.transaction.get("users", name) or user, user))


def actions(context: RequestContext) -> Reply:
    """GET the plugin actions of an object: there are no plugins here."""
    context.existing()
    return Reply([])


def one_action(context: RequestContext) -> Reply:
    """GET or POST a plugin action: there are none."""
    context.existing()
    name = context.arguments["action"]
    if context.method == "POST":
        prefix = context.kind.prefix
        raise ErrorReply(400, "INVOKE", f"Action {name} on {prefix}: Not Found")
    raise ErrorReply(404, context.method, f"{name}: Not Found", model=context.kind.prefix, key=context.name)


def _time_to_live(context: RequestContext, key: str) -> int:
    text = context.request.args.get("ttl", str(_DEFAULT_TTL_SECONDS))
    if duration := _DURATION.fullmatch(text):
        return int(float(duration[1]) * _SECONDS[duration[2]])
    try:
        return gotext.atoi(text)
    except ValueError as error:
        reason = f"strconv.ParseInt: {error}"
        raise ErrorReply(400, context.method, reason, model=context.kind.prefix, key=key) from None


def _indexes(context: RequestContext, prefix: str) -> Document:
    kind = object_types(context.dialect)[prefix]
    members = [field.name for field in kind.struct(context.dialect).fields]
    return {name: describe(kind, name) for name in index_names(kind, members)}
