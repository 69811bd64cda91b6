"""Read and change the demo's endpoint without Pulumi: `endpoint.py show NAME | set NAME PARAM VALUE`.

It opens the demo's emulator, a file in this checkout, and no other.
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STORE = ".drp/demo.db"
LONGEST = 68  # characters of a value that fit into a line
USAGE = "usage: endpoint.py show PROFILE | set PROFILE PARAM VALUE"


def open_endpoint() -> Any:
    """Return a client of the demo's endpoint."""
    sys.path.insert(0, str(ROOT))
    from drp_emulator.server.adapter import URL, EmulatorAdapter
    from drp_provider.api.client import Client
    from drp_provider.api.transport import Transport

    adapter = EmulatorAdapter(ROOT / STORE)
    return Client(Transport(URL, key=adapter.key, adapter=adapter))


def params_of(profile: str) -> dict[str, Any]:
    """Return the live params of the profile; none if it does not exist."""
    found = open_endpoint().find("profiles", profile)
    return dict(found["Params"]) if found else {}


def machines_with(profile: str) -> dict[str, tuple[str, str]]:
    """Return colour and icon of the machines that carry the profile, by name."""
    machines = open_endpoint().transport.send("GET", "machines")
    carrying = (machine for machine in machines if profile in machine["Profiles"])
    return {m["Name"]: (m["Meta"].get("color", "-"), m["Meta"].get("icon", "-")) for m in carrying}


def _show(profile: str) -> None:
    params = params_of(profile)
    print(f"profile {profile}: {len(params)} params")
    width = max(map(len, params), default=0)
    for name, value in sorted(params.items()):
        print(f"  {name:{width}}  {_short(json.dumps(value))}")
    machines = machines_with(profile)
    print(f"machines that carry it: {', '.join(sorted(machines)) or 'none'}")
    for name, (colour, icon) in sorted(machines.items()):
        print(f"  {name}  {colour:6}  {icon}")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _set(profile: str, param: str, value: str) -> None:
    token = param.replace("~", "~0").replace("/", "~1")
    open_endpoint().patch("profiles", profile, [{"op": "add", "path": f"/Params/{token}", "value": value}])
    print(f"profile {profile}: {param} is now {json.dumps(value)}")


def main(arguments: list[str]) -> None:
    """Run the command in the arguments."""
    match arguments:
        case ["show", profile]:
            _show(profile)
        case ["set", profile, param, value]:
            _set(profile, param, value)
        case _:
            sys.exit(USAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
