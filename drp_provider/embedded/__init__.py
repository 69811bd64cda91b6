"""A small DRP endpoint for local use: a real HTTP API over a real store.

It imports nothing from the rest of the package, so that client and endpoint cannot share a
mistake. Its packages, each of which imports from those below it only:

* `doors`: two ways in, `adapter` (in this process, no port) and `server` (a loopback port; also
  `python -m drp_provider.embedded`)
* `application`: store, first objects, table of routes and events put together; `page`: files for a browser
* `handlers`: what each verb does at each address
* `work`: what machines do, their next job and its scripts; `template`: the language of the scripts
* `changes`: what every save checks and what follows from it
* `calls`: one request on its way, and the reply
* `access`: who asks and what they may do; `params`: what the value of a param means
* `object_types`: what each type is called and holds; `storage`: the file
* `wire`: JSON, patches and error documents as DRP writes them

What it leaves out: plugins, files, subnets, leases and reservations, the pool operations, and secure
values in content packs, which a real server seals when it loads them. Jobs are for agents to run: the
endpoint renders their scripts (`template` says what it can render) and keeps their logs. What it
allows and a real server licenses: creating roles, so that users with few rights can be tried, and
secure params. The keys to secure values lie in the store's file beside the values.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drp_provider.embedded.doors.server import EmbeddedEndpoint

__all__ = ["EmbeddedEndpoint"]


def __getattr__(name: str) -> Any:
    # Whoever wants the adapter only must not pay for the server.
    if name == "EmbeddedEndpoint":
        from drp_provider.embedded.doors.server import EmbeddedEndpoint

        return EmbeddedEndpoint
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
