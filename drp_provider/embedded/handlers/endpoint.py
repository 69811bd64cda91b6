"""What the endpoint says about itself, and what concerns its users."""

from drp_provider.embedded.access import auth, credentials, tokens
from drp_provider.embedded.calls import Call, Reply
from drp_provider.embedded.changes import saving
from drp_provider.embedded.object_types.indexes import describe, index_names
from drp_provider.embedded.object_types.prefixes import object_types
from drp_provider.embedded.wire import gotext
from drp_provider.embedded.wire.documents import Document
from drp_provider.embedded.wire.faults import Fault, forbidden, not_found

_FEATURES = (
    *("api-v3", "sane-exit-codes", "profileless-machine", "workflows", "default-workflow"),
    *("roles", "separate-meta-api", "slim-objects", "partial-objects", "multiarch"),
    *("secure-params", "actions-in-task-list", "bundle-objects", "task-prerequisites", "regex-string-filters"),
)
_DEFAULT_TTL_SECONDS = 3600
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


def info(call: Call) -> Reply:
    """GET /info."""
    if not call.principal.may("info", "get"):
        raise not_found(call.method, "info", "")
    return Reply(information(call))


def information(call: Call) -> Document:
    """Everything /info says; a token comes with it too."""
    identity = call.transaction.fact("id")
    scopes: Document = {
        prefix: {action: {} for action in ("create", "delete", "get", "list", "update")}
        for prefix in object_types(call.dialect)
    }
    return {
        "arch": "amd64",
        "os": "linux",
        "version": call.dialect.version,
        "id": identity,
        "local_id": identity,
        "ha_id": "",
        "api_port": int(call.request.environ.get("SERVER_PORT", "80")),
        **dict.fromkeys(("file_port", "dhcp_port", "binl_port", "tftp_port"), 0),
        **dict.fromkeys(("tftp_enabled", "dhcp_enabled", "binl_enabled", "prov_enabled"), False),
        "address": "127.0.0.1",
        "stats": [
            {"name": "machines.count", "count": call.transaction.count("machines")},
            {"name": "subnets.count", "count": 0},
        ],
        "features": list(_FEATURES),
        "scopes": scopes,
        "License": {},
        **(_modern_facts(identity) if call.dialect.modern else {}),
    }


def _modern_facts(identity: str) -> Document:
    return {**_MODERN_FACTS, "ha_consensus_id": identity, "uuid": identity}


def types(call: Call) -> Reply:
    """GET /objects: the types this endpoint really serves."""
    return Reply(sorted([*object_types(call.dialect), "preferences"]))


def all_indexes(call: Call) -> Reply:
    """GET /indexes."""
    return Reply({prefix: _indexes(call, prefix) for prefix in object_types(call.dialect)})


def type_indexes(call: Call) -> Reply:
    """GET /indexes/T."""
    return Reply(_indexes(call, call.arguments["prefix"]))


def one_index(call: Call) -> Reply:
    """GET /indexes/T/I."""
    known = _indexes(call, call.arguments["prefix"])
    name = call.arguments["index"]
    if name not in known:
        raise not_found(call.method, "indexes", f"{call.arguments['prefix']}/{name}")
    return Reply(known[name])


def preferences(call: Call) -> Reply:
    """GET /prefs."""
    if not call.principal.may("prefs", "list"):
        return Reply({})
    return Reply(call.transaction.preferences())


def set_preferences(call: Call) -> Reply:
    """POST /prefs: sets the ones given, leaves the rest."""
    values = call.payload()
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise Fault(400, call.method, "json: cannot unmarshal into Go value of type map[string]string")
    call.demand("post", "", scope="prefs")
    for name, value in values.items():
        if name not in call.transaction.preferences():
            raise Fault(422, "ValidationError", f"Unknown Preference {name}", model="prefs", key=name)
        call.transaction.set_preference(name, value)
    return Reply(call.transaction.preferences(), status=201)


def token(call: Call) -> Reply:
    """GET /users/X/token."""
    name, user = call.existing(readable=False)
    call.demand("token", name)
    ttl = _time_to_live(call, name)
    roles = call.words("roles") if "roles" in call.request.args else None
    value = auth.issue(user, call.transaction, ttl, roles)
    return Reply({"Token": value, "Info": information(call)})


def machine_token(call: Call) -> Reply:
    """GET /machines/X/token: what the machine itself may do."""
    key, machine = call.existing(readable=False)
    call.demand("token", key)
    value = tokens.for_machine(machine, call.transaction, _time_to_live(call, key))
    return Reply({"Token": value, "Info": information(call)})


def whoami(call: Call) -> Reply:
    """POST /whoami: the machine with one of these hardware addresses, and a token for it."""
    asked = call.payload()
    addresses = asked.get("MacAddrs") if isinstance(asked, dict) else None
    if not isinstance(addresses, list):
        raise Fault(400, call.method, "json: cannot unmarshal into Go value of type models.Whoami")
    wanted = {str(address).casefold() for address in addresses}
    for machine in call.transaction.all("machines"):
        has = {address.casefold() for address in machine["HardwareAddrs"]}
        if wanted & has and call.principal.may("machines", "get", machine["Uuid"]):
            value = tokens.for_machine(machine, call.transaction)
            return Reply({**asked, "Result": {"Score": 100, "Uuid": machine["Uuid"], "Token": value}})
    raise not_found(call.method, "whoami", "")


def set_password(call: Call) -> Reply:
    """PUT /users/X/password; ends every token the user has."""
    body = call.payload()
    name, user = call.existing(readable=False)
    if not call.principal.may("users", "password", name):
        raise forbidden(call.request.path, "users", "password", name)
    password = body.get("Password") if isinstance(body, dict) else None
    if not isinstance(password, str) or not password:
        raise Fault(400, call.method, "Password must be a string", model="users", key=name)
    user["Secret"] = credentials.random_word()
    call.transaction.set_password_hash(name, credentials.hashed(password))
    return Reply(saving.replace(call, call.kind, call.transaction.get("users", name) or user, user))


def actions(call: Call) -> Reply:
    """GET the plugin actions of an object: there are no plugins here."""
    call.existing()
    return Reply([])


def one_action(call: Call) -> Reply:
    """GET or POST a plugin action: there are none."""
    call.existing()
    name = call.arguments["action"]
    if call.method == "POST":
        prefix = call.kind.prefix
        raise Fault(400, "INVOKE", f"Action {name} on {prefix}: Not Found")
    raise Fault(404, call.method, f"{name}: Not Found", model=call.kind.prefix, key=call.name)


def _time_to_live(call: Call, key: str) -> int:
    text = call.request.args.get("ttl", str(_DEFAULT_TTL_SECONDS))
    try:
        return gotext.atoi(text)
    except ValueError as error:
        reason = f"strconv.ParseInt: {error}"
        raise Fault(400, call.method, reason, model=call.kind.prefix, key=key) from None


def _indexes(call: Call, prefix: str) -> Document:
    kind = object_types(call.dialect)[prefix]
    members = [field.name for field in kind.struct(call.dialect).fields]
    return {name: describe(kind, name) for name in index_names(kind, members)}
