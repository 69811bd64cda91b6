"""The endpoint's own door, for what happens behind Pulumi's back: `endpoint.py show NAME | set NAME PARAM VALUE`.

It opens the demo's embedded endpoint, a file in this checkout, and cannot reach any other.
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STORE = ".drp/demo.db"
USAGE = "usage: endpoint.py show PROFILE | set PROFILE PARAM VALUE"


def open_endpoint() -> Any:
    """A client of the demo's endpoint."""
    sys.path.insert(0, str(ROOT))
    from drp_provider.api.client import Client
    from drp_provider.api.transport import Transport
    from drp_provider.embedded.application.seed import PASSWORD, USER
    from drp_provider.embedded.doors.adapter import URL, EmbeddedAdapter

    return Client(Transport(URL, key=f"{USER}:{PASSWORD}", adapter=EmbeddedAdapter(ROOT / STORE)))


def params_of(profile: str) -> dict[str, Any]:
    """The profile's params as the endpoint has them now; none where the profile is gone."""
    found = open_endpoint().find("profiles", profile)
    return dict(found["Params"]) if found else {}


def machines_with(profile: str) -> list[str]:
    """The names of the machines that carry the profile."""
    machines = open_endpoint().transport.send("GET", "machines")
    return sorted(machine["Name"] for machine in machines if profile in machine["Profiles"])


def _show(profile: str) -> None:
    params = params_of(profile)
    print(f"profile {profile}: {len(params)} params")
    width = max(map(len, params), default=0)
    for name, value in sorted(params.items()):
        print(f"  {name:{width}}  {json.dumps(value)}")
    print(f"machines that carry it: {', '.join(machines_with(profile)) or 'none'}")


def _set(profile: str, param: str, value: str) -> None:
    token = param.replace("~", "~0").replace("/", "~1")
    open_endpoint().patch("profiles", profile, [{"op": "add", "path": f"/Params/{token}", "value": value}])
    print(f"profile {profile}: {param} is now {json.dumps(value)}")


def main(arguments: list[str]) -> None:
    """Do what the arguments say."""
    match arguments:
        case ["show", profile]:
            _show(profile)
        case ["set", profile, param, value]:
            _set(profile, param, value)
        case _:
            sys.exit(USAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
