"""An emulator of Digital Rebar Provision (DRP): a small endpoint, and machines on it that are real processes.

`EmulatedEndpoint` is the endpoint alone: a real HTTP API over a real store, whose machines are records. `Emulator` adds
machines that live: they take jobs, run scripts with bash and can be broken on purpose. `drp-emulator` is the command
for both.

The package imports nothing of `drp_provider`, so that client and endpoint cannot share a mistake. From the top down,
each of its parts imports only from those below it:

* `emulator`: the endpoint and its live machines together; `pytest_plugin`: both as fixtures
* `machines`: supervisor, network and agent of the machines; `drpcli`: the command that their scripts call
* `server`: two ways in, `adapter` (in this process, no port) and `server` (a loopback port)
* `application`: store, first objects, table of routes and events put together; `dashboard`: files for a browser
* `handlers`: what each HTTP method does at each address
* `jobs`: what machines do: their next job and its scripts, rendered by the package `gotemplate`
* `rules`: what every save checks and what follows from it
* `request_context`: one request, and the reply
* `access`: who asks and what they may do; `params`: what the value of a param means
* `object_types`: what each type is called and holds; `storage`: the file
* `wire`: JSON, patches and error documents as DRP writes them

What it leaves out: plugins, files, subnets, leases and reservations, the pool operations, and secure
values in content packs, which a real server seals when it loads them. What it allows and a real server licenses:
creating roles, so that users with few rights can be tried, and secure params. The keys to secure values lie in the
store's file beside the values.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drp_emulator.emulator import Emulator
    from drp_emulator.machines.faults import Fault
    from drp_emulator.machines.supervisor_client import Report
    from drp_emulator.server.server import EmulatedEndpoint

__version__ = "0.1.0"
__all__ = ["EmulatedEndpoint", "Emulator", "Fault", "Report"]

_HOMES = {
    "EmulatedEndpoint": "drp_emulator.server.server",
    "Emulator": "drp_emulator.emulator",
    "Fault": "drp_emulator.machines.faults",
    "Report": "drp_emulator.machines.supervisor_client",
}


def __getattr__(name: str) -> Any:
    # The in-process adapter must not pay for the server, nor a written fault for an endpoint.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
