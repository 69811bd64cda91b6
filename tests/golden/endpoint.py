"""What an endpoint holds beside a state: written down with the state, and set up again for a test."""

from typing import Any

from tests.support.admin import AdminClient
from tests.support.agent import Agent

SERVER_FIELDS = frozenset({"Validated", "Available", "Errors", "ReadOnly", "Bundle", "Endpoint", "Partial", "Secure"})
"""Fields that the endpoint sets by itself."""
PREFIXES = ("params", "tasks", "stages", "workflows", "profiles")
MACHINE_FIELDS = ("Uuid", "Name", "Description", "Meta", "Params", "Profiles", "Workflow")

Objects = dict[str, list[dict[str, Any]]]


def objects_of(admin: AdminClient) -> Objects:
    """Return what programs and machines have made; `global` and read-only objects are there anyway."""
    found: Objects = {}
    for prefix in PREFIXES:
        listed = [one for one in admin.get(prefix) if not one["ReadOnly"] and one["Name"] != "global"]
        found[prefix] = [{k: v for k, v in one.items() if k not in SERVER_FIELDS} for one in listed]
    names = [one["meta"]["Name"] for one in admin.get("contents") if one["meta"]["Type"] == "dynamic"]
    packs = [admin.get(f"contents/{name}") for name in names]
    found["contents"] = [{"meta": pack["meta"], "sections": pack["sections"]} for pack in packs]
    found["machines"] = [{field: one[field] for field in MACHINE_FIELDS} for one in admin.get("machines")]
    return found


def set_up(admin: AdminClient, objects: Objects) -> None:
    """Give a fresh endpoint these objects, with the machines at the end of their workflows."""
    for prefix in ("contents", *PREFIXES):
        for one in objects[prefix]:
            admin.post(prefix, one)
    for one in objects["machines"]:
        _set_up_machine(admin, one)


def _set_up_machine(admin: AdminClient, wanted: dict[str, Any]) -> None:
    path = f"machines/Name:{wanted['Name']}"
    if admin.get(path)["Uuid"] != wanted["Uuid"]:
        admin.delete(path)
        admin.post("machines", {"Uuid": wanted["Uuid"], "Name": wanted["Name"]})
    fields = ("Description", "Meta", "Params", "Profiles")
    admin.patch(path, *({"op": "replace", "path": f"/{field}", "value": wanted[field]} for field in fields))
    if wanted["Workflow"]:
        started = [("Workflow", wanted["Workflow"]), ("Runnable", True)]
        admin.patch(path, *({"op": "replace", "path": f"/{field}", "value": value} for field, value in started))
        Agent(admin, wanted["Name"]).work()
