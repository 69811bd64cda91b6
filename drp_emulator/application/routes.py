"""The URL table: the handler for each method at each address."""

from collections.abc import Callable, Mapping
from functools import cache

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from drp_emulator.handlers import contents, endpoint, events, jobs, listing, objects, parameters
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.wire.dialects import Dialect

Handler = Callable[[RequestContext], Reply]
Methods = Mapping[str, Handler]

ROOT = "/api/v3"
# Handlers of GET that write.
WRITERS = frozenset({jobs.actions, parameters.public_key})
# Keys of these types may contain slashes, so nothing can follow the key in the path.
_SLASHED = ("params", "templates")

_COLLECTION: Methods = {
    "GET": listing.list_objects,
    "HEAD": listing.count_objects,
    "POST": objects.create,
}
_OBJECT: Methods = {
    "GET": objects.read,
    "HEAD": objects.exists,
    "PUT": objects.replace,
    "PATCH": objects.patch,
    "DELETE": objects.delete,
}
_PARAMS: Methods = {
    "GET": parameters.read_all,
    "POST": parameters.replace_all,
    "PATCH": parameters.patch_all,
}
_PARAM: Methods = {
    "GET": parameters.read_one,
    "POST": parameters.set_one,
    "DELETE": parameters.delete_one,
}
_META: Methods = {"GET": parameters.read_meta, "PATCH": parameters.patch_meta}
_ACTION: Methods = {"GET": endpoint.one_action, "POST": endpoint.one_action}
_JOBS: Methods = {**_COLLECTION, "POST": jobs.create}
_LOG: Methods = {"GET": jobs.read_log, "HEAD": jobs.read_log, "PUT": jobs.append_log}
_MODERN: Mapping[str, Methods] = {
    "/<any(machines):prefix>/<key>/token": {"GET": endpoint.machine_token},
    "/whoami": {"POST": endpoint.whoami},
}
_CONTENT: Methods = {"GET": contents.read, "PUT": contents.replace, "DELETE": contents.delete}
_PREFS: Methods = {"GET": endpoint.preferences, "POST": endpoint.set_preferences}


class Routes:
    """The routes of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._table = _table(dialect)
        rules = [Rule(ROOT + path, endpoint=path) for path in self._table]
        addresses = Map(rules, merge_slashes=False, redirect_defaults=False)
        addresses.update()
        self._matcher = addresses.bind("emulator")

    def find(self, method: str, path: str) -> tuple[Handler, Mapping[str, str]] | None:
        """Return the handler for a request and the variables of its path; None if there is no route."""
        try:
            address, arguments = self._matcher.match(path, method="GET")
        except HTTPException:
            return None
        handler = self._table[address].get(method)
        return None if handler is None else (handler, arguments)


@cache
def routes(dialect: Dialect) -> Routes:
    """Return the routes of a dialect, compiled once."""
    return Routes(dialect)


def _table(dialect: Dialect) -> Mapping[str, Methods]:
    types = object_types(dialect)
    every = _one_of(list(types))
    plain = _one_of([prefix for prefix in types if prefix not in _SLASHED])
    made = _one_of([prefix for prefix in types if prefix != "jobs"])
    acting = _one_of([prefix for prefix in types if prefix not in ("jobs", *_SLASHED)])
    slashed = _one_of(list(_SLASHED))
    holders = _one_of([prefix for prefix, object_type in types.items() if object_type.has_params])
    return {
        "/info": {"GET": endpoint.info},
        "/objects": {"GET": endpoint.types},
        "/prefs": _PREFS,
        "/events": {"POST": events.post},
        "/contents": {"GET": contents.list_all, "POST": contents.create},
        "/contents/<key>": _CONTENT,
        "/indexes": {"GET": endpoint.all_indexes},
        f"/indexes/{every}": {"GET": endpoint.type_indexes},
        f"/indexes/{every}/<index>": {"GET": endpoint.one_index},
        f"/{made}": _COLLECTION,
        "/<any(jobs):prefix>": _JOBS,
        "/<any(jobs):prefix>/<key>/actions": {"GET": jobs.actions},
        "/<any(jobs):prefix>/<key>/log": _LOG,
        f"/{plain}/<key>": _OBJECT,
        f"/{slashed}/<path:key>": _OBJECT,
        f"/{acting}/<key>/actions": {"GET": endpoint.actions},
        f"/{acting}/<key>/actions/<action>": _ACTION,
        f"/{holders}/<key>/params": _PARAMS,
        f"/{holders}/<key>/params/<path:param>": _PARAM,
        f"/{holders}/<key>/params/": {"DELETE": parameters.delete_one},
        f"/{holders}/<key>/pubkey": {"GET": parameters.public_key},
        f"/meta/{plain}/<key>": _META,
        f"/meta/{slashed}/<path:key>": _META,
        **(_MODERN if dialect.modern else {}),
        "/<any(users):prefix>/<key>/token": {"GET": endpoint.token},
        "/<any(users):prefix>/<key>/password": {"PUT": endpoint.set_password},
    }


def _one_of(prefixes: list[str]) -> str:
    return f"<any({', '.join(prefixes)}):prefix>"
