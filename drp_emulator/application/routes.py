"""The URL table: which handler answers which verb at which address."""

from collections.abc import Callable, Mapping
from functools import cache

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from drp_emulator.handlers import contents, endpoint, events, jobs, listing, objects, parameters
from drp_emulator.object_types.prefixes import object_types
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.wire.dialects import Dialect

Handler = Callable[[RequestContext], Reply]
Verbs = Mapping[str, Handler]

ROOT = "/api/v3"
# Handlers that write although their verb is one that reads.
WRITERS = frozenset({jobs.actions, parameters.public_key})
# Their names may hold slashes, so nothing can follow the key in the path.
_SLASHED = ("params", "templates")

_COLLECTION: Verbs = {
    "GET": listing.list_objects,
    "HEAD": listing.count_objects,
    "POST": objects.create,
}
_OBJECT: Verbs = {
    "GET": objects.read,
    "HEAD": objects.exists,
    "PUT": objects.replace,
    "PATCH": objects.patch,
    "DELETE": objects.delete,
}
_PARAMS: Verbs = {
    "GET": parameters.read_all,
    "POST": parameters.replace_all,
    "PATCH": parameters.patch_all,
}
_PARAM: Verbs = {
    "GET": parameters.read_one,
    "POST": parameters.set_one,
    "DELETE": parameters.delete_one,
}
_META: Verbs = {"GET": parameters.read_meta, "PATCH": parameters.patch_meta}
_ACTION: Verbs = {"GET": endpoint.one_action, "POST": endpoint.one_action}
_JOBS: Verbs = {**_COLLECTION, "POST": jobs.create}
_LOG: Verbs = {"GET": jobs.read_log, "HEAD": jobs.read_log, "PUT": jobs.append_log}
_MODERN: Mapping[str, Verbs] = {
    "/<any(machines):prefix>/<key>/token": {"GET": endpoint.machine_token},
    "/whoami": {"POST": endpoint.whoami},
}
_CONTENT: Verbs = {"GET": contents.read, "PUT": contents.replace, "DELETE": contents.delete}
_PREFS: Verbs = {"GET": endpoint.preferences, "POST": endpoint.set_preferences}


class Routes:
    """The addresses of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._table = _table(dialect)
        rules = [Rule(ROOT + path, endpoint=path) for path in self._table]
        addresses = Map(rules, merge_slashes=False, redirect_defaults=False)
        addresses.update()
        self._matcher = addresses.bind("embedded")

    def find(self, method: str, path: str) -> tuple[Handler, Mapping[str, str]] | None:
        """The handler for a request and what its path holds; None for no route."""
        try:
            address, arguments = self._matcher.match(path, method="GET")
        except HTTPException:
            return None
        handler = self._table[address].get(method)
        return None if handler is None else (handler, arguments)


@cache
def routes(dialect: Dialect) -> Routes:
    """The routes of a dialect, compiled once."""
    return Routes(dialect)


def _table(dialect: Dialect) -> Mapping[str, Verbs]:
    kinds = object_types(dialect)
    every = _one_of(list(kinds))
    plain = _one_of([prefix for prefix in kinds if prefix not in _SLASHED])
    made = _one_of([prefix for prefix in kinds if prefix != "jobs"])
    acting = _one_of([prefix for prefix in kinds if prefix not in ("jobs", *_SLASHED)])
    slashed = _one_of(list(_SLASHED))
    holders = _one_of([prefix for prefix, kind in kinds.items() if kind.has_params])
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
